import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { Conflict, Deliverable, Extension, ExtensionPreview } from "../../api/schema";
import { answer, show } from "../../test/render";
import { serveReviews } from "../../test/reviews";
import { uuid } from "../../test/threads";
import { ExtensionLine } from "./Extension";

afterEach(() => {
  vi.unstubAllGlobals();
});

const deliverable = { id: uuid(901), title: "Launch video" } as Deliverable;
const extension: Extension = { id: uuid(801), state: "open", reason: "I am ill", publish_by: "2026-06-01T00:00:00Z", created_at: "2026-05-01T00:00:00Z" };
const block = { key: uuid(77), kind: "embargo", severity: "block", words: "Nothing may be out before 1 July 2026.", may_override: true } as Conflict;
const changes = [{ what: "Publication of “Launch video”", from: "25 May 2026", to: "1 June 2026" }];

async function open(preview: ExtensionPreview) {
  const sent = serveReviews({ roles: ["ops"], act: (_, path) => (path.endsWith("/preview") ? answer(preview) : undefined) });
  await show(<ExtensionLine deliverable={deliverable} extension={extension} brandId={uuid(1)} />);
  await userEvent.click(await screen.findByRole("button", { name: "Give more time" }));
  return { sent, dialog: within(await screen.findByRole("dialog", { name: "More time for Launch video" })) };
}

const grants = (sent: { path: string; body?: unknown }[]) => sent.filter(({ path }) => path.endsWith("/grant")).map(({ body }) => body);

it("shows what more time would change before it is given, and lets warnings pass", async () => {
  const { sent, dialog } = await open({ changes, pinned: [{ what: "End of the term", to: "It stays." }], conflicts: [{ ...block, severity: "warn", words: "Ada is away then." }] });
  expect(await dialog.findByText("Publication of “Launch video”")).toBeVisible();
  expect(dialog.getByText("instead of 25 May 2026")).toBeVisible();
  expect(dialog.getByText("Ada is away then.")).toBeVisible();
  expect(dialog.getByRole("heading", { name: "What stays" })).toBeVisible();
  expect(dialog.queryByLabelText(/Why its conflicts may stand/)).not.toBeInTheDocument();
  await userEvent.click(dialog.getByRole("button", { name: "Give more time" }));
  await waitFor(() => expect(grants(sent)).toEqual([{ publish_by: extension.publish_by }]));
});

it("wants a reason for what is in the way", async () => {
  const { sent, dialog } = await open({ changes, pinned: [], conflicts: [block] });
  expect(await dialog.findByText("In the way:")).toBeVisible();
  expect(dialog.getByRole("button", { name: "Give more time" })).toBeDisabled();
  await userEvent.type(dialog.getByLabelText(/Why its conflicts may stand/), "The client agrees");
  await userEvent.click(dialog.getByRole("button", { name: "Give more time" }));
  await waitFor(() => expect(grants(sent)).toEqual([{ publish_by: extension.publish_by, override_reason: "The client agrees" }]));
});

it("says who may let it stand to whoever may not", async () => {
  const { dialog } = await open({ changes, pinned: [], conflicts: [{ ...block, may_override: false }] });
  expect(await dialog.findByText(/Only legal and admins/)).toBeVisible();
  expect(dialog.queryByLabelText(/Why its conflicts may stand/)).not.toBeInTheDocument();
  expect(dialog.getByRole("button", { name: "Give more time" })).toBeDisabled();
});
