import { fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { Payout, Reversal } from "../../api/schema";
import { answer, show } from "../../test/render";
import { Reversals } from "./Reversals";

const at = "2026-11-23T12:00:00Z";
const usd = (amount: number) => ({ amount, currency: "usd" });
const payout: Payout = {
  summary: {
    id: "x1", partnership_id: "p1", brand_id: "b1", brand_name: "Northlight", campaign_name: "Autumn", creator: { id: "c1", name: "Ada" },
    milestone_title: "On approval", amount: usd(50_000), kept: usd(10_000), state: "paid", due_at: at, updated_at: at,
  },
  payee_state: "ready", evidence: [], holds: [], approvals: [], attempts: [], ledger: [], commands: [], approval_parts: [], events: [], reversals: [], nettings: [], foreign_reversals: [],
  take_back: { command: "take_back", label: "Take back", allowed: true }, seq: 1,
};
const reversal: Reversal = {
  id: "r1", payout_id: "x1", partnership_id: "p1", brand_id: "b1", brand_name: "Northlight", campaign_name: "Autumn", creator: { id: "c1", name: "Ada" }, milestone_title: "On approval",
  amount: usd(30_000), reason: "The post is gone.", requested_by: { id: "u1", name: "Pia" }, state: "netting", waits_for: "Payments to Ada", came_back: usd(0), kept: usd(12_000), given_up: usd(0),
  rest: usd(18_000), cap_percent: 50, nettings: [{ payout_id: "x2", reversal_id: "r1", title: "On signature", amount: usd(12_000), state: "taken", at }],
  commands: [{ command: "retry", label: "Try again at Stripe", allowed: true }], approval: { command: "reverse", label: "Approve", allowed: false }, seq: 4, created_at: at, updated_at: at,
};

afterEach(() => {
  vi.unstubAllGlobals();
});

it("asks for what was sent and not taken back yet, in minor units, with the reason", async () => {
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push([request.url.replace(/^.*\/v1/, ""), await request.json()]);
    return answer(reversal, 201);
  });
  await show(<Reversals payout={{ ...payout, reversals: [{ ...reversal, state: "cancelled" }] }} />);
  await userEvent.click(screen.getByRole("button", { name: "Take money back" }));
  const dialog = await screen.findByRole("dialog");
  expect(dialog).toHaveTextContent("At most $400.00");
  fireEvent.change(within(dialog).getByLabelText(/Reason/), { target: { value: "The post is gone." } });
  await userEvent.click(within(dialog).getByRole("button", { name: "Ask for $400.00" }));
  await vi.waitFor(() => expect(sent).toEqual([["/payouts/x1/reversals", { amount: usd(40_000), reason: "The post is gone." }]]));
});

it("says what came back, what is open and who is waited for", async () => {
  await show(<Reversals payout={{ ...payout, reversals: [reversal] }} />);
  const one = screen.getByRole("article", { name: "$300.00 taken back" });
  for (const text of ["From the next payments", "The post is gone.", "Payments to Ada", "$180.00", "Kept"]) expect(one).toHaveTextContent(text);
  expect(within(one).getByRole("link", { name: "On signature" })).toHaveAttribute("href", "/payouts/x2");
  expect(within(one).getByRole("button", { name: "Try again at Stripe" })).toBeEnabled();
});

it("records what somebody took back at Stripe, and nothing else", async () => {
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(await request.json());
    return answer(reversal, 201);
  });
  await show(<Reversals payout={{ ...payout, foreign_reversals: [{ provider_id: "trr_9", amount: usd(700), at }] }} />);
  await userEvent.click(screen.getByRole("button", { name: "Record it" }));
  const dialog = await screen.findByRole("dialog");
  fireEvent.change(within(dialog).getByLabelText(/Reason/), { target: { value: "By hand." } });
  await userEvent.click(within(dialog).getByRole("button", { name: "Ask to record it" }));
  await vi.waitFor(() => expect(sent).toEqual([{ amount: usd(700), reason: "By hand.", provider_id: "trr_9" }]));
});
