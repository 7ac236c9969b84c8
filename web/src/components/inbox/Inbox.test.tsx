import { useNavigate, useSearch } from "@tanstack/react-router";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import { answer, show } from "../../test/render";
import { colleague, me, message, serve, thread, uuid } from "../../test/threads";
import { dismiss, toasts } from "../../lib/toasts";
import { Toasts } from "../Toasts";
import { Inbox } from "./Inbox";
import type { InboxSearch } from "./search";

afterEach(() => {
  vi.unstubAllGlobals();
  for (const { id } of toasts.list()) dismiss(id);
});

/** Everything that a window of this width has room for. */
function width(em: number): void {
  vi.stubGlobal("matchMedia", (media: string) => Object.assign(new EventTarget(), { matches: em >= Number(/min-width: ([\d.]+)em/.exec(media)?.[1] ?? Infinity), media, onchange: null }));
}

// The address is the test router's, as it is the real one's on the page.
function InboxPage() {
  const search: unknown = useSearch({ strict: false });
  const navigate = useNavigate();
  return <Inbox search={search as InboxSearch} go={(change, replace) => void navigate({ to: ".", search: (before: object) => ({ ...before, ...change }), replace } as never)} />;
}

async function open(search: InboxSearch, em = 80) {
  width(em);
  return show(<><InboxPage /><Toasts /></>, `/inbox?${new URLSearchParams(search).toString()}`);
}

const list = () => screen.findByRole("list", { name: "Threads" });
const row = async (name: string) => within(await list()).findByRole("link", { name: new RegExp(name) });

const answerBy = "2026-03-10T16:00:00Z";

it("lists each thread with its creator, campaign, subject, preview, clock, suggestion, assignee and lock", async () => {
  serve({
    threads: [
      thread(1, { waiting: true, answer_by: answerBy, overdue: true, suggestion: { class: "counter_offer", amount: { amount: 125_000, currency: "usd" } }, assignee: colleague }),
      thread(2, { privacy: "private", hidden: true, subject: "", preview: "" }),
      thread(3, { suggestion: { class: "accept" }, last_direction: "out", assignee: me }),
    ],
  });
  await open({ box: "all" }, 30);
  const first = await row("Creator 1");
  expect(first).toHaveTextContent(/Subject 1 · Autumn.*Preview 1.*Overdue since .*Names a fee: \$1,250.*Sven Holm/);
  expect(await row("Creator 2")).toHaveTextContent(/Private thread.*Only who takes part reads it.*Private/);
  const third = await row("Creator 3");
  expect(third).toHaveTextContent("You");
  expect(third, "it was answered since").not.toHaveTextContent("Seems to accept");
});

it("asks for what each box holds, and keeps the words and the brand", async () => {
  const { asked } = serve({});
  await open({ brand: uuid(1), q: "pack" }, 30);
  await screen.findByText("No thread in “Waiting” matches");
  expect(asked.find((one) => one.startsWith("/v1/threads?"))).toMatch(/brand_id=.*q=pack.*state=open.*waiting=true/);
  await userEvent.click(screen.getByRole("link", { name: "Mine" }));
  await waitFor(() => expect(asked.some((one) => /q=pack.*assigned_to=me/.test(one))).toBe(true));
  await userEvent.click(screen.getByRole("link", { name: "Unassigned" }));
  await waitFor(() => expect(asked.some((one) => one.includes("assigned_to=nobody"))).toBe(true));
  await userEvent.click(screen.getByRole("link", { name: "Snoozed" }));
  await waitFor(() => expect(asked.some((one) => one.includes("state=snoozed"))).toBe(true));
});

it("teaches what an empty box means, and hides unmatched mail from those who may not file it", async () => {
  serve({ roles: ["approver"] });
  await open({});
  expect(await screen.findByText("No thread waits for an answer")).toBeVisible();
  expect(screen.queryByRole("link", { name: /Unmatched/ })).not.toBeInTheDocument();
});

it("opens the first thread where there is room, and keeps to it when another moves up", async () => {
  serve({ threads: [thread(1), thread(2)], pages: [[message(1)]] });
  const { queries } = await open({});
  expect(await screen.findByRole("heading", { level: 2, name: "Subject 1" })).toBeVisible();
  serve({ threads: [thread(2), thread(1)], pages: [[message(1)]] });
  await queries.invalidateQueries({ queryKey: ["thread"] });
  await waitFor(async () => expect(within(await list()).getAllByRole("link")[0]).toHaveTextContent("Creator 2"));
  expect(screen.getByRole("heading", { level: 2, name: "Subject 1" })).toBeVisible();
});

