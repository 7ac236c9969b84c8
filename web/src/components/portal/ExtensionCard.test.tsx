import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { Partnership, PortalDeliverable } from "../../api/schema";
import { answer, show } from "../../test/render";
import { serveReviews } from "../../test/reviews";
import { uuid } from "../../test/threads";
import { ExtensionLine } from "../partnership/Extension";
import { ExtensionCard } from "./ExtensionCard";

afterEach(() => {
  vi.unstubAllGlobals();
});

const open = { id: uuid(5), state: "open" as const, reason: "My child is ill", created_at: "2026-03-02T10:00:00Z", draft_due_at: "2100-03-05T10:00:30Z", publish_by: "2100-03-09T10:00:00Z", answer_by: "2026-03-04T10:00:00Z" };
const piece: PortalDeliverable = {
  id: uuid(1), title: "Trail reel", term: 1, platform: "instagram", kind: "reel", state: "late", round: 0, can_submit: true, can_report_post: false, hashtags: [], asks: [], corrections: [], comments: [],
  draft_due_at: "2026-03-01T10:00:00Z", publish_by: "2100-03-05T10:00:00Z", can_ask_for_time: true,
};
const row = { id: uuid(1), partnership_id: uuid(2), title: "Trail reel", platform: "instagram", kind: "reel", state: "late", round: 0, late: true } as Partnership["deliverables"][number];

it("lets a creator ask for more time for what is late, from three days after now", async () => {
  const sent = serveReviews({ act: () => answer({ title: "Bad", status: 422, errors: [{ field: "publish_by", code: "before_draft", detail: "Move it as well." }] }, 422) });
  await show(<ExtensionCard deliverable={piece} />);
  await userEvent.click(screen.getByText("Ask for more time"));
  expect(Date.parse(screen.getByLabelText<HTMLInputElement>(/Draft by/).value)).toBeGreaterThan(Date.now() + 2 * 86_400_000);
  await userEvent.clear(screen.getByLabelText(/Publish by/));
  await userEvent.type(screen.getByLabelText(/Why/), " My child is ill ");
  await userEvent.click(screen.getByRole("button", { name: "Ask" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  const { path, body } = sent[0] as unknown as { path: string; body: { reason: string; draft_due_at?: string; publish_by?: string } };
  expect(path).toBe(`/v1/portal/deliverables/${uuid(1)}/extensions`);
  expect(body.reason).toBe("My child is ill");
  expect(body.draft_due_at).toMatch(/Z$/);
  expect(body.publish_by).toBeUndefined();
  expect(await screen.findByText("Move it as well.")).toBeVisible();
});

it("shows a creator what they asked for, takes it back, and shows the answer", async () => {
  const sent = serveReviews({ act: () => answer({ title: "It was answered", status: 409 }, 409) });
  const { unmount } = await show(<ExtensionCard deliverable={{ ...piece, can_ask_for_time: false, extension: open }} />);
  expect(screen.getByText("You asked for more time")).toBeVisible();
  expect(screen.queryByText("Ask for more time")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Take the request back" }));
  await waitFor(() => expect(sent.map(({ path }) => path)).toEqual([`/v1/portal/deliverables/${uuid(1)}/extensions/withdraw`]));
  expect(await screen.findByText("It was answered")).toBeVisible();
  unmount();
  await show(<ExtensionCard deliverable={{ ...piece, extension: { ...open, state: "declined", answer: "The shop opens then" } }} />);
  expect(screen.getByText("The shop opens then")).toBeVisible();
});

it("lets operations give the dates that were asked for, or decline with words", async () => {
  const sent = serveReviews({ roles: ["ops"], act: (_, path) => answer(path.endsWith("/preview") ? { changes: [], pinned: [], conflicts: [] } : {}) });
  const acts = () => sent.filter(({ path }) => !path.endsWith("/preview")).map(({ path, body }) => ({ path, body }));
  await show(<ExtensionLine deliverable={row} extension={open} brandId={uuid(1)} />);
  expect(screen.getByText("“My child is ill”")).toBeVisible();
  await userEvent.click(await screen.findByRole("button", { name: "Give more time" }));
  const give = within(await screen.findByRole("dialog")).getByRole("button", { name: "Give more time" });
  await waitFor(() => expect(give).toBeEnabled());
  await userEvent.click(give);
  await waitFor(() => expect(acts()).toEqual([{ path: `/v1/extensions/${uuid(5)}/grant`, body: { draft_due_at: open.draft_due_at, publish_by: open.publish_by } }]));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await userEvent.click(screen.getByRole("button", { name: "Decline" }));
  await userEvent.type(await screen.findByLabelText(/Words to the creator/), "The shop opens then");
  await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Decline" }));
  await waitFor(() => expect(acts()[1]).toMatchObject({ path: `/v1/extensions/${uuid(5)}/decline`, body: { words: "The shop opens then" } }));
});

it("shows people of other roles the request and no buttons", async () => {
  serveReviews({ roles: ["approver"] });
  await show(<ExtensionLine deliverable={row} extension={open} brandId={uuid(1)} />);
  expect(await screen.findByText("Asked for more time")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Give more time" })).toBeNull();
});
