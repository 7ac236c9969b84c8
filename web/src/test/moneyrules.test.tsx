import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { Campaign } from "../api/schema";
import { BudgetDialog } from "../components/BudgetDialog";
import { openApp } from "./app";
import { answer, show } from "./render";

afterEach(() => vi.unstubAllGlobals());

const brand = {
  id: "b1", name: "North", postal_address: "1 Street", mail_from_name: "North", mail_from: "hello@north.example", calendar_id: "c1", second_pair_threshold: { amount: 50000, currency: "eur" }, version: 3,
  outreach_per_day: 50, domain_per_hour: 10, warm_up_days: 0, first_mail_notice: "", netting_cap_percent: 50, netting_notice_days: 14, destination_cool_off_days: 3, posts_apart_hours: 48, signing: "portal",
};

it("asks for a code before rules for money become weaker, and saves what was typed", async () => {
  const saved: { destination_cool_off_days: number }[] = [];
  let proved = false;
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/v1/session/step-up") proved = true;
    if (pathname === "/v1/session" || pathname === "/v1/session/step-up") return answer({ user_id: "u1", name: "Kim", email: "k@x.example", brands: [{ brand_id: "b1", brand_name: "North", roles: ["admin"] }] });
    if (pathname === "/v1/brands") return answer({ items: [brand] });
    if (pathname === "/v1/brands/b1" && request.method === "PATCH") {
      saved.push((await request.json()) as typeof brand);
      return proved ? answer(brand) : answer({ code: "second_factor_required", title: "You may not do this", status: 403 }, 403);
    }
    if (pathname === "/v1/brands/b1") return answer(brand);
    return pathname.endsWith("payout-policy") ? answer({ preparers_prove: false, two_releasers_from: [], version: 1 }) : answer({ items: [] });
  });
  const user = userEvent.setup();
  openApp("/settings/brands");
  await user.click(await screen.findByRole("button", { name: "Edit" }));
  const dialog = await screen.findByRole("dialog");
  const wait = await within(dialog).findByRole("textbox", { name: /How long payments wait/ });
  await user.clear(wait);
  await user.type(wait, "1");
  await user.click(within(dialog).getByRole("button", { name: "Save brand" }));
  await user.type(await screen.findByLabelText("Code"), "123456{Enter}");
  await waitFor(() => expect(saved).toHaveLength(2));
  expect(saved.map(({ destination_cool_off_days }) => destination_cool_off_days)).toEqual([1, 1]);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

it("sends why a budget changes, and shows where a reason is missing", async () => {
  const sent: { reason?: string }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method !== "PATCH") return answer({ items: [] });
    const edit = (await request.json()) as { reason?: string };
    sent.push(edit);
    return edit.reason?.trim() ? answer({}) : answer({ title: "Some fields need another value", status: 422, errors: [{ field: "reason", code: "required", detail: "Say why the budget changes." }] }, 422);
  });
  const money = { amount: 100000, currency: "eur" };
  const campaign = { id: "k1", name: "Spring", budget: money, reserved: money, committed: money, accrued: money, paid: money, available: money } as unknown as Campaign;
  const closed = vi.fn();
  const user = userEvent.setup();
  await show(<BudgetDialog campaign={campaign} etag={'"1"'} onClose={closed} />);
  const reason = screen.getByRole("textbox", { name: "Why it changes" });
  await user.type(reason, " ");
  await user.click(screen.getByRole("button", { name: /Set it to/ }));
  expect(await screen.findByText("Say why the budget changes.")).toBeVisible();
  await user.type(reason, "A third video");
  await user.click(screen.getByRole("button", { name: /Set it to/ }));
  await waitFor(() => expect(closed).toHaveBeenCalled());
  expect(sent.at(-1)).toEqual({ budget: money, reason: " A third video" });
});
