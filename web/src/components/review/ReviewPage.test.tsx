import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Review } from "../../api/schema";
import { openApp } from "../../test/app";
import { answer, show } from "../../test/render";
import { at, comment, review, serveReviews, submission } from "../../test/reviews";
import { colleague, me, uuid } from "../../test/threads";
import { talks } from "./anchors";
import { Checks } from "./Checks";
import { DecisionDialog } from "./DecisionDialog";
import { Draft } from "./Draft";
import { HandOver } from "./HandOver";
import ReviewLinks from "./ReviewLinks";
import { ReviewStages } from "./ReviewStages";
import Versions from "./Versions";

beforeEach(() => {
  URL.createObjectURL = () => "blob:x";
  URL.revokeObjectURL = () => undefined;
  HTMLMediaElement.prototype.pause = () => undefined;
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const comments = `/v1/submissions/${uuid(801)}/comments`;
const internal = "Only the house reads this";
const write = async (text: string) => {
  await userEvent.type(screen.getByRole("textbox", { name: /^Comment on/ }), text);
  await userEvent.click(screen.getByRole("button", { name: "Comment" }));
};

/** Selects words of the caption as a mouse would. */
function select(words: string) {
  const text = [...document.querySelectorAll(".caption")].flatMap((box) => [...box.childNodes]).find((node) => node.textContent?.includes(words)) as Text;
  const range = document.createRange();
  const from = text.data.indexOf(words);
  range.setStart(text, from);
  range.setEnd(text, from + words.length);
  document.getSelection()?.removeAllRanges();
  document.getSelection()?.addRange(range);
  fireEvent(document, new Event("selectionchange"));
}

it("comments on words that were selected, counted in characters, for the house alone unless it is said", async () => {
  const sent = serveReviews({});
  await show(<Draft submission={submission(1, { caption: "Go 🏔️👩‍🚀 with us #ad" })} lit={undefined} />);
  await screen.findByText(/Nobody has commented yet/);
  select("with us");
  await userEvent.click(screen.getByRole("button", { name: "Comment on this" }));
  expect(screen.getByText("On “with us”")).toBeVisible();
  await write("Who is us?");
  // "Go ", a mountain of two characters, an astronaut of three, a space.
  await waitFor(() => expect(sent).toEqual([expect.objectContaining({ path: comments, body: { text: "Who is us?", internal: true, anchor: { kind: "span", from: 9, to: 16 } } })]));
});

it("comments on words that keys selected", async () => {
  const sent = serveReviews({});
  await show(<Draft submission={submission(1, { caption: "😀 one\r\ntwo" })} lit={undefined} />);
  await screen.findByText(/Nobody has commented yet/);
  await userEvent.click(screen.getByRole("button", { name: "Comment on words" }));
  const field = screen.getByRole<HTMLTextAreaElement>("textbox", { name: /Select the words/ });
  const from = field.value.indexOf("two");
  field.setSelectionRange(from, from + 3);
  fireEvent.select(field);
  await userEvent.click(screen.getByRole("button", { name: "Comment on this" }));
  expect(screen.getByText("On “two”")).toBeVisible();
  await userEvent.click(screen.getByRole("radio", { name: "The creator reads this with the decision" }));
  await write("Three");
  await waitFor(() => expect(sent.map(({ body }) => body)).toEqual([{ text: "Three", internal: false, anchor: { kind: "span", from: 7, to: 10 } }]));
  // The next one is for the house again.
  await waitFor(() => expect(screen.getByRole("radio", { name: internal })).toBeChecked());
});

it("comments on a place in the picture, by keys", async () => {
  const sent = serveReviews({ comments: [comment(1, { anchor: { kind: "point", x: 0.25, y: 0.5 } })] });
  await show(<Draft submission={submission(1, { file_name: "a.png", file_type: "image/png" })} lit={undefined} />);
  expect(await screen.findByRole("button", { name: "Comment 1: Words 1" })).toHaveStyle({ left: "25%", top: "50%" });
  await userEvent.click(screen.getByRole("button", { name: "Comment on a place" }));
  await waitFor(() => expect(screen.getByRole("button", { name: "New comment, 50 % from the left, 50 % from the top" })).toHaveFocus());
  await userEvent.keyboard("{ArrowRight}{ArrowRight}{Shift>}{ArrowUp}{/Shift}");
  expect(screen.getByRole("button", { name: "New comment, 52 % from the left, 40 % from the top" })).toHaveFocus();
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(screen.getByRole("textbox", { name: "Comment on this place" })).toHaveFocus());
  await write("Too dark");
  await waitFor(() => expect(sent.map(({ body }) => body)).toEqual([{ text: "Too dark", internal: true, anchor: { kind: "point", x: 0.52, y: 0.4 } }]));
});

it("comments on a place in the picture, by a press", async () => {
  const sent = serveReviews({});
  await show(<Draft submission={submission(1, { file_name: "a.png", file_type: "image/png" })} lit={undefined} />);
  const picture = await screen.findByRole("img", { name: "Draft, version 1" });
  const box = picture.parentElement;
  if (box) box.getBoundingClientRect = () => ({ left: 100, top: 50, width: 200, height: 400 }) as DOMRect;
  fireEvent.click(picture, { clientX: 150, clientY: 350 });
  await write("Here");
  await waitFor(() => expect(sent.map(({ body }) => body)).toEqual([{ text: "Here", internal: true, anchor: { kind: "point", x: 0.25, y: 0.75 } }]));
});

it("comments on a second of a video, and goes there again", async () => {
  const sent = serveReviews({ comments: [comment(1, { anchor: { kind: "time", seconds: 65 } })] });
  await show(<Draft submission={submission(1, { file_name: "a.mp4", file_type: "video/mp4" })} lit={undefined} />);
  const video = (await screen.findByLabelText<HTMLVideoElement>("Draft, version 1"));
  await userEvent.click(await screen.findByRole("button", { name: "At 1:05" }));
  expect(video.currentTime).toBe(65);
  video.currentTime = 12.34;
  fireEvent.timeUpdate(video);
  await userEvent.click(screen.getByRole("button", { name: "Comment at 0:12" }));
  await write("Say it here");
  await waitFor(() => expect(sent.map(({ body }) => body)).toEqual([{ text: "Say it here", internal: true, anchor: { kind: "time", seconds: 12.3 } }]));
});

it("comments on the whole, answers, and settles", async () => {
  const sent = serveReviews({ comments: [comment(1), comment(2, { reply_to: comment(1).id, author: "Ada", author_kind: "creator", internal: false }), comment(3, { internal: false, resolved_at: at, resolved_by: "Mara Voss" })] });
  await show(<Draft submission={submission(1)} lit={undefined} />);
  const first = within((await screen.findByText("Words 1")).closest("li") ?? document.body);
  expect(first.getByText(/of the house/)).toBeVisible();
  expect(first.getByText(/^creator/)).toBeVisible();
  expect(screen.queryByText("Words 3")).not.toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "Show 1 settled" }));
  expect(screen.getByText("Settled by Mara Voss")).toBeVisible();
  await userEvent.click(first.getByRole("button", { name: "Settle" }));
  await userEvent.click(first.getByRole("button", { name: "Answer" }));
  await userEvent.type(screen.getByRole("textbox", { name: "Answer to Sven Holm" }), "Yes");
  const form = screen.getByRole("textbox", { name: "Answer to Sven Holm" }).closest("form");
  await userEvent.click(within(form ?? document.body).getByRole("button", { name: "Answer" }));
  await waitFor(() => expect(sent).toHaveLength(2));
  await write("All good");
  await waitFor(() => expect(sent.map(({ path, body }) => [path, body])).toEqual([
    [`/v1/comments/${comment(1).id}/resolve`, { resolved: true }],
    [comments, { text: "Yes", internal: true, reply_to: comment(1).id }],
    [comments, { text: "All good", internal: true }],
  ]));
});

