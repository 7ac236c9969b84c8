import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import { answer, show } from "../../test/render";
import { colleague, serve, uuid } from "../../test/threads";
import { Composer } from "./Composer";

afterEach(() => {
  vi.unstubAllGlobals();
});

let threads = 0;
/** Each test writes in a thread of its own, because what is typed is kept. */
function composer(rest: Partial<Parameters<typeof Composer>[0]> = {}) {
  const threadId = uuid(700 + ++threads);
  return { threadId, element: <Composer partnershipId={uuid(301)} brandId={uuid(1)} threadId={threadId} canMail {...rest} /> };
}
const field = async () => within(await screen.findByRole("form", { name: "Write" })).getByRole("textbox", { name: /^(Write to|A note|What was)/ });

it("answers in the thread by keys alone, and empties the field once it is sent", async () => {
  const { sent } = serve({ act: (_method, _path, body) => answer({ id: uuid(1), ...(body as object) }, 201) });
  const { threadId, element } = composer();
  await show(element);
  await field();
  await userEvent.keyboard("r");
  await userEvent.keyboard("See you{Enter}Mara{Control>}{Enter}{/Control}");
  await waitFor(() => expect(sent).toEqual([{ method: "POST", path: `/v1/partnerships/${uuid(301)}/messages`, body: { channel: "email", direction: "out", text: "See you\nMara", thread_id: threadId } }]));
  await waitFor(async () => expect(await field()).toHaveValue(""));
});

it("keeps the words and says why when it is refused", async () => {
  serve({ act: () => answer({ title: "Its state does not allow this now", status: 409, detail: "The creator must not be contacted." }, 409) });
  await show(composer().element);
  await userEvent.type(await field(), "Hello");
  await userEvent.click(screen.getByRole("button", { name: "Send mail" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("The creator must not be contacted.");
  expect(await field()).toHaveValue("Hello");
});

it("begins a thread of its own, and tells which one", async () => {
  const onSent = vi.fn();
  const { sent } = serve({ act: () => answer({ id: uuid(1), channel: "email", thread_id: uuid(99) }, 201) });
  await show(composer({ onSent }).element);
  await userEvent.type(await field(), "About the invoice");
  await userEvent.click(screen.getByRole("checkbox", { name: "Begin a thread of its own" }));
  await userEvent.type(screen.getByRole("textbox", { name: "Subject" }), "Invoice");
  await userEvent.click(screen.getByRole("button", { name: "Send mail" }));
  await waitFor(() => expect(onSent).toHaveBeenCalledWith(expect.objectContaining({ thread_id: uuid(99) })));
  expect(sent[0]?.body).toEqual({ channel: "email", direction: "out", subject: "Invoice", text: "About the invoice", new_thread: true });
});

it("offers people behind an @ in a note, and says whom it tells", async () => {
  const { sent } = serve({ act: (_method, _path, body) => answer({ id: uuid(1), ...(body as object) }, 201) });
  await show(composer().element);
  await field();
  await userEvent.keyboard("n");
  await userEvent.keyboard("Ask @sv");
  expect(await screen.findByRole("option", { name: "Sven Holm" })).toBeVisible();
  await userEvent.keyboard("{Enter}first");
  expect(await field()).toHaveValue("Ask @Sven Holm first");
  expect(screen.getByText("Sven Holm gets a task to read it.")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Keep note" }));
  await waitFor(() => expect(sent[0]?.body).toMatchObject({ channel: "note", direction: "internal", text: "Ask @Sven Holm first", mentions: [colleague.id] }));
});

it("offers nobody in a mail", async () => {
  serve({});
  await show(composer().element);
  await userEvent.type(await field(), "Hi @sv");
  expect(screen.queryByRole("option")).not.toBeInTheDocument();
});

it("logs a call that the creator made", async () => {
  const { sent } = serve({ act: (_method, _path, body) => answer({ id: uuid(1), ...(body as object) }, 201) });
  await show(composer().element);
  await userEvent.click(await screen.findByText("Log a call or DM"));
  await userEvent.type(await field(), "She says yes");
  await userEvent.click(screen.getByRole("button", { name: "Log it" }));
  await waitFor(() => expect(sent[0]?.body).toMatchObject({ channel: "call", direction: "in", text: "She says yes" }));
});

const canned = [
  { id: uuid(801), brand_id: uuid(1), name: "Media kit", body: "Hi {{creator.first_name}}", filled: "Hi Ada", missing: [] },
  { id: uuid(802), brand_id: uuid(1), name: "Shipping", body: "To {{creator.country}}", filled: "To {{creator.country}}", missing: ["creator.country"] },
];

it("inserts a canned answer where the words are, filled, and says which tags have no value", async () => {
  serve({ canned });
  await show(composer().element);
  await userEvent.type(await field(), "First. ");
  await userEvent.click(screen.getByRole("button", { name: "Canned answers" }));
  await userEvent.click(await screen.findByRole("button", { name: "Insert Media kit" }));
  expect(await field()).toHaveValue("First. Hi Ada");
  expect(screen.queryByText("The answer has gaps")).not.toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "Canned answers" }));
  expect(await screen.findByText("No value for creator.country")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Insert Shipping" }));
  expect(await screen.findByText(/No value is known for creator.country/)).toBeVisible();
});

it("saves what was typed as a canned answer, and removes one after a second press", async () => {
  const { sent } = serve({ canned, act: (_method, path, body) => (path.endsWith("/remove") ? new Response(null, { status: 204 }) : answer({ id: uuid(803), ...(body as object) }, 201)) });
  await show(composer().element);
  await userEvent.type(await field(), "We ship on Fridays.");
  await userEvent.click(screen.getByRole("button", { name: "Canned answers" }));
  await userEvent.click(await screen.findByRole("button", { name: "Save as canned answer…" }));
  await userEvent.type(await screen.findByRole("textbox", { name: /Name/ }), "Fridays");
  await userEvent.click(screen.getByRole("button", { name: "Save answer" }));
  await waitFor(() => expect(sent).toEqual([{ method: "POST", path: "/v1/canned-answers", body: { brand_id: uuid(1), name: "Fridays", body: "We ship on Fridays." } }]));
  await userEvent.click(await screen.findByRole("button", { name: "Remove Media kit" }));
  await userEvent.click(screen.getByRole("button", { name: "Yes, remove it for everybody" }));
  await waitFor(() => expect(sent[1]?.path).toBe(`/v1/canned-answers/${uuid(801)}/remove`));
});
