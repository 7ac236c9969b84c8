import { screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Case } from "../api/schema";
import { openApp } from "./app";
import { answer } from "./render";

const brand = "0190aaaa-0000-7000-8000-0000000000b1";
const at = "2026-05-01T12:00:00Z";
const open: Case = {
  id: "0190aaaa-0000-7000-8000-000000000001", kind: "missing_here", about: "Transfer", detail: "Stripe has a transfer that the ledger does not know.", differs: [], external_ref: "tr_listed",
  theirs: { amount: 500, currency: "usd" }, state: "open", at, first_seen_at: at, last_seen_at: at, may_change: true, notes: [],
};
const closed: Case = {
  ...open, id: "0190aaaa-0000-7000-8000-000000000002", external_ref: "tr_asked", state: "explained", owner: { id: "u2", name: "Rita" }, closed_by: { id: "u2", name: "Rita" }, closed_at: at, reason: "Paid by hand.",
};
let listed: Case[];

beforeEach(() => {
  listed = [open];
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname } = new URL(request.url);
    const found = [open, closed].find(({ id }) => pathname === `/v1/reconciliation-cases/${id}`);
    if (found) return Promise.resolve(answer(found));
    if (pathname.startsWith("/v1/reconciliation-cases/")) return Promise.resolve(answer({ type: "about:blank", title: "Not found", status: 404, code: "not_found", detail: "There is no such case." }, 404));
    switch (pathname) {
      case "/v1/session": return Promise.resolve(answer({ user_id: "u1", name: "Pia", email: "p@x.example", brands: [{ brand_id: brand, brand_name: "North", roles: ["finance_preparer"] }] }));
      case "/v1/overview": return Promise.resolve(answer({ tasks_open: 0, tasks_overdue: 0, reviews_mine: 0, reviews_open: 0, payouts_to_approve: 0, attention: 0, replies_new: 0, stages: {}, paid_by_week: [] }));
      case "/v1/payments-gate": return Promise.resolve(answer({ open: true, holds: [], waiting: [], unsealed: { count: 0, late: false } }));
      case "/v1/reconciliation-cases": return Promise.resolve(answer({ items: listed }));
      default: return Promise.resolve(answer({ items: [] }));
    }
  });
});
afterEach(() => vi.unstubAllGlobals());

it("shows the difference that a link leads to first, with who closed it and why, though the list has it not", async () => {
  const scroll = vi.spyOn(Element.prototype, "scrollIntoView");
  openApp(`/reconciliation?case=${closed.id}`);
  const asked = await screen.findByRole("region", { name: "The difference you asked for" });
  expect(await within(asked).findByText("tr_asked")).toBeTruthy();
  expect(within(asked).getByText(/Closed by Rita/)).toHaveTextContent("Paid by hand.");
  expect(scroll).toHaveBeenCalled();
  const list = screen.getByRole("region", { name: "Differences" });
  expect(await within(list).findByText("tr_listed")).toBeTruthy();
  expect(asked.compareDocumentPosition(list) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
});

it("does not show it twice, and says so where it is the only one", async () => {
  openApp(`/reconciliation?case=${open.id}`);
  expect(await screen.findByText("No other than the one above")).toBeTruthy();
  expect(await screen.findAllByText("tr_listed")).toHaveLength(1);
});

it("says so when there is none, and leads to the list", async () => {
  const { href } = openApp("/reconciliation?case=0190aaaa-0000-7000-8000-000000000009");
  const asked = await screen.findByRole("region", { name: "The difference you asked for" });
  expect(await within(asked).findByText("There is no such case.")).toBeTruthy();
  within(asked).getByRole("link", { name: "Show only the list" }).click();
  await vi.waitFor(() => expect(href()).toBe("/reconciliation"));
  await vi.waitFor(() => expect(screen.queryByRole("region", { name: "The difference you asked for" })).toBeNull());
});
