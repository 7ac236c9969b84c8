import { cleanup, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Role } from "../api/schema";
import { openApp } from "./app";
import { answer } from "./render";

const review = {
  id: "r1", partnership_id: "p1", brand_id: "b1", creator: { id: "c1", name: "Mia Lens" }, campaign_name: "Spring", deliverable_title: "Launch video", version: 1, round: 0,
  state: "open", mine: true, created_at: "2026-06-01T10:00:00Z", warnings: 0, due_at: "2099-06-01T10:00:00Z",
};
const brand = "0190aaaa-0000-7000-8000-0000000000b1";
let asked: string[] = [];
let fails: string | undefined;
let owed: URLSearchParams;
let cases: URLSearchParams;
let runs: object[] = [];

function serve(roles: Role[], empty = false): void {
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    asked.push(pathname);
    const list = (items: unknown[]) => Promise.resolve(answer({ items: empty ? [] : items, since: "2026-06-01T10:00:00Z" }));
    if (pathname === fails) return Promise.resolve(answer({ type: "about:blank", title: "Broken", status: 500, code: "internal", detail: "It broke." }, 500));
    switch (pathname) {
      case "/v1/session": return Promise.resolve(answer({ user_id: "u1", name: "Kim", email: "k@x.example", brands: [{ brand_id: brand, brand_name: "North", roles }] }));
      case "/v1/overview": return Promise.resolve(answer({ tasks_open: 2, tasks_overdue: 1, reviews_mine: 1, reviews_open: 1, payouts_to_approve: 0, attention: 1, replies_new: 4, stages: {}, paid_by_week: [] }));
      case "/v1/needs": return list([
        { review, if_not: "Escalates to Theo", if_not_at: "2099-06-01T10:00:00Z" },
        { task: { id: "t1", brand_id: "b1", title: "Decide the renewal", kind: "decide_renewal", state: "open", closes_itself: true, if_not_done: "The contract lapses.", link: "/contracts/renewals", created_at: "2026-06-01T10:00:00Z" }, if_not: "The contract lapses." },
      ]);
      case "/v1/moves": return list([{ what: { id: "e1", at: "2026-06-02T10:00:00Z", kind: "stage", title: "Moved to “active”" }, partnership_id: "p1", creator_name: "Mia Lens", campaign_name: "Spring" }]);
      case "/v1/campaign-health": return Promise.resolve(answer(empty ? { stages: [], drafts: { on_time: 0, late: 0 }, approvers: [], budgets: [] } : {
        stages: [{ stage: "active", count: 4, median_seconds: 172_800, stays: 9, ageing: 3 }, { stage: "lapsed", count: 1, ageing: 0, stays: 0 }],
        drafts: { on_time: 3, late: 1 }, approvers: [{ user: { id: "u2", name: "Theo" }, waiting: 5, late: 2, decided: 7, median_seconds: 7200 }],
        budgets: [{ campaigns: 2, budget: { amount: 100_000, currency: "eur" }, reserved: { amount: 0, currency: "eur" }, committed: { amount: 50_000, currency: "eur" }, paid: { amount: 20_000, currency: "eur" } }],
      }));
      case "/v1/payouts/lanes": return Promise.resolve(answer({ items: [{ lane: "soon", count: 3, amounts: [{ amount: 120_000, currency: "usd" }, { amount: 5000, currency: "eur" }] }], blocked: [] }));
      case "/v1/deliverables": {
        owed = searchParams;
        return list([
          { id: "d2", kind: "story", platform: "instagram", state: "late", title: "Story", due_at: "2026-06-01T10:00:00Z", round: 0, late: true, campaign_name: "Spring", partnership_id: "p2", creator: { id: "c2", name: "Ole Reed" } },
          { id: "d1", kind: "reel", platform: "instagram", state: "changes_requested", title: "Reel", due_at: "2099-06-02T10:00:00Z", round: 1, late: false, campaign_name: "Spring", partnership_id: "p1", creator: { id: "c1", name: "Mia Lens" } },
        ]);
      }
      case "/v1/reconciliation-cases":
        cases = searchParams;
        return list([]);
      case "/v1/reconciliations": return Promise.resolve(answer({ items: runs }));
      default: return list([]);
    }
  });
}

beforeEach(() => {
  asked = [];
  fails = undefined;
  runs = [];
  localStorage.clear();
});
afterEach(() => vi.unstubAllGlobals());

it("says what happens when nobody acts, and when", async () => {
  serve(["approver"]);
  openApp("/");
  const needs = await screen.findByRole("region", { name: "What needs you, by due time" });
  expect(await within(needs).findByText(/If not done: Escalates to Theo/)).toBeTruthy();
  expect(within(needs).getByText(/The contract lapses/)).toBeTruthy();
  expect(within(needs).getByRole("link", { name: "Decide: Decide on “Launch video”, Mia Lens" }).getAttribute("href")).toBe("/reviews/r1");
});

it.each<[Role, string[], string[]]>([
  ["approver", ["What needs you, by due time", "What moved"], ["Cash out by week", "Partnerships that need someone", "Approvers"]],
  ["finance_releaser", ["What needs you, by due time", "Cash out by week", "Differences in the books"], ["Partnerships that need someone", "Approvers"]],
  ["ops", ["Partnerships that need someone", "At risk: the next dates", "Partnerships by stage"], ["Cash out by week", "Differences in the books"]],
  ["auditor", ["Cash out by week", "Differences in the books", "Partnerships by stage"], ["What needs you, by due time"]],
  ["guest", ["Partnerships by stage", "Budget of running campaigns"], ["What moved", "What needs you, by due time", "Cash out by week"]],
])("shows %s the parts of the role and asks for no others", async (role, there, missing) => {
  serve([role]);
  openApp("/");
  for (const name of there) expect(await screen.findByRole("region", { name })).toBeTruthy();
  for (const name of missing) expect(screen.queryByRole("region", { name })).toBeNull();
  if (role === "guest") expect(asked).not.toContain("/v1/moves");
});