it("keeps an answer whose question is not shown", () => {
  expect(talks([comment(2, { reply_to: uuid(1) })])).toHaveLength(1);
  expect(talks([comment(1), comment(2, { reply_to: comment(1).id }), comment(3, { reply_to: comment(2).id })])[0]?.replies).toHaveLength(2);
});

it("shows in the caption what a check is about", async () => {
  serveReviews({ reviews: [review(1, { submission: { caption: "😀😀 cures all #ad", checks: [{ rule: "medical_claim", result: "warn", detail: "It promises a cure.", span_from: 3, span_to: 8, fix: "Leave it out.", source: "https://law.example/claims" }] } })] });
  openApp(`/reviews/${uuid(701)}`);
  await userEvent.click(await screen.findByRole("button", { name: "Medical claim" }));
  expect(document.querySelector("mark")).toHaveTextContent(/^cures$/);
  expect(screen.getByText("To mend it: Leave it out.")).toBeVisible();
  expect(screen.getByRole("link", { name: /The rule/ })).toHaveAttribute("href", "https://law.example/claims");
});

it("lists the worst checks first, and leads nowhere but to web pages", async () => {
  await show(<Checks checks={[{ rule: "a", result: "pass", detail: "" }, { rule: "b", result: "fail", detail: "", source: "javascript:alert(1)" }]} running={false} lit={undefined} onLight={vi.fn()} />);
  expect(screen.getAllByRole("listitem").map((row) => row.textContent)).toEqual(["FailedB ", "PassedA "]);
  expect(screen.queryByRole("link")).not.toBeInTheDocument();
});

