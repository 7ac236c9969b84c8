import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";

import type { Case, Session } from "../../api/schema";
import { sessionQuery } from "../../api/queries";
import { answer, show } from "../../test/render";
import { Cases } from "./Cases";
import { GateNotices } from "./GateNotices";

const at = "2026-05-01T12:00:00Z";
const missing: Case = {
  id: "0190aaaa-0000-7000-8000-000000000001", kind: "missing_here", about: "Transfer", detail: "Stripe has a transfer of 5.00 USD that the ledger does not know.", differs: [], external_ref: "tr_9",
  theirs: { amount: 500, currency: "usd" }, destination: "acct_1", state: "open", at, first_seen_at: at, last_seen_at: at, may_change: true, notes: [{ at, text: "Given to Rita", author: "Pia" }],
};

let sent: { path: string; body: unknown }[];
let gate: unknown;

beforeEach(() => {
  sent = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "POST") {
      sent.push({ path: new URL(request.url).pathname, body: await request.json() });
      return answer({ ...missing, state: "resolved" });
    }
    return answer(gate);
  });
});

it("shows both sides, what one lacks, and the history", async () => {
  await show(<Cases cases={[missing]} />);
  expect(await screen.findByText("Missing in the ledger")).toBeVisible();
  expect(screen.getByText("Does not have it")).toBeVisible();
  expect(screen.getByText("tr_9")).toBeVisible();
  expect(screen.getByText("Of no brand that we know")).toBeVisible();
  expect(screen.getByText(/Given to Rita/)).toBeVisible();
});

it("closes a case with a reason", async () => {
  await show(<Cases cases={[missing]} />);
  await userEvent.click(await screen.findByRole("button", { name: "Close…" }));
  await userEvent.click(screen.getByRole("radio", { name: /Put right/ }));
  await userEvent.type(screen.getByLabelText(/Why/), "Recorded by hand");
  await userEvent.click(screen.getByRole("button", { name: "Close the case" }));
  expect(sent).toEqual([{ path: `/v1/reconciliation-cases/${missing.id}/commands`, body: { command: "resolve", text: "Recorded by hand" } }]);
});

it("offers nothing to who may change nothing, and no closing of what is closed", async () => {
  await show(<Cases cases={[{ ...missing, may_change: false }, { ...missing, id: "0190aaaa-0000-7000-8000-000000000002", state: "explained", external_ref: "tr_8" }]} />);
  await screen.findByText("tr_8");
  expect(screen.getAllByRole("button").map(({ textContent }) => textContent)).toEqual(["Note…"]);
});

const topUp: Case = {
  ...missing, about: "Top-up", detail: "Stripe has a top-up of 5.00 USD that the ledger does not know.", external_ref: "tu_9", book: { command: "book", label: "Book as funds of a brand…", allowed: true },
};
const asked: NonNullable<Case["booking"]> = {
  id: "0190aaaa-0000-7000-8000-0000000000b1", brand_id: "b1", brand_name: "Northlight", amount: { amount: 500, currency: "usd" }, asked_by: { id: "u1", name: "Pia" }, reason: "The slip names them", asked_at: at,
  approve: { command: "approve", label: "Approve: book $5.00 as funds of Northlight", allowed: true },
};

it("asks to book a top-up as funds of a brand of one's own", async () => {
  const session: Session = {
    user_id: "u1", name: "Pia", email: "pia@northlight.example", second_factor: false,
    brands: [{ brand_id: "b1", brand_name: "Northlight", roles: ["finance_preparer"] }, { brand_id: "b2", brand_name: "Other", roles: ["ops"] }],
  };
  const { queries } = await show(<Cases cases={[topUp]} />);
  queries.setQueryData(sessionQuery.queryKey, session);
  await userEvent.click(await screen.findByRole("button", { name: "Book as funds of a brand…" }));
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getByRole("combobox", { name: /Whose money/ })).toHaveValue("Northlight");
  await userEvent.type(within(dialog).getByLabelText(/How you know/), "The slip names them");
  await userEvent.click(within(dialog).getByRole("button", { name: "Ask to book it" }));
  await vi.waitFor(() => expect(sent).toEqual([{ path: `/v1/reconciliation-cases/${topUp.id}/bookings`, body: { brand_id: "b1", reason: "The slip names them" } }]));
});

it("approves exactly what was asked", async () => {
  await show(<Cases cases={[{ ...topUp, booking: asked }]} />);
  await userEvent.click(await screen.findByRole("button", { name: asked.approve.label }));
  const dialog = await screen.findByRole("dialog");
  for (const text of ["Northlight", "tu_9", "The slip names them", "Pia"]) expect(dialog).toHaveTextContent(text);
  await userEvent.click(within(dialog).getByRole("button", { name: "Approve" }));
  await vi.waitFor(() => expect(sent).toEqual([{ path: `/v1/reconciliation-cases/${topUp.id}/bookings/approvals`, body: { booking_id: asked.id, amount: asked.amount } }]));
});

it("says why it was not booked, and lets ask anew", async () => {
  await show(<Cases cases={[{ ...topUp, booking: { ...asked, approved_by: "Rita", refused: "Top them up, then ask again." } }]} />);
  expect(await screen.findByText(/Top them up/)).toBeVisible();
  expect(screen.queryByRole("button", { name: asked.approve.label })).toBeNull();
  expect(screen.getByRole("button", { name: "Book as funds of a brand…" })).toBeEnabled();
});

it("says why payments wait, and how many", async () => {
  gate = {
    open: false,
    holds: [{ reason: "paused", title: "Stripe refuses our key, so all payments are paused", detail: "Give the workers a valid key.", since: at }],
    waiting: [{ brand_id: missing.id, brand_name: "Acme", reason: "paused", words: "Stripe", count: 2, amounts: [{ amount: 700, currency: "usd" }] }],
  };
  await show(<GateNotices />);
  expect(await screen.findByText(/refuses our key/)).toBeVisible();
  expect(screen.getByText(/Acme: 2 payments wait/)).toHaveTextContent(/7\.00/);
});