it("shows a person of several roles the parts of each", async () => {
  serve(["ops", "finance_preparer"]);
  openApp("/");
  for (const name of ["What needs you, by due time", "Cash out by week", "Partnerships that need someone", "Partnerships by stage"]) expect(await screen.findByRole("region", { name })).toBeTruthy();
});

it("tells how campaigns go in words and numbers", async () => {
  serve(["admin"]);
  openApp("/");
  const stages = await screen.findByRole("table", { name: "Partnerships by stage" });
  expect(within(stages).getByRole("row", { name: /Active 4 2 days 3/ })).toBeTruthy();
  expect(within(stages).getByRole("row", { name: /Lapsed 1 – –/ })).toBeTruthy();
  expect(within(screen.getByRole("table", { name: "Approvers" })).getByRole("row", { name: "Theo 5 2 2 hours" })).toBeTruthy();
  expect(screen.getByText(/3 of 4 first versions/)).toBeTruthy();
});

it("says what to do while there is nothing, and lets try again what failed", async () => {
  serve(["ops"], true);
  fails = "/v1/moves";
  openApp("/");
  expect(await screen.findByText("Nothing waits for you")).toBeTruthy();
  expect(await screen.findByRole("link", { name: "Open a campaign to start some." })).toBeTruthy();
  expect(await screen.findByText("No date waits for a decision")).toBeTruthy();
  const moved = await screen.findByRole("region", { name: "What moved" });
  expect(await within(moved).findByRole("button", { name: /again/i })).toBeTruthy();
});

it("tells ops which drafts are due, however long ago, and asks for none that are here", async () => {
  serve(["ops"]);
  openApp("/");
  const due = await screen.findByRole("region", { name: "Drafts that are due" });
  await within(due).findByText("Mia Lens");
  expect(within(due).getAllByRole("listitem").map((one) => one.querySelector("a")?.textContent)).toEqual(["Ole Reed", "Mia Lens"]);
  expect(within(due).getByRole("link", { name: "Ole Reed" }).getAttribute("href")).toBe("/partnerships/p2#piece-d2");
  expect(owed.getAll("state")).toEqual(["planned", "brief_sent", "awaiting_draft", "changes_requested", "late"]);
  expect([owed.has("due_from"), owed.has("due_to")]).toEqual([false, true]);
});

it("says what to expect where no draft is due", async () => {
  serve(["ops"], true);
  openApp("/");
  expect(await screen.findByText("No draft is due this week")).toBeTruthy();
});

it("shows finance what each lane comes to, a sum a currency", async () => {
  serve(["finance_preparer"]);
  openApp("/");
  expect(await screen.findByRole("link", { name: /^3.*\$1,200\.00 \+ €50\.00$/ })).toBeTruthy();
});

const run = { id: "r1", from: "2026-06-01T00:00:00Z", to: "2026-06-02T00:00:00Z", matched: 3, breaks: [], sums: [], started_at: "2026-06-02T00:00:00Z" };
const ended = { finished_at: "2026-06-02T00:01:00Z" };

it.each<[string, object[], string]>([
  ["nobody compared them", [], "The books were never compared"],
  ["the first comparison runs", [{ ...run, state: "running" }], "The books are being compared for the first time"],
  ["the newest does not end", [{ ...run, state: "running", problem: "Stripe does not answer." }, { ...run, ...ended, id: "r0", state: "passed" }], "A comparison did not end"],
  ["the last one failed", [{ ...run, ...ended, state: "failed" }], "The last comparison failed"],
  ["what was found is explained", [{ ...run, ...ended, state: "breaks" }], "Nothing to explain here"],
  ["they do, and another comparison runs", [{ ...run, state: "running" }, { ...run, ...ended, id: "r0", state: "passed" }], "The books agree with Stripe"],
])("says whether the books agree where %s", async (_, of, words) => {
  runs = of;
  serve(["finance_preparer"]);
  openApp("/");
  const books = await screen.findByRole("region", { name: "Differences in the books" });
  expect(await within(books).findByText(words)).toBeTruthy();
  if (words !== "The books agree with Stripe") expect(within(books).queryByText("The books agree with Stripe")).toBeNull();
});

it("asks for the differences of the chosen brand", async () => {
  serve(["finance_preparer"]);
  openApp(`/?brand=${brand}`);
  await screen.findByText("The books were never compared");
  expect(cases.get("brand_id")).toBe(brand);
});

it("counts the threads that wait for an answer where somebody answers, and leads to them", async () => {
  serve(["ops"]);
  openApp("/");
  expect((await screen.findByRole("link", { name: /^4.*Waiting for an answer$/ })).getAttribute("href")).toBe("/inbox?box=waiting");
});

it("counts no threads for who answers nobody", async () => {
  serve(["approver"]);
  openApp("/");
  await screen.findByRole("link", { name: /Reviews for you/ });
  expect(screen.queryByText("Waiting for an answer")).toBeNull();
});

it("marks what moved since the last visit", async () => {
  serve(["ops"]);
  openApp("/");
  const moved = await screen.findByRole("region", { name: "What moved" });
  await within(moved).findByText("Mia Lens");
  expect(within(moved).queryByText("New ·")).toBeNull();
  cleanup();
  localStorage.setItem("rapport.visit.u1", JSON.stringify({ before: 0, now: Date.UTC(2026, 5, 1) }));
  openApp("/");
  expect(await within(await screen.findByRole("region", { name: "What moved" })).findByText("New ·")).toBeTruthy();
});