it("approves with corrections only when there is at least one", async () => {
  const sent = serveReviews({});
  await show(<DecisionDialog review={review(1, { summary: { behalf: colleague } })} decision="approve_with_corrections" onClose={vi.fn()} />);
  expect(screen.getByText("You decide on behalf of Sven Holm")).toBeVisible();
  const go = screen.getByRole("button", { name: "Approve with corrections" });
  await userEvent.click(go);
  await userEvent.type(screen.getByRole("textbox", { name: "Correction 1" }), " ");
  await userEvent.click(go);
  expect(sent).toEqual([]);
  await userEvent.type(screen.getByRole("textbox", { name: "Correction 1" }), "Say 900 g");
  await userEvent.click(screen.getByRole("button", { name: "Add a correction" }));
  await userEvent.type(screen.getByRole("textbox", { name: "Correction 2" }), "Wrong");
  await userEvent.click(screen.getByRole("button", { name: "Add a correction" }));
  await userEvent.type(screen.getByRole("textbox", { name: "Correction 3" }), "Add #ad");
  await userEvent.click(screen.getByRole("button", { name: "Remove correction 2" }));
  await userEvent.click(go);
  await waitFor(() => expect(sent.map(({ body }) => body)).toEqual([{ decision: "approve_with_corrections", submission_id: uuid(801), corrections: ["Say 900 g", "Add #ad"] }]));
});

it("says what changed when another version came, and leads to it without deciding", async () => {
  const newest = review(2, { changed: ["The caption has 3 new words."], submission: { version: 2 } });
  const sent = serveReviews({
    reviews: [review(1), newest],
    also: { [`/v1/deliverables/${uuid(900)}/submissions`]: { items: [submission(2, { version: 2, review_id: uuid(702) }), submission(1)] } },
    act: () => answer({ title: "Its state does not allow this now", detail: "A newer version was handed in meanwhile.", code: "another_version" }, 409),
  });
  const { path, href } = openApp(`/reviews/${uuid(701)}?decide=approve`);
  const dialog = within(await screen.findByRole("dialog"));
  await userEvent.click(dialog.getByRole("button", { name: "Approve" }));
  expect(await dialog.findByText("The caption has 3 new words.")).toBeVisible();
  expect(dialog.getByRole("button", { name: "Approve" })).toBeDisabled();
  await userEvent.click(dialog.getByRole("button", { name: "Look at version 2" }));
  await waitFor(() => expect(path()).toBe(`/reviews/${uuid(702)}`));
  expect(href()).not.toContain("decide");
  expect(sent).toHaveLength(1);
});

it("keeps the words of a decision that was not taken, also for the newer version", async () => {
  serveReviews({
    reviews: [review(1), review(2, { deliverable: review(1).deliverable })],
    act: () => answer({ title: "Not now", detail: "The house is closed.", code: "conflict" }, 409),
  });
  const { path } = openApp(`/reviews/${uuid(701)}?decide=request_changes`);
  const dialog = within(await screen.findByRole("dialog"));
  await userEvent.type(dialog.getByRole("textbox", { name: /What must change/ }), "Show the logo earlier.");
  await userEvent.click(dialog.getByRole("button", { name: "Request changes" }));
  expect(await dialog.findByText(/The house is closed/)).toBeVisible();
  await userEvent.click(dialog.getByRole("button", { name: "Decide later" }));
  await userEvent.click(await screen.findByRole("button", { name: "Next" }));
  await waitFor(() => expect(path()).toBe(`/reviews/${uuid(702)}`));
  await userEvent.click(await screen.findByRole("button", { name: /^Request changes/ }));
  expect(within(await screen.findByRole("dialog")).getByRole("textbox", { name: /What must change/ })).toHaveValue("Show the logo earlier.");
});

