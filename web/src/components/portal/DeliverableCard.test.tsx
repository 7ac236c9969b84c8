import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, it, vi } from "vitest";

import type { Comment, PortalDeliverable, PortalHome } from "../../api/schema";
import { openApp } from "../../test/app";
import { answer, show } from "../../test/render";
import { uuid } from "../../test/threads";
import { placeText } from "./Comments";
import { DeliverableCard } from "./DeliverableCard";

afterEach(() => {
  vi.unstubAllGlobals();
});

const at = "2026-03-02T10:00:00Z";
const id = uuid(1);

function deliverable(rest: Partial<PortalDeliverable> = {}): PortalDeliverable {
  return {
    id, title: "Trail reel", term: 1, platform: "instagram", kind: "reel", state: "awaiting_draft", round: 0, can_submit: false, can_report_post: false,
    hashtags: [], asks: [], corrections: [], comments: [], ...rest,
  };
}

const home: PortalHome = {
  locale: "en",
  creator_name: "Ada", brand_name: "Northwind", campaign_name: "Autumn", brief: "", signed: [], deliverables: [], payments: [], others: [], payee_state: "ready", needs_onboarding: false,
};

interface Sent {
  path: string;
  key: string | null;
  body: unknown;
}

/** Takes every step, and tells what was sent; a refusal or a wait can stand in for the yes. */
function serve(act: () => Response | Promise<Response> = () => answer(home)): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const isForm = request.headers.get("Content-Type")?.startsWith("multipart/form-data");
    sent.push({
      path: new URL(request.url).pathname, key: request.headers.get("Idempotency-Key"),
      body: isForm ? Object.fromEntries([...(await request.formData()).entries()].map(([name, value]) => [name, typeof value === "string" ? value : "a file"])) : await request.json(),
    });
    return act();
  });
  return sent;
}

const refusal = () => answer({ title: "Its state does not allow this now", status: 422, detail: "It was not kept." }, 422);

it("says whose decision is waited for, until when, what silence does and what comes after", async () => {
  await show(<DeliverableCard deliverable={deliverable({
    state: "in_review", reviewing: "Legal",
    waiting: { stage: "Legal check", who: ["Mara Voss", "Sven Holm"], since: at, due_at: "2026-03-05T10:00:00Z", silence: "If nobody decides, the draft is held and an admin is told.", silence_at: "2026-03-06T15:30:00Z", ahead: ["Brand", "Final look"] },
  })} />);
  const fact = (label: string) => screen.getByText(label).nextElementSibling;
  expect(fact("Waiting for")).toHaveTextContent("Mara Voss and Sven HolmLegal check");
  expect(fact("Since")).toHaveTextContent("2 Mar 2026");
  expect(fact("Decision due")).toHaveTextContent("5 Mar 2026");
  expect(fact("If nobody decides")).toHaveTextContent(/^The draft is held and an admin is told\..*6 Mar 2026, \d\d:30:00/);
  expect(fact("After that")).toHaveTextContent("Brand, then Final look");
  expect(screen.queryByText("Looking at it")).not.toBeInTheDocument();
});

it("still says who looks when nobody is waited for by name", async () => {
  const { unmount } = await show(<DeliverableCard deliverable={deliverable({ state: "in_review", reviewing: "The automatic checks" })} />);
  expect(screen.getByText("The automatic checks")).toBeVisible();
  unmount();
  await show(<DeliverableCard deliverable={deliverable({ state: "in_review", waiting: { stage: "Legal", who: [], since: at, silence: "It is held" } })} />);
  expect(screen.getByText("Our team")).toBeVisible();
  expect(screen.getByText("No other stage")).toBeVisible();
});

const corrections = [{ id: uuid(21), text: "Write “grams”" }, { id: uuid(22), text: "Tag the brand", done_at: at }];

