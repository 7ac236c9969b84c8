import { fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { FoundTransfer, Payout } from "../../api/schema";
import { answer, show } from "../../test/render";
import { FoundTransfers } from "./FoundTransfers";

const at = "2026-11-23T12:00:00Z";
const usd = (amount: number) => ({ amount, currency: "usd" });
const found: FoundTransfer = {
  transfer_id: "tr_9", amount: usd(51_000), destination: "acct_1", made_at: at, says: ["Its amount is $510.00; asked was $500.00."],
  follows: "$10.00 more than asked leave the brand's funds, and the creator owes them back: take them back afterwards.",
  accept: { command: "accept", label: "Accept as the payment", allowed: true },
};
const payout: Payout = {
  summary: {
    id: "x1", partnership_id: "p1", brand_id: "b1", brand_name: "Northlight", campaign_name: "Autumn", creator: { id: "c1", name: "Ada" },
    milestone_title: "On approval", amount: usd(50_000), state: "unknown", due_at: at, updated_at: at,
  },
  payee_state: "ready", evidence: [], holds: [], approvals: [], attempts: [], ledger: [], commands: [], approval_parts: [], events: [], reversals: [], nettings: [], foreign_reversals: [],
  found_transfers: [found], seq: 1,
};
const asked = {
  id: "a1", asked_by: { id: "u1", name: "Pia" }, reason: "It arrived late.", asked_at: at, approve: { command: "approve", label: "Approve: $510.00 were paid", allowed: true },
};

afterEach(() => {
  vi.unstubAllGlobals();
});

const sending = (status: number) => {
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push([request.url.replace(/^.*\/v1/, ""), await request.json()]);
    return status < 300 ? answer(payout, status) : answer({ title: "Conflict", status, code: "RA105", detail: "Top them up first." }, status);
  });
  return sent;
};

it("says in what it is not what was asked and what follows, and asks to accept it with the reason", async () => {
  const sent = sending(201);
  await show(<FoundTransfers payout={payout} />);
  expect(screen.getByRole("article", { name: "$510.00 moved by Stripe" })).toHaveTextContent("asked was $500.00");
  await userEvent.click(screen.getByRole("button", { name: "Accept as the payment" }));
  const dialog = await screen.findByRole("dialog");
  expect(dialog).toHaveTextContent("the creator owes them back");
  fireEvent.change(within(dialog).getByLabelText(/Reason/), { target: { value: "It arrived late." } });
  await userEvent.click(within(dialog).getByRole("button", { name: "Ask to accept it" }));
  await vi.waitFor(() => expect(sent).toEqual([["/payouts/x1/acceptances", { transfer_id: "tr_9", reason: "It arrived late." }]]));
});

it("shows what was asked and approves exactly what Stripe moved", async () => {
  const sent = sending(200);
  await show(<FoundTransfers payout={{ ...payout, found_transfers: [{ ...found, acceptance: asked }] }} />);
  await userEvent.click(screen.getByRole("button", { name: "Approve: $510.00 were paid" }));
  const dialog = await screen.findByRole("dialog");
  for (const text of ["acct_1", "It arrived late.", "Pia", "$510.00"]) expect(dialog).toHaveTextContent(text);
  await userEvent.click(within(dialog).getByRole("button", { name: "Book it as the payment" }));
  await vi.waitFor(() => expect(sent).toEqual([["/payouts/x1/acceptances/approvals", { acceptance_id: "a1", amount: usd(51_000) }]]));
});

it("says why the person cannot do it, and what the API refuses", async () => {
  const refused = { ...asked, approve: { ...asked.approve, allowed: false, reason: "You asked for this, so another person must approve it." } };
  await show(<FoundTransfers payout={{ ...payout, found_transfers: [{ ...found, acceptance: refused }] }} />);
  expect(screen.getByText("You asked for this, so another person must approve it.")).toBeVisible();
});

it("shows what the API refuses", async () => {
  sending(409);
  await show(<FoundTransfers payout={payout} />);
  await userEvent.click(screen.getByRole("button", { name: "Accept as the payment" }));
  const dialog = await screen.findByRole("dialog");
  fireEvent.change(within(dialog).getByLabelText(/Reason/), { target: { value: "r" } });
  await userEvent.click(within(dialog).getByRole("button", { name: "Ask to accept it" }));
  expect(await within(dialog).findByText("Top them up first.")).toBeVisible();
});

it("offers nothing once it is known what became of the payment", async () => {
  await show(<FoundTransfers payout={{ ...payout, summary: { ...payout.summary, state: "paid" }, found_transfers: [{ ...found, acceptance: { ...asked, approved_by: "Rob" } }] }} />);
  expect(screen.getByText("Rob")).toBeVisible();
  expect(screen.queryByRole("button")).toBeNull();
});