it("opens the thread of the partnership that a link names, also on a phone", async () => {
  for (const em of [80, 24]) {
    serve({ threads: [thread(1), thread(2)], pages: [[message(1)]] });
    const { unmount, search } = await open({ box: "waiting", partnership: uuid(302) }, em);
    expect(await screen.findByRole("heading", { level: em > 62 ? 2 : 1, name: "Subject 2" })).toBeVisible();
    expect(search()).toEqual({ box: "waiting", thread: uuid(102) });
    unmount();
  }
});

it("goes through the threads by keys, and back", async () => {
  serve({ threads: [thread(1), thread(2)], pages: [[message(1)]] });
  await open({ thread: uuid(101) });
  await row("Creator 1");
  await screen.findByText("Words 1");
  await userEvent.keyboard("j");
  expect(await screen.findByRole("heading", { level: 2, name: "Subject 2" })).toBeVisible();
  await waitFor(async () => expect(await row("Creator 2")).toHaveFocus());
  await userEvent.keyboard("k");
  expect(await screen.findByRole("heading", { level: 2, name: "Subject 1" })).toBeVisible();
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("heading", { level: 2, name: "Subject 1" })).not.toBeInTheDocument());
  await waitFor(async () => expect(await row("Creator 1")).toHaveFocus());
  await userEvent.keyboard("/");
  expect(screen.getByRole("searchbox", { name: "Search threads" })).toHaveFocus();
});

it("shows one pane on a phone, with a way back", async () => {
  serve({ threads: [thread(1)], pages: [[message(1)]] });
  await open({}, 24);
  await userEvent.click(await row("Creator 1"));
  expect(await screen.findByRole("heading", { level: 1, name: "Subject 1" })).toBeVisible();
  expect(screen.queryByRole("list", { name: "Threads" })).not.toBeInTheDocument();
  await userEvent.click(screen.getByRole("link", { name: "Back to the threads" }));
  expect(await list()).toBeVisible();
});

it("keeps what is being written while one looks at another thread, and a note never becomes a mail", async () => {
  serve({ threads: [thread(1), thread(2)], pages: [[message(1)]] });
  await open({ thread: uuid(101) });
  await row("Creator 1");
  await screen.findByText("Words 1");
  await userEvent.keyboard("r");
  const words = () => within(screen.getByRole("form", { name: "Write" })).getByRole("textbox");
  expect(words()).toHaveFocus();
  await userEvent.keyboard("Half a mail{Escape}j");
  await screen.findByRole("heading", { level: 2, name: "Subject 2" });
  expect(words()).toHaveValue("");
  await userEvent.keyboard("k");
  await screen.findByRole("heading", { level: 2, name: "Subject 1" });
  expect(words()).toHaveValue("Half a mail");
  await userEvent.keyboard("n");
  expect(words()).toHaveValue("");
  expect(screen.getByText("Not sent to the creator")).toBeVisible();
});

it("hears of a new message without taking away the field that one writes in", async () => {
  serve({ threads: [thread(5)], pages: [[message(1)]] });
  const { queries } = await open({ thread: uuid(105) });
  await screen.findByText("Words 1");
  await userEvent.keyboard("rHalf a ");
  serve({ threads: [thread(2), thread(5, { preview: "Newer" })], pages: [[message(2), message(1)]] });
  await queries.invalidateQueries();
  expect(await screen.findByText("Words 2")).toBeVisible();
  await userEvent.keyboard("word");
  const words = within(screen.getByRole("form", { name: "Write" })).getByRole("textbox");
  expect(words).toHaveFocus();
  expect(words).toHaveValue("Half a word");
});

it("loads older messages until the one of the address is there, and marks exactly that one", async () => {
  const scroll = vi.spyOn(Element.prototype, "scrollIntoView");
  serve({ threads: [thread(1)], pages: [[message(1), message(2)], [message(3), message(4)], [message(5), message(6)], [message(7)]] });
  await open({ thread: uuid(101), message: uuid(505) });
  const marked = (await screen.findByText("Words 5")).closest("li");
  await waitFor(() => expect(marked).toHaveAttribute("aria-current", "true"));
  expect(marked).toHaveFocus();
  expect(scroll.mock.contexts.at(-1)).toBe(marked);
  expect(document.querySelectorAll("[aria-current=true][id^=message-]")).toHaveLength(1);
  expect(screen.queryByText("Words 7"), "no more than needed").not.toBeInTheDocument();
  const shown = screen.getAllByText(/^Words \d/).map((element) => element.textContent);
  expect(shown, "in reading order").toEqual(["Words 6", "Words 5", "Words 4", "Words 3", "Words 2", "Words 1"]);
});