it("ticks a correction and takes the tick back, and changes nothing before the answer", async () => {
  let reply: (response: Response) => void = () => undefined;
  const sent = serve(() => new Promise((resolve) => {
    reply = resolve;
  }));
  await show(<DeliverableCard deliverable={deliverable({ state: "approved_to_post", corrections })} />);
  expect(screen.getByText(/need no new version.*report the address of your post/)).toBeVisible();
  expect(screen.getByText("1 of 2 left.")).toBeVisible();
  const box = screen.getByRole("checkbox", { name: "Write “grams”" });
  await userEvent.click(box);
  await waitFor(() => expect(sent).toEqual([{ path: `/v1/portal/corrections/${uuid(21)}`, key: expect.any(String) as string, body: { done: true } }]));
  expect(box).not.toBeChecked();
  expect(box).toHaveAttribute("aria-disabled", "true");
  await userEvent.click(box);
  expect(sent).toHaveLength(1);
  reply(answer(home));
  await waitFor(() => expect(box).toHaveAttribute("aria-disabled", "false"));
  expect(box).toHaveFocus();

  await userEvent.click(screen.getByRole("checkbox", { name: "Tag the brand" }));
  await waitFor(() => expect(sent[1]).toMatchObject({ path: `/v1/portal/corrections/${uuid(22)}`, body: { done: false } }));
  reply(refusal());
  expect(await screen.findByRole("alert")).toHaveTextContent("It was not kept.");
});

it.each([["Agree", "Yes, agree", "agree"], ["Decline", "Yes, decline", "decline"]])("asks about another round: %s", async (first, second, decision) => {
  const sent = serve();
  await show(<DeliverableCard deliverable={deliverable({ state: "changes_requested", round: 3, can_submit: true, round_question: { round: 3, included: 2, fee: { amount: 15_000, currency: "usd" } } })} />);
  expect(screen.getByText("This would be revision round 3; your contract includes 2")).toBeVisible();
  expect(screen.getByText("$150.00")).toBeVisible();
  expect(screen.queryByRole("form", { name: /^Submit a draft/ })).not.toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: first }));
  expect(sent).toEqual([]);
  await userEvent.type(screen.getByRole("textbox", { name: "Message" }), "Soon");
  await userEvent.click(screen.getByRole("button", { name: second }));
  await waitFor(() => expect(sent).toMatchObject([{ path: `/v1/portal/deliverables/${id}/round`, body: { decision, message: "Soon" } }]));
});

