import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { Message, Role, RunningSequence, SequenceMoveAsk } from "../../api/schema";
import { answer, show } from "../../test/render";
import { me, message, uuid } from "../../test/threads";
import Sequences from "./Sequences";

afterEach(() => {
  vi.unstubAllGlobals();
});

const brand = uuid(1);
const partnership = uuid(301);
const at = (day: number) => ({ at: `2026-03-0${day}T09:00:00Z`, latest: `2026-03-0${day}T09:00:00Z`, why: "3 business days after the step before." });
const run: RunningSequence = {
  sequence_id: uuid(40), name: "Usual outreach", version: 1, newest_version: 2, step: 2, sent: 1, zone: "Europe/Berlin",
  steps: [{ kind: "send", template: "invitation" }, { kind: "wait", business_days: 3 }, { kind: "send", template: "follow_up_1" }],
  upcoming: [{ step: 2, kind: "send", template: "follow_up_1", ...at(2) }, { step: 3, kind: "stop", ...at(2) }],
};
const draft = message(1, { direction: "out", state: "prepared", written_by: "machine", subject: "Your offer", text: "It stands until Friday.", thread_id: uuid(101) });

function serve({ items, messages = [], roles = ["ops"], move }: { items: RunningSequence[]; messages?: Message[]; roles?: Role[]; move?: (ask: SequenceMoveAsk) => Response }) {
  const sent: { path: string; body: unknown }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname: path } = new URL(request.url);
    if (request.method !== "GET") {
      const body = (await request.json()) as SequenceMoveAsk;
      sent.push({ path, body });
      return move?.(body) ?? answer({});
    }
    if (path === "/v1/session") return answer({ user_id: me.id, name: me.name, email: "mara@northwind.example", brands: [{ brand_id: brand, roles }] });
    if (path === `/v1/partnerships/${partnership}/sequences`) return answer({ items });
    if (path.endsWith("/messages")) return answer({ items: messages });
    if (path === "/v1/sequences") {
      return answer({ items: [{ id: run.sequence_id, name: run.name, version: 2, cool_off_days: 90, created_at: "2026-03-02T00:00:00Z", steps: [{ kind: "send", template: "invitation" }, { kind: "task", title: "Call" }] }] });
    }
    return answer({ items: [] });
  });
  return sent;
}
const sequences = <Sequences partnershipId={partnership} brandId={brand} />;

it("says in one line that nothing runs", async () => {
  serve({ items: [] });
  await show(sequences);
  expect(await screen.findByText("No sequence runs now.")).toBeVisible();
});

it("says how far each has come and what it will do, when in the creator's zone", async () => {
  serve({ items: [run, { ...run, id: uuid(60), name: "Thanks", version: 2, sent: 0, upcoming: [...run.upcoming, ...run.upcoming] }], roles: ["auditor"] });
  await show(sequences);
  const outreach = within(await screen.findByRole("article", { name: "Usual outreach" }));
  expect(outreach.getByText("version 1; 2 is the newest, 1 mail sent")).toBeVisible();
  const [mail, end] = within(outreach.getByRole("list", { name: "What Usual outreach will do" })).getAllByRole("listitem");
  expect(mail).toHaveTextContent(/^Step 3Sends “Follow up 1”.*ago, Mon, 2 Mar 2026, 10:00:00/);
  expect(end).toHaveTextContent("Ends as unanswered");
  const thanks = within(screen.getByRole("article", { name: "Thanks" }));
  expect(thanks.getByText("version 2, the newest, no mail sent yet")).toBeVisible();
  expect(thanks.getByText("1 more step")).toBeVisible();
  expect(screen.queryByRole("button")).not.toBeInTheDocument();
});

it("says what holds it up", async () => {
  serve({ items: [{ ...run, blocked: "a merge tag has no value" }] });
  await show(sequences);
  expect(await screen.findByText("A merge tag has no value.")).toBeVisible();
});

it("shows the mail that waits for a look, and lets it go", async () => {
  const sent = serve({ items: [{ ...run, message_id: draft.id }], messages: [message(2), draft] });
  await show(sequences);
  expect(await screen.findByText("It stands until Friday.")).toBeVisible();
  expect(screen.getByRole("link", { name: "See it in its thread" })).toHaveAttribute("href", expect.stringContaining(uuid(101)));
  await userEvent.click(await screen.findByRole("button", { name: "Send it" }));
  await waitFor(() => expect(sent).toEqual([{ path: `/v1/partnerships/${partnership}/commands`, body: { command: "let_mail_go", message_id: draft.id } }]));
});

it("says where to look for a mail that is not among the newest", async () => {
  serve({ items: [{ ...run, message_id: draft.id }] });
  await show(sequences);
  expect(await screen.findByRole("link", { name: "Find it in the inbox" })).toBeVisible();
});

it("moves to another version only after showing what that changes", async () => {
  const sent = serve({
    items: [run],
    move: ({ version = 2, step = 1, dry_run }) => answer({ moved: !dry_run, version, step, zone: run.zone, as_is: run.upcoming, then: [{ step, kind: "task", title: "Call", ...at(3) }] }),
  });
  await show(sequences);
  await userEvent.click(await screen.findByRole("button", { name: "Move Usual outreach to another version" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Move “Usual outreach” to another version" }));
  expect(within(await dialog.findByRole("list", { name: "As it is" })).getByText("Sends “Follow up 1”")).toBeVisible();
  expect(within(dialog.getByRole("list", { name: "Then" })).getByText("Makes a task: Call")).toBeVisible();
  expect(dialog.getByRole("combobox", { name: "Version" })).toHaveDisplayValue("Version 2, the newest");
  await userEvent.selectOptions(dialog.getByRole("combobox", { name: "Goes on with step" }), "Step 1: Send “Invitation”");
  await waitFor(() => expect(dialog.getByRole("button", { name: "Move it" })).toBeEnabled());
  expect(sent.map(({ body }) => (body as SequenceMoveAsk).dry_run)).toEqual([true, true]);
  await userEvent.click(dialog.getByRole("button", { name: "Move it" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  expect(sent).toContainEqual({ path: `/v1/partnerships/${partnership}/sequence-moves`, body: { sequence_id: run.sequence_id, version: 2, step: 0, dry_run: false } });
});

it("says why it cannot be moved", async () => {
  serve({ items: [run], move: () => answer({ title: "Its state does not allow this now", status: 409, detail: "A mail of this sequence is on its way at this moment. Try again in a minute." }, 409) });
  await show(sequences);
  await userEvent.click(await screen.findByRole("button", { name: "Move Usual outreach to another version" }));
  expect(await screen.findByText(/is on its way at this moment/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Move it" })).toBeDisabled();
});
