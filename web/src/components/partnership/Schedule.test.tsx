import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, it, vi } from "vitest";

import type { Conflict, Partnership } from "../../api/schema";
import { answer, show } from "../../test/render";
import { serveReviews } from "../../test/reviews";
import { uuid } from "../../test/threads";
import { firstTime } from "./plan";
import { ScheduleLine } from "./Schedule";
import "./ScheduleDialog";

afterEach(() => {
  vi.unstubAllGlobals();
});

const row = {
  id: uuid(1), partnership_id: uuid(2), title: "Trail reel", platform: "instagram", kind: "reel", state: "approved_to_post", round: 0, late: false, publish_by: "2100-03-05T10:00:00Z",
} as Partnership["deliverables"][number];
const embargo: Conflict = {
  key: "k1", kind: "embargo", severity: "block", at: "2100-03-04T10:00:00Z", brand_id: uuid(1), campaign_id: uuid(4), campaign_name: "Spring", partnership_id: uuid(2), creator: { id: uuid(3), name: "Mia" }, title: "Trail reel",
  words: "Nothing of the campaign may be out before 5 March 2100.", may_override: true,
};
const line = (deliverable = row) => <ScheduleLine deliverable={deliverable} creator="Mia" brandId={uuid(1)} />;

it("plans a publication, with the creator's own time beside it", async () => {
  const sent = serveReviews({ roles: ["ops"], act: (_, path) => answer(path.endsWith("/preview") ? { creator_zone: "Asia/Tokyo", conflicts: [] } : {}) });
  await show(line());
  expect(screen.getByText("No time is planned yet")).toBeVisible();
  await userEvent.click(await screen.findByRole("button", { name: "Plan the publication" }));
  expect(await screen.findByText(/for Mia that is .*(JST|GMT\+9)/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Plan it" }));
  await waitFor(() => expect(sent.filter(({ path }) => !path.endsWith("/preview")).map(({ path }) => path)).toEqual([`/v1/deliverables/${uuid(1)}/schedule`]));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

it("says what stands in the way, and wants a reason", async () => {
  const sent = serveReviews({ roles: ["admin"], act: (_, path) => answer(path.endsWith("/preview") ? { creator_zone: "UTC", conflicts: [embargo] } : {}) });
  await show(line());
  await userEvent.click(await screen.findByRole("button", { name: "Plan the publication" }));
  expect(await screen.findByText(/Nothing of the campaign may be out/)).toBeVisible();
  const plan = within(screen.getByRole("dialog")).getByRole("button", { name: "Plan it" });
  expect(plan).toBeDisabled();
  await userEvent.type(screen.getByLabelText(/Why its conflicts may stand/), "They agreed");
  await userEvent.click(plan);
  await waitFor(() => expect(sent.at(-1)).toMatchObject({ path: `/v1/deliverables/${uuid(1)}/schedule`, body: { override_reason: "They agreed" } }));
});

it("sends those who may not let it stand to an admin", async () => {
  serveReviews({ roles: ["ops"], act: () => answer({ creator_zone: "UTC", conflicts: [{ ...embargo, may_override: false }] }) });
  await show(line());
  await userEvent.click(await screen.findByRole("button", { name: "Plan the publication" }));
  expect(await screen.findByText(/ask an admin to plan this one/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Plan it" })).toBeDisabled();
});

it("does not plan over another person's plan without saying so", async () => {
  const sent = serveReviews({ roles: ["ops"], act: (_, path) => answer(path.endsWith("/preview") ? { creator_zone: "UTC", conflicts: [] } : {}) });
  function Heard() {
    const [deliverable, setDeliverable] = useState(row);
    return <><button onClick={() => setDeliverable({ ...row, state: "scheduled", publish_at: "2100-03-04T10:00:00Z" })}>Somebody plans</button>{line(deliverable)}</>;
  }
  await show(<Heard />);
  await userEvent.click(await screen.findByRole("button", { name: "Plan the publication" }));
  await screen.findByRole("dialog");
  fireEvent.click(screen.getByText("Somebody plans"));
  expect(await screen.findByText("Somebody changed the plan meanwhile")).toBeVisible();
  expect(screen.getByText(/It is planned for .*2100/)).toBeVisible();
  const plan = within(screen.getByRole("dialog")).getByRole("button", { name: "Plan it" });
  expect(plan).toBeDisabled();
  await userEvent.click(screen.getByRole("button", { name: "Plan mine instead" }));
  await userEvent.click(plan);
  await waitFor(() => expect(sent.find(({ path }) => path.endsWith("/schedule"))).toMatchObject({ body: { instead_of: "2100-03-04T10:00:00Z" } }));
});

it("forgets what was refused once another time is chosen", async () => {
  serveReviews({ roles: ["ops"], act: (_, path) => path.endsWith("/preview") ? answer({ creator_zone: "UTC", conflicts: [] }) : answer({ code: "plan_changed", title: "Conflict", detail: "Somebody planned another time meanwhile.", status: 409 }, 409) });
  await show(line());
  await userEvent.click(await screen.findByRole("button", { name: "Plan the publication" }));
  await userEvent.click(await screen.findByRole("button", { name: "Plan it" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Somebody planned another time meanwhile.");
  const at = screen.getByLabelText(/To be published/);
  await userEvent.clear(at);
  await userEvent.type(at, "2100-03-05T09:00");
  expect(screen.queryByRole("alert")).toBeNull();
});

it("moves a plan and takes it back", async () => {
  const sent = serveReviews({ roles: ["ops"], act: () => answer({}) });
  await show(line({ ...row, state: "scheduled", publish_at: "2100-03-04T10:00:00Z" }));
  expect(screen.getByText(/^Planned for .*2100/)).toBeVisible();
  expect(await screen.findByRole("button", { name: "Plan another time" })).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Take the plan back" }));
  await waitFor(() => expect(sent.map(({ path }) => path)).toEqual([`/v1/deliverables/${uuid(1)}/unschedule`]));
});

it("shows people of other roles the plan and no buttons, and nothing before the approval", async () => {
  serveReviews({ roles: ["approver"] });
  const { unmount } = await show(line({ ...row, state: "scheduled", publish_at: "2100-03-04T10:00:00Z" }));
  expect(screen.getByText(/^Planned for/)).toBeVisible();
  expect(screen.queryByRole("button")).toBeNull();
  unmount();
  await show(line({ ...row, state: "in_review" }));
  expect(screen.queryByText("No time is planned yet")).toBeNull();
});

it("begins with a time inside the window", () => {
  expect(firstTime({ publish_at: "2100-03-04T10:00:00Z" }).toISOString()).toBe("2100-03-04T10:00:00.000Z");
  expect(firstTime({ publish_from: "2100-03-04T10:00:00Z", publish_by: "2100-03-09T10:00:00Z" }).toISOString()).toBe("2100-03-04T10:00:00.000Z");
  const soon = new Date(Date.now() + 3_600_000).toISOString();
  expect(firstTime({ publish_by: soon }).getTime()).toBeLessThan(Date.parse(soon));
});