it("says that no money is offered for the round, and keeps the message when it is refused", async () => {
  const sent = serve(refusal);
  await show(<DeliverableCard deliverable={deliverable({ state: "changes_requested", round: 3, round_question: { round: 3, included: 2 } })} />);
  expect(screen.getByText(/No money is offered/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Decline" }));
  await userEvent.type(screen.getByRole("textbox", { name: "Message" }), "Too much");
  await userEvent.click(screen.getByRole("button", { name: "Yes, decline" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("It was not kept.");
  expect(screen.getByRole("textbox", { name: "Message" })).toHaveValue("Too much");
  expect(sent).toHaveLength(1);
});

const pick = async (name: string) => {
  const input = document.querySelector<HTMLInputElement>("input[type=file]");
  if (!input) throw new Error("no input for a file");
  await userEvent.upload(input, new File(["x"], name, { type: "video/mp4" }));
};

it("sends whether the video says and shows that it is an advertisement, and keeps everything when it is refused", async () => {
  let act = refusal;
  const sent = serve(() => act());
  await show(<DeliverableCard deliverable={deliverable({ can_submit: true, spoken: true })} />);
  await pick("draft.mp4");
  await userEvent.type(screen.getByRole("textbox", { name: /Caption/ }), "Day #ad");
  await userEvent.click(screen.getByRole("checkbox", { name: "The video says that it is an advertisement" }));
  await userEvent.click(screen.getByRole("button", { name: "Submit the draft" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("It was not kept.");
  expect(sent[0]).toMatchObject({ path: `/v1/portal/deliverables/${id}/submissions`, body: { caption: "Day #ad", file: "a file", spoken: "true", written: "false" } });
  expect(screen.getByRole("textbox", { name: /Caption/ })).toHaveValue("Day #ad");
  expect(screen.getByText("draft.mp4")).toBeVisible();

  act = () => answer(home);
  await userEvent.click(screen.getByRole("checkbox", { name: "The video shows it in writing" }));
  await userEvent.click(screen.getByRole("button", { name: "Submit the draft" }));
  await waitFor(() => expect(sent[1]?.body).toMatchObject({ spoken: "true", written: "true", file: "a file" }));
});

it("asks nothing about advertisements where none is to be declared", async () => {
  const sent = serve();
  await show(<DeliverableCard deliverable={deliverable({ can_submit: true })} />);
  expect(screen.queryByRole("checkbox")).not.toBeInTheDocument();
  await userEvent.type(screen.getByRole("textbox", { name: /Caption/ }), "Hi");
  await userEvent.click(screen.getByRole("button", { name: "Submit the draft" }));
  await waitFor(() => expect(sent[0]?.body).toEqual({ caption: "Hi" }));
});

function Late({ before }: { before: PortalDeliverable }) {
  const [state, setState] = useState(before.state);
  return (
    <>
      <DeliverableCard deliverable={{ ...before, state }} />
      <button onClick={() => setState("late")}>Later</button>
    </>
  );
}

it("keeps what was typed when the deliverable turns late meanwhile", async () => {
  const before = deliverable({ can_submit: true });
  await show(<Late before={before} />);
  await userEvent.type(screen.getByRole("textbox", { name: /Caption/ }), "Half");
  await userEvent.click(screen.getByRole("button", { name: "Later" }));
  expect(screen.getByText("Late")).toBeVisible();
  expect(screen.getByRole("textbox", { name: /Caption/ })).toHaveValue("Half");
});

it("lists what the automatic checks want changed, and takes a new version", async () => {
  await show(<DeliverableCard deliverable={deliverable({ state: "changes_requested", can_submit: true, round: 1, feedback: "The caption lacks #ad.\n\nThe video is longer than 60 seconds." })} />);
  expect(screen.getByText("What must change")).toBeVisible();
  expect(screen.getByText(/lacks #ad\.\s+The video is longer/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Submit the new version" })).toBeVisible();
});

function comment(n: number, rest: Partial<Comment> = {}): Comment {
  return { id: uuid(30 + n), submission_id: uuid(5), version: 1, author: "Mara Voss", author_kind: "house", internal: false, text: `Words ${n}`, created_at: at, ...rest };
}

it("names the place of a comment", () => {
  expect(placeText({})).toBeUndefined();
  expect(placeText({ anchor: { kind: "time", seconds: 12.4 } })).toBe("at 0:12");
  expect(placeText({ anchor: { kind: "time", seconds: 3725 } })).toBe("at 1:02:05");
  expect(placeText({ anchor: { kind: "time", seconds: 75, x: 0.5, y: 0.5 } })).toBe("at 1:15, on a place in the picture");
  expect(placeText({ anchor: { kind: "point", x: 0, y: 0 } })).toBe("on a place in the picture");
  expect(placeText({ anchor: { kind: "span", from: 0, to: 4 }, quote: "long days" })).toBe("on “long days”");
  expect(placeText({ anchor: { kind: "span", from: 0, to: 4 } })).toBe("on words of the caption");
});

it("shows comments with their answers, and answers one", async () => {
  const sent = serve();
  await show(<DeliverableCard deliverable={deliverable({ comments: [
    comment(1, { anchor: { kind: "time", seconds: 12 }, text: "Louder here" }),
    comment(2, { author: "Ada", author_kind: "creator", reply_to: uuid(31), text: "Will do" }),
    comment(3, { resolved_at: at, text: "Long ago" }),
    comment(4, { reply_to: uuid(999), text: "Answers what is not shown" }),
  ] })} />);
  const threads = within(screen.getByRole("list", { name: "Comments" })).getAllByRole("button");
  expect(threads).toHaveLength(2);
  expect(screen.getByText(/Version 1, at 0:12/)).toBeVisible();
  expect(within(screen.getByRole("list", { name: "Answers" })).getByText("You")).toBeVisible();
  expect(screen.getByText("1 settled comment")).toBeVisible();

  await userEvent.click(screen.getByRole("button", { name: "Answer Mara Voss: Louder here" }));
  await userEvent.type(screen.getByRole("textbox", { name: /Your answer/ }), "Now it is");
  await userEvent.click(screen.getByRole("button", { name: "Send the answer" }));
  await waitFor(() => expect(sent).toMatchObject([{ path: `/v1/portal/deliverables/${id}/comments`, body: { text: "Now it is", reply_to: uuid(31) } }]));
  await waitFor(() => expect(screen.queryByRole("textbox")).not.toBeInTheDocument());
});

it("keeps the answer when it is refused", async () => {
  serve(refusal);
  await show(<DeliverableCard deliverable={deliverable({ comments: [comment(1)] })} />);
  await userEvent.click(screen.getByRole("button", { name: /^Answer/ }));
  await userEvent.type(screen.getByRole("textbox", { name: /Your answer/ }), "Kept");
  await userEvent.click(screen.getByRole("button", { name: "Send the answer" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("It was not kept.");
  expect(screen.getByRole("textbox", { name: /Your answer/ })).toHaveValue("Kept");
});

it("says of which term a piece and a payment are, once there are two", async () => {
  const payment = { id: uuid(7), title: "When posted", term: 2, amount: { amount: 50_000, currency: "usd" }, state: "Not earned yet" };
  let shown: PortalHome = { ...home, deliverables: [deliverable(), deliverable({ id: uuid(2), term: 2 })], payments: [payment] };
  vi.stubGlobal("fetch", (request: Request) => Promise.resolve(answer(request.url.endsWith("/home") ? shown : { items: [] })));
  const page = openApp("/portal/home");
  expect(await screen.findByRole("region", { name: "Trail reel, term 2" })).toBeVisible();
  expect(screen.getByText("When posted, term 2")).toBeVisible();
  page.unmount();
  shown = { ...shown, deliverables: [deliverable({ term: 2 })] };
  openApp("/portal/home");
  expect(await screen.findByRole("region", { name: "Trail reel" })).toBeVisible();
});

it.each<[PortalHome["locale"], string, string]>([
  ["en", "Mon, 2 Mar 2026", "expected Tue, 2 Mar 2100"],
  ["de", "Mo., 2. März 2026", "erwartet Di., 2. März 2100"],
])("gives the date of a payment to read, paid and expected, in %s", async (locale, paid, expected) => {
  const payment = { id: uuid(7), title: "When posted", term: 1, amount: { amount: 50_000, currency: "usd" }, state: "Paid", paid_at: at };
  const shown: PortalHome = { ...home, locale, payments: [payment, { ...payment, id: uuid(8), title: "Later", paid_at: undefined, expected_at: "2100-03-02T10:00:00Z" }] };
  vi.stubGlobal("fetch", (request: Request) => Promise.resolve(answer(request.url.endsWith("/home") ? shown : { items: [] })));
  openApp("/portal/home");
  await waitFor(() => expect(screen.getByText("When posted").closest("li")).toHaveTextContent(new RegExp(`Paid, ${paid}.+ \\(`)));
  expect(screen.getByText("Later").closest("li")).toHaveTextContent(new RegExp(`${expected}.+ \\(`));
});

it("goes on at another campaign with the brand, and says when that is refused", async () => {
  const autumn = { id: uuid(40), campaign_name: "Winter", state: "Running" };
  let status = 404;
  const sent: string[] = [];
  let shown: PortalHome = { ...home, others: [autumn] };
  vi.stubGlobal("scrollTo", vi.fn());
  vi.stubGlobal("fetch", (request: Request) => {
    const path = new URL(request.url).pathname;
    if (request.method === "GET") return Promise.resolve(answer(path.endsWith("/home") ? shown : { items: [] }));
    sent.push(path);
    if (status !== 200) return Promise.resolve(answer({ title: "Not found", status, detail: "There is no such partnership." }, status));
    shown = { ...home, campaign_name: "Winter" };
    return Promise.resolve(answer(shown));
  });
  openApp("/portal/home");
  const list = within(await screen.findByRole("region", { name: "Your other campaigns with Northwind" }));
  expect(list.getByText("Running")).toBeVisible();
  await userEvent.click(list.getByRole("button", { name: "Open Winter" }));
  expect(await list.findByText("There is no such partnership.")).toBeVisible();
  status = 200;
  await userEvent.click(list.getByRole("button", { name: "Open Winter" }));
  expect(await screen.findByText(/Winter/)).toBeVisible();
  await waitFor(() => expect(screen.queryByRole("region", { name: /other campaigns/ })).not.toBeInTheDocument());
  expect(sent).toEqual([`/v1/portal/partnerships/${autumn.id}/visit`, `/v1/portal/partnerships/${autumn.id}/visit`]);
});