it("says so when the message of the address is in another thread now", async () => {
  serve({ threads: [thread(1)], pages: [[message(1)]] });
  await open({ thread: uuid(101), message: uuid(599) });
  expect(await screen.findByText("That message is not in this thread")).toBeVisible();
});

it("says who wrote what, what became of it, and what is not sent", async () => {
  serve({
    threads: [thread(1)],
    pages: [[
      message(1, { files: [{ n: 2, name: "rates.pdf", content_type: "application/pdf", size: 2_400_000, sha256: "x" }] }),
      message(2, { direction: "out", state: "delivered", author: "Rapport", written_by: "looked_at" }),
      message(3, { direction: "internal", channel: "note", state: "logged", author: "Sven Holm", written_by: "person", mentions: [me] }),
    ]],
  });
  await open({ thread: uuid(101) });
  await screen.findByText("Words 1");
  const [note, mail] = within(screen.getByRole("region", { name: "Messages" })).getAllByRole("listitem").filter(({ id }) => id.startsWith("message-"));
  const reply = screen.getByRole("listitem", { name: "Ada, mail" });
  expect(reply).toHaveTextContent("the creator, mail");
  expect(within(reply).getByRole("link", { name: /rates.pdf.*2.4 MB/ })).toHaveAttribute("href", `/v1/messages/${uuid(501)}/files/2`);
  expect(mail).toHaveTextContent(/a machine, looked at by a person, mail.*Delivered/);
  expect(note).toHaveTextContent(/Not sent to the creator.*Mentions Mara Voss/);
});

it("tells of a private thread that there are words, and lets nobody act who cannot read them", async () => {
  const { sent } = serve({ threads: [thread(1, { hidden: true, privacy: "private", subject: "" })], pages: [[message(1, { hidden: true, text: undefined })]] });
  await open({ thread: uuid(101) });
  expect(await screen.findByText("Only who takes part in this thread reads it.")).toBeVisible();
  expect(screen.queryByRole("form", { name: "Write" })).not.toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Done" })).not.toBeInTheDocument();
  await userEvent.keyboard("e");
  expect(sent).toEqual([]);
});

it("is only read by roles that may not act", async () => {
  const { sent } = serve({ roles: ["auditor"], threads: [thread(1)], pages: [[message(1, { direction: "out", state: "prepared", written_by: "machine", to_look_at: true })]] });
  await open({ thread: uuid(101) });
  expect(await screen.findByText(/Writing to creators takes the role Operations/)).toBeVisible();
  for (const name of ["Assign", "Snooze", "Done", "Make it private", "Merge…", "Split…", "Send it", "Edit", "Skip this mail"]) expect(screen.queryByRole("button", { name })).not.toBeInTheDocument();
  await userEvent.keyboard("e");
  expect(sent).toEqual([]);
});

it("is done with a key, and goes on to the next thread", async () => {
  const { sent } = serve({ threads: [thread(1), thread(2)], pages: [[message(1)]], act: () => answer(thread(1, { state: "done" })) });
  await open({ thread: uuid(101) });
  await row("Creator 1");
  await screen.findByText("Words 1");
  await userEvent.keyboard("e");
  expect(await screen.findByRole("heading", { level: 2, name: "Subject 2" })).toBeVisible();
  expect(sent).toEqual([{ method: "POST", path: `/v1/threads/${uuid(101)}/state`, body: { state: "done" } }]);
});

it("shows an assignee at once, and takes it back with the reason when it is refused", async () => {
  let refuse: (response: Response) => void = () => undefined;
  serve({ threads: [thread(1)], pages: [[message(1)]] });
  await open({ thread: uuid(101) });
  await screen.findByText("Words 1");
  const fetch = globalThis.fetch;
  vi.stubGlobal("fetch", (request: Request) => (request.method === "POST" ? new Promise<Response>((resolve) => { refuse = resolve; }) : fetch(request)));
  await userEvent.keyboard("a");
  await userEvent.type(await screen.findByRole("combobox", { name: "Search people" }), "sven");
  await userEvent.keyboard("{Enter}");
  expect(await screen.findByRole("button", { name: "Sven Holm" })).toBeVisible();
  refuse(answer({ title: "Some fields need another value", status: 422, detail: "This person has no role at the brand." }, 422));
  expect(await screen.findByText("This person has no role at the brand.")).toBeVisible();
  expect(screen.getByRole("button", { name: "Assign" })).toBeVisible();
});