it("never decides on a version that came while the dialog was open", async () => {
  const sent = serveReviews({ also: { [`/v1/deliverables/${uuid(900)}/submissions`]: { items: [submission(2, { version: 2 }), submission(1)] } } });
  await show(<Changing />);
  await userEvent.click(screen.getByRole("button", { name: "A newer version comes", hidden: true }));
  expect(await screen.findByText("Version 2 was handed in")).toBeVisible();
  expect(screen.getByRole("button", { name: "Approve" })).toBeDisabled();
  expect(sent).toEqual([]);
});

function Changing() {
  const [now, setNow] = useState<Review>(review(1));
  return (
    <>
      <button type="button" onClick={() => setNow(review(1, { submission: { id: uuid(802), version: 2 } }))}>A newer version comes</button>
      <DecisionDialog review={now} decision="approve" onClose={vi.fn()} />
    </>
  );
}

it("says word by word what is different, and that a file is the same", async () => {
  const file = { file_name: "a.pdf", file_type: "application/pdf", file_size: 3 };
  serveReviews({ file: new Blob(["abc"]), also: { [`/v1/deliverables/${uuid(900)}/submissions`]: { items: [submission(2, { version: 2, ...file }), submission(1, { caption: "A pack 🎒 for long days.", ...file })] } } });
  await show(<Versions submission={submission(2, { version: 2, caption: "A light pack 🎒 for days. #ad", ...file })} beforeId={uuid(801)} />);
  const before = await screen.findByRole("group", { name: "Caption of version 1" });
  const now = screen.getByRole("group", { name: "Caption of version 2" });
  expect([...before.querySelectorAll("del")].map((words) => words.lastChild?.textContent?.trim())).toEqual(["long"]);
  expect([...now.querySelectorAll("ins")].map((words) => words.lastChild?.textContent?.trim())).toEqual(["light", "#ad"]);
  expect(await screen.findByText("The same file: a.pdf.")).toBeVisible();
});

it("shows who is asked on which level, decisions that were kept, and corrections", async () => {
  const [stage] = review(1).stages;
  if (!stage) throw new Error("a review has a stage");
  await show(<ReviewStages stages={[{
    ...stage, escalated: true, level: 1, levels: 2, legal: true, silence_at: at,
    approvers: [{ ...me, level: 0, decided: true }, { id: uuid(12), name: "Lena Roth", outside: true, level: 1 }, { ...colleague, on_behalf_of: me, level: 1 }],
    decisions: [{ id: uuid(1), stage: 0, decision: "approve_with_corrections", user: me, at, moot: false, kept: true, corrections: ["Say 900 g"] }, { id: uuid(2), stage: 0, decision: "approve", user: colleague, at, moot: false, void: true }],
  }, { ...stage, index: 1, name: "Legal", state: "waiting", approvers: [], starts_at: at, opened_at: undefined, due_at: undefined }]} />);
  expect(screen.getByText("Escalated to level 2 of 2")).toBeVisible();
  const asked = within(screen.getByRole("list", { name: "Asked in Brand" })).getAllByRole("listitem");
  expect(asked.map((row) => row.textContent)).toEqual(["Mara VossHas decided", "Lena Roth, level 2Outside, by a link", "Sven Holm on behalf of Mara Voss, level 2"]);
  expect(screen.getByText("Kept from an earlier version")).toBeVisible();
  expect(screen.getByText("Say 900 g")).toBeVisible();
  expect(screen.getByText("Sent back since; the stage is decided anew")).toBeVisible();
  expect(screen.getByText(/^Waits for a decision until/)).toBeVisible();
  expect(screen.getByText(/^Starts/)).toBeVisible();
});

