import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { PortalDeliverable } from "../../api/schema";
import { answer, show } from "../../test/render";
import { serveReviews } from "../../test/reviews";
import { uuid } from "../../test/threads";
import { ScheduleCard } from "./ScheduleCard";

afterEach(() => {
  vi.unstubAllGlobals();
});

const piece: PortalDeliverable = {
  id: uuid(1), title: "Trail reel", term: 1, platform: "instagram", kind: "reel", state: "approved_to_post", round: 0, can_submit: false, can_report_post: true, hashtags: [], asks: [], corrections: [], comments: [],
  publish_by: "2100-03-05T10:00:00Z", can_schedule: true,
};

it("lets a creator say when they publish, and tells what is wrong with the time", async () => {
  const sent = serveReviews({ act: () => answer({ title: "Bad", status: 422, errors: [{ field: "publish_at", code: "after_window", detail: "Choose an earlier time." }] }, 422) });
  await show(<ScheduleCard deliverable={piece} />);
  await userEvent.click(screen.getByText("Say when you will publish it"));
  expect(Date.parse(screen.getByLabelText<HTMLInputElement>(/I publish it/).value)).toBeGreaterThan(Date.now() + 23 * 3_600_000);
  await userEvent.click(screen.getByRole("button", { name: "Plan it" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  const { path, body } = sent[0] as unknown as { path: string; body: { publish_at: string } };
  expect(path).toBe(`/v1/portal/deliverables/${uuid(1)}/schedule`);
  expect(body.publish_at).toMatch(/Z$/);
  expect(await screen.findByText("Choose an earlier time.")).toBeVisible();
});

it("shows the planned time, and takes it back", async () => {
  const sent = serveReviews({ act: () => answer({ title: "It was reported", status: 409 }, 409) });
  await show(<ScheduleCard deliverable={{ ...piece, state: "scheduled", publish_at: "2100-03-04T10:00:00Z" }} />);
  expect(screen.getByText("You plan to publish it then")).toBeVisible();
  expect(screen.getByText("Say another time")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Take the time back" }));
  await waitFor(() => expect(sent.map(({ path }) => path)).toEqual([`/v1/portal/deliverables/${uuid(1)}/unschedule`]));
  expect(await screen.findByText("It was reported")).toBeVisible();
});

it("asks for nothing where nothing can be planned", async () => {
  await show(<ScheduleCard deliverable={{ ...piece, can_schedule: false }} />);
  expect(screen.queryByText("Say when you will publish it")).toBeNull();
});
