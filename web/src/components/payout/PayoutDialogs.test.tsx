import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { Payout } from "../../api/schema";
import { answer, show } from "../../test/render";
import { ApproveDialog } from "./PayoutDialogs";

const at = "2026-11-23T12:00:00Z";
const payout: Payout = {
  summary: {
    id: "x1", partnership_id: "p1", brand_id: "b1", brand_name: "Northlight", campaign_name: "Autumn", creator: { id: "c1", name: "Ada" },
    milestone_title: "On approval", amount: { amount: 50_000, currency: "usd" }, state: "awaiting_approval", due_at: at, updated_at: at,
  },
  payee_state: "ready", evidence: ["Clause 4.2"], holds: [], approvals: [], attempts: [], ledger: [], commands: [], approval_parts: [], events: [], reversals: [], nettings: [], foreign_reversals: [], seq: 1,
};

afterEach(() => {
  vi.unstubAllGlobals();
});

it("approves exactly the amount that it shows, and changes nothing before the answer", async () => {
  const sent: unknown[] = [];
  let reply: (response: Response) => void = () => undefined;
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(await request.json());
    return new Promise<Response>((resolve) => {
      reply = resolve;
    });
  });
  const close = vi.fn();
  await show(<ApproveDialog payout={payout} part="releaser" onClose={close} />);
  expect(screen.getByText("Clause 4.2")).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "Approve $500.00" }));
  await vi.waitFor(() => expect(sent).toEqual([{ part: "releaser", amount: { amount: 50_000, currency: "usd" } }]));
  expect(close).not.toHaveBeenCalled();
  reply(answer(payout));
  await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
});

it("stays open and says why it was refused", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(answer({ title: "You approved the content", detail: "Another person of finance must approve.", code: "four_eyes" }, 403)));
  const close = vi.fn();
  await show(<ApproveDialog payout={payout} part="preparer" onClose={close} />);
  await userEvent.click(screen.getByRole("button", { name: "Approve $500.00" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("You approved the content");
  expect(close).not.toHaveBeenCalled();
});