it("hands a review over to a person by name, or says why not", async () => {
  const role = (roles: string[]) => ({ disabled: false, brands: [{ brand_id: uuid(1), brand_name: "Northwind", roles }] });
  const people = [{ ...me, ...role(["approver"]) }, { ...colleague, ...role(["approver"]) }, { id: uuid(12), name: "Lena Roth", ...role(["legal"]) }, { id: uuid(13), name: "Finn Books", ...role(["finance_preparer"]) }];
  const sent = serveReviews({ also: { "/v1/users": { items: people } } });
  await show(<HandOver review={review(1, { hand_over: { command: "hand_over", label: "Hand over", allowed: true } })} />);
  await userEvent.click(await screen.findByRole("button", { name: "Let somebody decide for me" }));
  await userEvent.click(screen.getByRole("combobox", { name: "Decides for you" }));
  await userEvent.click(await screen.findByRole("option", { name: "Lena Roth" }));
  expect(screen.queryByRole("option", { name: /Sven Holm|Finn Books|Mara Voss/ })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Let them decide" }));
  await waitFor(() => expect(sent.map(({ path, body }) => [path, body])).toEqual([[`/v1/reviews/${uuid(701)}/hand-overs`, { kind: "stand_in", to_user_id: uuid(12) }]]));
});

it("hands over for somebody who is asked, never where nobody of the house is", async () => {
  const sent = serveReviews({ roles: ["ops"] });
  const handOver = { command: "hand_over", label: "Hand over", allowed: true };
  const [stage] = review(1).stages;
  if (!stage) throw new Error("a review has a stage");
  const { unmount } = await show(<HandOver review={review(1, { hand_over: handOver, stages: [{ ...stage, approvers: [{ id: uuid(12), name: "Lena Roth", outside: true }] }] })} />);
  expect(await screen.findByRole("button", { name: /Ask somebody else/ })).toHaveAccessibleDescription("Not possible now: Nobody of the house is asked now.");
  unmount();
  await show(<HandOver review={review(1, { hand_over: handOver, stages: [{ ...stage, approvers: [colleague] }] })} />);
  await waitFor(() => expect(screen.getByRole("button", { name: "Ask somebody else" })).not.toHaveAttribute("aria-disabled"));
  expect(screen.getByRole("button", { name: /Let somebody/ })).toHaveAttribute("aria-disabled", "true");
  await userEvent.click(screen.getByRole("button", { name: "Ask somebody else" }));
  expect(screen.getByRole("combobox", { name: "Instead of" })).toHaveDisplayValue("Sven Holm");
  await userEvent.click(screen.getByRole("combobox", { name: "Ask" }));
  await userEvent.click(await screen.findByRole("option", { name: "Mara Voss (you)" }));
  await userEvent.click(screen.getByRole("button", { name: "Ask them" }));
  await waitFor(() => expect(sent.map(({ body }) => body)).toEqual([{ kind: "reassign", to_user_id: me.id, from_user_id: colleague.id }]));
});

it("does not hand over what the review refuses", async () => {
  serveReviews({});
  await show(<HandOver review={review(1, { hand_over: { command: "hand_over", label: "Hand over", allowed: false, reason: "The review is closed." } })} />);
  expect(await screen.findByRole("button", { name: /Ask somebody else/ })).toHaveAccessibleDescription("Not possible now: The review is closed.");
});

it("sends an outside reviewer a new link only after asking", async () => {
  const lena = { id: uuid(12), name: "Lena Roth" };
  const sent = serveReviews({ roles: ["ops"], also: { [`/v1/reviews/${uuid(701)}/links`]: { items: [{ id: uuid(60), reviewer: lena, version: 1, sent_at: at, expires_at: at, views: 3, first_seen_at: at, state: "open" }] } } });
  await show(<ReviewLinks review={review(1)} people={[lena]} />);
  expect(await screen.findByText(/Seen 3 times/)).toBeVisible();
  await userEvent.click(await screen.findByRole("button", { name: "Send Lena Roth a new link" }));
  expect(sent).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Send the link" }));
  await waitFor(() => expect(sent[0]).toMatchObject({ path: `/v1/reviews/${uuid(701)}/links`, body: { reviewer_id: lena.id } }));
  await userEvent.click(screen.getByRole("button", { name: "End the link of Lena Roth" }));
  await userEvent.click(screen.getByRole("button", { name: "End the link" }));
  await waitFor(() => expect(sent[1]?.path).toBe(`/v1/review-links/${uuid(60)}/revoke`));
});

it("comes back to the decision after signing in", async () => {
  const sent = serveReviews({ reviews: [review(1)] });
  const served = fetch;
  let signedIn = false;
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== "/v1/session") return served(request);
    if (request.method === "POST") signedIn = true;
    return signedIn ? served(new Request(request.url)) : answer({ title: "You are signed out", code: "unauthenticated" }, 401);
  });
  const { href } = openApp(`/reviews/${uuid(701)}?decide=approve`);
  await userEvent.type(await screen.findByRole("textbox", { name: "E-mail" }), "mara@northwind.example");
  await userEvent.type(screen.getByLabelText("Password"), "secret");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await screen.findByRole("dialog", { name: "Approve: Reel 1, version 1" })).toBeVisible();
  expect(href()).toBe(`/reviews/${uuid(701)}?decide=approve`);
  expect(sent).toEqual([]);
});
