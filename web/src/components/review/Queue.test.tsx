import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import { openApp } from "../../test/app";
import { answer, show } from "../../test/render";
import { review, serveReviews, summary } from "../../test/reviews";
import { colleague, uuid } from "../../test/threads";
import BulkApprove from "./BulkApprove";
import { lookFirst } from "./safe";

afterEach(() => {
  vi.unstubAllGlobals();
});

it("opens the chosen review to the asked decision, by keys alone, and decides", async () => {
  const sent = serveReviews({ reviews: [review(1), review(2)] });
  const { href, path } = openApp("/reviews");
  await screen.findByRole("link", { name: "Creator 2" });
  await userEvent.keyboard("{ArrowDown}{ArrowDown}");
  expect(screen.getByRole("link", { name: "Creator 2" })).toHaveFocus();
  await userEvent.keyboard("a");
  await waitFor(() => expect(href()).toBe(`/reviews/${uuid(702)}?decide=approve`));
  const dialog = await screen.findByRole("dialog", { name: "Approve: Reel 2, version 1" });
  await waitFor(() => expect(within(dialog).getByRole("button", { name: "Approve" })).toHaveFocus());
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(sent.map(({ path, body }) => ({ path, body }))).toEqual([{ path: `/v1/reviews/${uuid(702)}/decisions`, body: { decision: "approve", submission_id: uuid(802) } }]));
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  await userEvent.keyboard("{ArrowLeft}");
  await waitFor(() => expect(path()).toBe(`/reviews/${uuid(701)}`));
});

it("has a key for each decision", async () => {
  serveReviews({ reviews: [review(1)] });
  const { href } = openApp("/reviews");
  await screen.findByRole("link", { name: "Creator 1" });
  await userEvent.keyboard("c");
  await waitFor(() => expect(href()).toContain("decide=approve_with_corrections"));
  await userEvent.click(await screen.findByRole("button", { name: "Decide later" }));
  for (const [key, decision] of [["r", "request_changes"], ["x", "reject"]] as const) {
    await userEvent.keyboard(key);
    await waitFor(() => expect(href()).toContain(`decide=${decision}`));
    await userEvent.click(await screen.findByRole("button", { name: "Decide later" }));
    await waitFor(() => expect(href()).not.toContain("decide"));
  }
});

it("shows what presses: the stage, for whom, warnings, and when silence decides", async () => {
  serveReviews({ reviews: [review(1, { summary: { behalf: colleague, warnings: 2, silence_at: "2026-03-09T10:00:00Z" } })] });
  openApp("/reviews");
  const row = (await screen.findByRole("link", { name: "Creator 1" })).closest("tr");
  expect(row).toHaveTextContent("Brand");
  expect(row).toHaveTextContent("for Sven Holm");
  expect(row).toHaveTextContent("2 warnings");
  expect(row?.querySelector("time[datetime='2026-03-09T10:00:00.000Z']")).toBeVisible();
});

it("offers to approve together only those that need no look", async () => {
  serveReviews({ reviews: [review(1), review(2, { summary: { warnings: 1 } }), review(3, { summary: { mine: false } }), review(4, { summary: { state: "held" } }), review(5)] });
  openApp("/reviews");
  await screen.findByRole("link", { name: "Creator 1" });
  await userEvent.click(screen.getByRole("checkbox", { name: "Choose all rows of this page" }));
  await userEvent.click(screen.getByRole("button", { name: "Approve 2" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Approve 2 drafts" }));
  expect(within(dialog.getByRole("region", { name: "Will be approved" })).getAllByRole("listitem").map((row) => row.textContent)).toEqual(["Creator 1: Reel 1, version 1", "Creator 5: Reel 5, version 1"]);
  const left = dialog.getByRole("region", { name: "Left out" });
  expect(left).toHaveTextContent("A machine check warns");
  expect(left).toHaveTextContent("You are not asked");
  expect(left).toHaveTextContent("It is held");
});

it("says why a review must be looked at by itself", () => {
  expect(lookFirst(summary(1))).toBeUndefined();
  expect(lookFirst(summary(1, { warnings: 2 }))).toMatch(/2 machine checks warn/);
  expect(lookFirst(summary(1, { state: "checking" }))).toMatch(/still running/);
  expect(lookFirst(summary(1, { state: "approved" }))).toMatch(/decided already/);
});

it("approves one after the other with keys of their own, and goes on after a refusal", async () => {
  const sent = serveReviews({
    reviews: [review(1), review(2), review(3, { summary: { version: 2 } }), review(4)],
    act: (_, path) => (path.includes(uuid(702)) ? answer({ title: "Decided already", detail: "Sven Holm decided it.", code: "stage_decided" }, 409) : undefined),
  });
  // The third came in a newer version since the list was read.
  await show(<BulkApprove chosen={[1, 2, 3, 4].map((n) => summary(n))} onClose={vi.fn()} />);
  await userEvent.click(screen.getByRole("button", { name: "Approve 4" }));
  await screen.findByText("2 of 4 approved, 2 refused.");
  expect(sent.map(({ path }) => path)).toEqual([701, 702, 704].map((n) => `/v1/reviews/${uuid(n)}/decisions`));
  expect(sent.map(({ body }) => body)).toEqual([801, 802, 804].map((n) => ({ decision: "approve", submission_id: uuid(n) })));
  expect(new Set(sent.map(({ key }) => key)).size).toBe(3);
  const rows = within(screen.getByRole("region", { name: "Will be approved" })).getAllByRole("listitem").map((row) => row.textContent);
  expect(rows).toEqual([
    "Creator 1: Reel 1, version 1Your approval counts.Approved",
    "Creator 2: Reel 2, version 1Sven Holm decided it.Not approved",
    "Creator 3: Reel 3, version 1Another version was handed in meanwhile.Not approved",
    "Creator 4: Reel 4, version 1Your approval counts.Approved",
  ]);
});

it("keeps the key of one whose outcome nobody knows", async () => {
  let down = true;
  const sent = serveReviews({ reviews: [review(1)], act: () => (down ? answer({ title: "Down", code: "unavailable" }, 503) : undefined) });
  await show(<BulkApprove chosen={[summary(1)]} onClose={vi.fn()} />);
  await userEvent.click(screen.getByRole("button", { name: "Approve 1" }));
  await screen.findByText("0 of 1 approved, 1 not known.");
  down = false;
  await userEvent.click(screen.getByRole("button", { name: "Go on with 1" }));
  await screen.findByText("1 of 1 approved.");
  expect(sent[0]?.key).toBe(sent[1]?.key);
});
