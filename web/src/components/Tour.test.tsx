import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Role } from "../api/schema";
import { tour } from "../lib/tour";
import { openApp } from "../test/app";
import { answer } from "../test/render";

function serve(roles: Role[], stages: object, people = 1): void {
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname } = new URL(request.url);
    switch (pathname) {
      case "/v1/session": return Promise.resolve(answer({ user_id: "u1", name: "Kim", email: "k@x.example", brands: [{ brand_id: "b1", brand_name: "North", roles }] }));
      case "/v1/overview": return Promise.resolve(answer({ tasks_open: 0, tasks_overdue: 0, reviews_mine: 0, reviews_open: 0, payouts_to_approve: 0, attention: 0, replies_new: 0, stages, paid_by_week: [] }));
      case "/v1/campaign-health": return Promise.resolve(answer({ stages: [], drafts: { on_time: 0, late: 0 }, approvers: [], budgets: [] }));
      case "/v1/brands": return Promise.resolve(answer({ items: [{ id: "b1", name: "North" }] }));
      case "/v1/users": return Promise.resolve(answer({ items: Array.from({ length: people }, (_, n) => ({ id: `u${n}` })) }));
      case "/v1/mail-health": return Promise.resolve(answer({ mailboxes: [], days: [], unknown: [], unmatched: 0, unreadable: 0 }));
      default: return Promise.resolve(answer({ items: [], blocked: [] }));
    }
  });
}

beforeEach(() => localStorage.clear());
afterEach(() => {
  tour.end();
  vi.unstubAllGlobals();
});

it("is offered once, begins when it is asked for, goes by keys, and ends on Escape where it began", async () => {
  serve(["approver"], { active: 1 });
  const { path, unmount } = openApp("/");
  await userEvent.click(await screen.findByRole("button", { name: "Show me around" }, { timeout: 20_000 }));
  await waitFor(() => expect(screen.getByRole("heading", { name: "Home: what needs you" })).toHaveFocus());
  expect(screen.getByRole("dialog", { name: "Home: what needs you" })).toHaveAccessibleDescription(/What waits for you/);
  expect(screen.getByText("1 of 6")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Next" }));
  await waitFor(() => expect(screen.getByRole("heading", { name: "Reviews: what you decide" })).toHaveFocus());
  expect(path()).toBe("/reviews");
  await userEvent.click(screen.getByRole("button", { name: "Back" }));
  await waitFor(() => expect(path()).toBe("/"));
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  unmount();
  openApp("/");
  await screen.findByRole("region", { name: "What needs you, by due time" });
  expect(screen.queryByText("New here?")).not.toBeInTheDocument();
});

it("is reached again by the help", async () => {
  localStorage.setItem("rapport.tour.u1", "1");
  serve(["finance_releaser"], { active: 1 });
  openApp("/");
  await screen.findByRole("region", { name: "Cash out by week" });
  await userEvent.keyboard("?");
  await userEvent.click(await screen.findByRole("button", { name: "Show me around" }, { timeout: 20_000 }));
  await waitFor(() => expect(screen.getByRole("heading", { name: "Home: what needs you" })).toHaveFocus());
});

it("says what to do first where nothing is, with what is done", async () => {
  serve(["admin"], {}, 3);
  openApp("/");
  const steps = await screen.findByRole("region", { name: "What to do first" });
  await waitFor(() => expect(steps.querySelectorAll("[aria-label=Done]")).toHaveLength(2));
  await waitFor(() => expect(steps.querySelector("[aria-current=step]")).toHaveTextContent("See that mail goes out"));
  expect(screen.queryByText("New here?")).not.toBeInTheDocument();
});

it("asks nothing of those who cannot do it", async () => {
  serve(["guest"], {});
  openApp("/");
  await screen.findByRole("region", { name: "Partnerships by stage" });
  expect(screen.queryByRole("region", { name: "What to do first" })).not.toBeInTheDocument();
});