it("puts a thread off to the time that is pressed", async () => {
  const { sent } = serve({ threads: [thread(1)], pages: [[message(1)]] });
  await open({ thread: uuid(101) });
  await screen.findByText("Words 1");
  await userEvent.keyboard("s");
  await userEvent.click(await screen.findByRole("button", { name: /^Tomorrow morning/ }));
  await waitFor(() => expect(sent).toHaveLength(1));
  const { until } = sent[0]?.body as { until: string };
  expect(sent[0]?.path).toBe(`/v1/threads/${uuid(101)}/snooze`);
  expect(new Date(until).getHours()).toBe(9);
});

it("moves the chosen messages into a thread of their own, and goes there", async () => {
  const { sent } = serve({
    threads: [thread(1), thread(9)], pages: [[message(1), message(2), message(3)]],
    act: () => answer(thread(9), 201),
  });
  const { search } = await open({ thread: uuid(101), box: "all" });
  await userEvent.click(await screen.findByRole("button", { name: "Split…" }));
  expect(screen.queryByRole("form", { name: "Write" })).not.toBeInTheDocument();
  await screen.findAllByRole("checkbox", { name: "Choose the mail by Ada" });
  for (const words of ["Words 3", "Words 1"]) {
    await userEvent.click(within(screen.getByText(words).closest("li") ?? document.body).getByRole("checkbox"));
  }
  expect(screen.getByText("2 messages chosen")).toBeVisible();
  const move = screen.getByRole("button", { name: "Move them" });
  expect(move).toBeDisabled();
  await userEvent.type(screen.getByRole("textbox", { name: /Subject of the new thread/ }), "Payment");
  await userEvent.click(move);
  await waitFor(() => expect(search()).toMatchObject({ thread: uuid(109) }));
  expect(sent).toEqual([{ method: "POST", path: `/v1/threads/${uuid(101)}/split`, body: { message_ids: [uuid(503), uuid(501)], subject: "Payment" } }]);
});

it("merges into another thread of the same creator and brand", async () => {
  const { sent, asked } = serve({ threads: [thread(1), thread(2, { subject: "Spring" })], pages: [[message(1)]], act: () => answer(thread(2)) });
  const { search } = await open({ thread: uuid(101), box: "all" });
  await userEvent.click(await screen.findByRole("button", { name: "Merge…" }));
  await userEvent.click(await screen.findByRole("option", { name: /Spring/ }));
  await waitFor(() => expect(search()).toMatchObject({ thread: uuid(102) }));
  expect(asked.some((one) => one.includes(`creator_id=${uuid(201)}`))).toBe(true);
  expect(sent).toEqual([{ method: "POST", path: `/v1/threads/${uuid(101)}/merge`, body: { thread_id: uuid(102) } }]);
});

it("gives the suggestion as a hint with the words that decided", async () => {
  serve({ threads: [thread(1, { waiting: true, suggestion: { class: "accept", why: "count me in" } })], pages: [[message(1)]] });
  await open({ thread: uuid(101) });
  expect(await screen.findByText(/count me in/)).toHaveTextContent("by “count me in”. A hint; you decide.");
});

it("takes back what was done about a thread, by a press or by a key, also after one went on to the next", async () => {
  const { sent } = serve({ threads: [thread(1, { assignee: colleague }), thread(2)], pages: [[message(1)]], act: (_, path) => answer({ ...thread(1), ...(path.endsWith("/state") ? { state: "done" } : { assignee: me }) }) });
  await open({ thread: uuid(101) });
  await screen.findByRole("heading", { level: 2, name: "Subject 1" });
  await userEvent.click(screen.getByRole("button", { name: "Done" }));
  await screen.findByRole("heading", { level: 2, name: "Subject 2" });
  await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
  await screen.findByText("Undone");
  expect(sent.map(({ path, body }) => [path, body])).toEqual([[`/v1/threads/${uuid(101)}/state`, { state: "done" }], [`/v1/threads/${uuid(101)}/state`, { state: "open" }]]);
  expect(screen.queryByRole("button", { name: "Undo" }), "once").not.toBeInTheDocument();

  await userEvent.click(await row("Creator 1"));
  await userEvent.click(await screen.findByRole("button", { name: "Sven Holm" }));
  await userEvent.click(await screen.findByRole("option", { name: /you/ }));
  await screen.findByText("Given to you");
  await userEvent.keyboard("z");
  await waitFor(() => expect(sent.at(-1)).toMatchObject({ path: `/v1/threads/${uuid(101)}/assign`, body: { user_id: colleague.id } }));
});
