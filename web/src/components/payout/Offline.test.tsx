import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { Payout } from "../../api/schema";
import { answer, show } from "../../test/render";
import { OfflineSection, PayOfflineDialog, RecordDialog } from "./Offline";

const at = "2026-11-23T12:00:00Z";
const payout: Payout = {
  holds: [],
  summary: {
    id: "x1", partnership_id: "p1", brand_id: "b1", brand_name: "Northlight", campaign_name: "Autumn", creator: { id: "c1", name: "Ada" }, milestone_title: "On approval",
    amount: { amount: 50_000, currency: "usd" }, kept: { amount: 20_000, currency: "usd" }, state: "approved", due_at: at, updated_at: at, offline: { method: "cheque", words: "Outside of Stripe: cheque" },
  },
  payee_state: "none", evidence: [], approvals: [], attempts: [], ledger: [], commands: [], approval_parts: [], events: [], reversals: [], nettings: [], foreign_reversals: [], seq: 1,
  record_payment: { command: "record_offline", label: "Record the payment", allowed: false, reason: "You released this payment, so another person of finance must record it." },
};

afterEach(() => {
  vi.unstubAllGlobals();
});

it("chooses a way with its reason", async () => {
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(await request.json());
    return answer(payout);
  });
  const close = vi.fn();
  await show(<PayOfflineDialog payout={payout} onClose={close} />);
  await userEvent.selectOptions(screen.getByLabelText("How it is paid"), "PayPal");
  await userEvent.type(screen.getByLabelText(/Why/), "No bank there");
  await userEvent.click(screen.getByRole("button", { name: "Pay outside of Stripe" }));
  await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
  expect(sent).toEqual([{ command: "pay_offline", method: "paypal", reason: "No bank there" }]);
});

it("says why the person cannot record it", async () => {
  await show(<OfflineSection payout={payout} record={() => undefined} />);
  expect(screen.getByText(/Pay Ada \(cheque\)/)).toBeInTheDocument();
  expect(screen.getAllByText(/You released this payment/).length).toBeGreaterThan(0);
});

it("records exactly what was approved, less what is kept, with the proof", async () => {
  vi.stubGlobal("fetch", () =>
    Promise.resolve(answer({ title: "Some fields need another value", code: "invalid", errors: [{ field: "paid_on", code: "future", detail: "This day has not come yet." }] }, 422)));
  const append = vi.spyOn(FormData.prototype, "append");
  await show(<RecordDialog payout={payout} onClose={() => undefined} />);
  await userEvent.type(screen.getByLabelText(/Reference/), "No. 12");
  await userEvent.upload(document.querySelector<HTMLInputElement>("input[type=file]") ?? document.body, new File(["%PDF-1.4"], "receipt.pdf", { type: "application/pdf" }));
  await userEvent.click(screen.getByRole("button", { name: "Record $300.00" }));
  expect(await screen.findByText("This day has not come yet.")).toBeInTheDocument();
  const sent = append.mock.contexts[0] as FormData;
  expect([sent.get("amount"), sent.get("currency"), sent.get("reference")]).toEqual(["30000", "usd", "No. 12"]);
  expect((sent.get("proof") as File).name).toBe("receipt.pdf");
  append.mockRestore();
});

it("shows the payment that was made, with its proof", async () => {
  const made = {
    method: "cheque" as const, paid_on: "2026-11-23", reference: "No. 12", amount: { amount: 30_000, currency: "usd" }, proof_name: "receipt.pdf", proof_type: "application/pdf", proof_size: 8,
    proof_sha256: "00", recorded_by: { id: "u1", name: "Pia" }, recorded_at: at,
  };
  await show(<OfflineSection payout={{ ...payout, offline_payment: made }} record={() => undefined} />);
  expect(screen.getByText("No. 12")).toBeInTheDocument();
  expect(screen.getByRole("link", { name: /Proof/ })).toHaveAttribute("href", "/v1/payouts/x1/offline-payment/proof");
});
