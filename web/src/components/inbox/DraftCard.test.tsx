import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, it, vi } from "vitest";

import { answer, show } from "../../test/render";
import { message, serve, uuid } from "../../test/threads";
import { DraftCard } from "./DraftCard";
import EditDraft from "./EditDraft";

afterEach(() => {
  vi.unstubAllGlobals();
});

const draft = message(1, { direction: "out", state: "prepared", written_by: "machine", to_look_at: true, subject: "Your offer", text: "It stands until Friday." });
const card = <DraftCard message={draft} partnershipId={uuid(301)} brandId={uuid(1)} />;
const commands = `/v1/partnerships/${uuid(301)}/commands`;

it("sends or skips a mail only when a person says so", async () => {
  const { sent } = serve({});
  await show(card);
  await userEvent.click(await screen.findByRole("button", { name: "Send it" }));
  await waitFor(() => expect(sent).toEqual([{ method: "POST", path: commands, body: { command: "let_mail_go", message_id: draft.id } }]));
  await userEvent.click(screen.getByRole("button", { name: "Skip this mail" }));
  await waitFor(() => expect(sent[1]).toEqual({ method: "POST", path: commands, body: { command: "skip_mail", message_id: draft.id } }));
});

it("is edited first, and not sent while the changes are not saved", async () => {
  const { sent } = serve({ act: (_method, _path, body) => answer({ ...draft, ...(body as object) }) });
  await show(card);
  await userEvent.click(await screen.findByRole("button", { name: "Edit" }));
  expect(screen.queryByRole("button", { name: "Send it" })).not.toBeInTheDocument();
  await userEvent.type(await screen.findByRole("textbox", { name: /Text/ }), " Or Monday.");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByRole("button", { name: "Send it" })).toBeVisible();
  expect(sent).toEqual([{ method: "PATCH", path: `/v1/messages/${draft.id}`, body: { subject: "Your offer", text: "It stands until Friday. Or Monday." } }]);
});

it("saves against the version that it was opened with, whatever is saved meanwhile", async () => {
  const matched: (string | null)[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    matched.push(request.headers.get("If-Match"));
    return Promise.resolve(answer({ title: "Somebody changed it", status: 412 }, 412));
  });
  function Live() {
    const [version, setVersion] = useState(1);
    return <><button onClick={() => setVersion(2)}>A colleague saves</button><EditDraft message={{ ...draft, version }} close={vi.fn()} /></>;
  }
  await show(<Live />);
  await userEvent.type(screen.getByRole("textbox", { name: /Text/ }), " Or Monday.");
  await userEvent.click(screen.getByRole("button", { name: "A colleague saves" }));
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(matched).toEqual(['"1"']));
});

it("says why it was refused", async () => {
  serve({ act: () => answer({ title: "Its state does not allow this now", status: 409, detail: "The creator has written meanwhile." }, 409) });
  await show(card);
  await userEvent.click(await screen.findByRole("button", { name: "Send it" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("The creator has written meanwhile.");
});

it("has no buttons for those who only read", async () => {
  serve({ roles: ["auditor"] });
  await show(card);
  expect(await screen.findByText("It stands until Friday.")).toBeVisible();
  expect(screen.queryByRole("button")).not.toBeInTheDocument();
});
