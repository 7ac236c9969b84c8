import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { OutsideDecision, OutsideReview } from "../../api/schema";
import { answer, show } from "../../test/render";
import { uuid } from "../../test/threads";
import { OutsideReviewPage } from "./OutsideReviewPage";

afterEach(() => {
  vi.unstubAllGlobals();
});

const at = "2026-03-02T10:00:00Z";
const token = "t0ken-of_the.mail";

function review(rest: Partial<OutsideReview> = {}): OutsideReview {
  return {
    reviewer_name: "Ines Roth", brand_name: "Northwind", campaign_name: "Autumn", creator_name: "Ada", deliverable_title: "Trail reel", platform: "instagram", kind: "reel",
    version: 2, caption: "Long days. #ad", brief: "Show the pack on a trail.", stage_name: "Agency", due_at: "2026-03-05T10:00:00Z", expires_at: "2026-03-09T10:00:00Z",
    checks: [{ rule: "disclosure", result: "pass", detail: "It says #ad." }, { rule: "claims", result: "warn", detail: "“Best” is a claim.", fix: "Say who says so." }],
    comments: [{ id: uuid(31), submission_id: uuid(5), version: 2, author: "Mara Voss", author_kind: "house", internal: false, text: "Louder here", anchor: { kind: "time", seconds: 12 }, created_at: at }],
    state: "open", ...rest,
  };
}

/** Answers reads with what stands now, and a decision by keeping it. */
function serve(read: OutsideReview | (() => Response), act?: () => Response) {
  let stands = typeof read === "function" ? undefined : read;
  const sent: { method: string; path: string; token: string | null; body?: unknown }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    const body: unknown = request.method === "POST" ? await request.json() : undefined;
    sent.push({ method: request.method, path, token: request.headers.get("Review-Token"), ...(body !== undefined && { body }) });
    if (path.endsWith("/file")) return new Response("bytes", { headers: { "Content-Type": "application/octet-stream" } });
    if (request.method === "POST") {
      if (act) return act();
      stands = review({ state: "decided", decision: (body as OutsideDecision).decision, decided_at: at });
    }
    return typeof read === "function" ? read() : answer(stands);
  });
  return sent;
}

const posts = (sent: { method: string; body?: unknown }[]) => sent.filter(({ method }) => method === "POST").map(({ body }) => body);
const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

it("shows who asks, for whom, the version and everything to decide by, and changes nothing by it", async () => {
  const sent = serve(review());
  await show(<OutsideReviewPage token={token} />);
  expect(await screen.findByRole("heading", { level: 1, name: "Trail reel, version 2" })).toBeVisible();
  expect(screen.getByText("Northwind asks you, Ines Roth, to decide on a draft of Ada.")).toBeVisible();
  expect(screen.getByText("Autumn (Northwind)")).toBeVisible();
  expect(screen.getByRole("region", { name: "What is asked of you" })).toHaveTextContent(/by Thu, 5 Mar 2026.*works until Mon, 9 Mar 2026/);
  expect(screen.getByText("Long days. #ad")).toBeVisible();
  expect(screen.getByText("Show the pack on a trail.")).toBeVisible();
  const [worst] = within(screen.getByRole("region", { name: "Automatic checks" })).getAllByRole("listitem");
  expect(worst).toHaveTextContent("Claims “Best” is a claim.Say who says so.");
  expect(screen.getByText(/Version 2, at 0:12/)).toBeVisible();
  expect(sent).toEqual([{ method: "GET", path: "/v1/outside/review", token }]);
});

it("loads the file by the token of the link, for looking and for keeping", async () => {
  const create = vi.fn(() => "blob:x");
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: create, revokeObjectURL: vi.fn() }));
  const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
  const sent = serve(review({ file_name: "draft.png", file_type: "image/png", file_size: 2_400_000 }));
  await show(<OutsideReviewPage token={token} />);
  expect(await screen.findByRole("img", { name: "Draft, version 2" })).toHaveAttribute("src", "blob:x");
  await press("Save the file");
  await waitFor(() => expect(click).toHaveBeenCalledOnce());
  expect(sent.filter(({ path }) => path.endsWith("/file"))).toEqual([{ method: "GET", path: "/v1/outside/review/file", token }]);
  click.mockRestore();
});

it("shows no file that could run something of its own", async () => {
  serve(review({ file_name: "draft.svg", file_type: "image/svg+xml", file_size: 10 }));
  await show(<OutsideReviewPage token={token} />);
  expect(await screen.findByRole("button", { name: "Save the file" })).toBeVisible();
  expect(screen.getByText(/draft\.svg/)).toBeVisible();
  expect(screen.queryByRole("img", { name: /^Draft/ })).not.toBeInTheDocument();
});

it("approves once asked again, and then says what was decided, when, and that the house decides finally", async () => {
  const sent = serve(review());
  await show(<OutsideReviewPage token={token} />);
  await screen.findByText("You decide once, on version 2. Northwind decides finally.");
  await press("Approve");
  expect(posts(sent)).toEqual([]);
  await press("Approve");
  const title = await screen.findByRole("heading", { level: 1, name: "You approved this version" });
  expect(title).toHaveFocus();
  expect(screen.getByText(/2 Mar 2026/)).toBeVisible();
  expect(screen.getByText(/Northwind decides finally/)).toBeVisible();
  expect(screen.queryByRole("button")).not.toBeInTheDocument();
  expect(posts(sent)).toEqual([{ decision: "approve" }]);
  expect(sent.every((one) => one.token === token)).toBe(true);
});

it("approves with a list of corrections, and asks for at least one", async () => {
  const sent = serve(review());
  await show(<OutsideReviewPage token={token} />);
  await screen.findByRole("button", { name: "Approve with corrections" });
  await press("Approve with corrections");
  const first = screen.getByRole("textbox", { name: /Correction 1/ });
  expect(first).toHaveFocus();
  await userEvent.type(first, " ");
  await press("Approve with corrections");
  expect(screen.getByText("Name at least one correction")).toBeVisible();
  expect(posts(sent)).toEqual([]);

  await userEvent.type(first, "Grams{Enter}");
  await userEvent.keyboard("No{Enter}Tag it");
  await press("Remove correction 2");
  await press("Add a correction");
  await press("Approve with corrections");
  await screen.findByRole("heading", { level: 1, name: "You approved this version with corrections" });
  expect(posts(sent)).toEqual([{ decision: "approve_with_corrections", corrections: ["Grams", "Tag it"] }]);
});

it.each([["Request changes", "What must change", "request_changes"], ["Reject", "Why", "reject"]])("asks for words: %s", async (verb, label, decision) => {
  const sent = serve(review());
  await show(<OutsideReviewPage token={token} />);
  await screen.findByRole("button", { name: verb });
  await press(verb);
  const field = screen.getByRole("textbox", { name: new RegExp(label) });
  expect(field).toBeRequired();
  await userEvent.type(field, "No pack");
  await press(verb);
  await waitFor(() => expect(posts(sent)).toEqual([{ decision, comment: "No pack" }]));
});

it("keeps the words and says why it was refused, at the line that is meant", async () => {
  serve(review(), () => answer({ title: "Something is not right", status: 422, detail: "Nothing was kept.", errors: [{ field: "corrections[1]", code: "x", detail: "Say more." }] }, 422));
  await show(<OutsideReviewPage token={token} />);
  await screen.findByRole("button", { name: "Approve with corrections" });
  await press("Approve with corrections");
  await userEvent.keyboard("One{Enter}Two");
  await press("Approve with corrections");
  expect(await screen.findByRole("alert")).toHaveTextContent("Nothing was kept.");
  expect(screen.getByRole("textbox", { name: /Correction 2/ })).toHaveValue("Two");
  expect(screen.getByRole("textbox", { name: /Correction 2/ })).toHaveAccessibleDescription("Say more.");
});

it("says that a decision was taken but is not finished", async () => {
  serve(review(), () => answer({ status: "pending", location: "/x" }, 202));
  await show(<OutsideReviewPage token={token} />);
  await screen.findByRole("button", { name: "Approve" });
  await press("Approve");
  await press("Approve");
  expect(await screen.findByText("Your decision was taken")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Approve" })).not.toBeInTheDocument();
});

it("shows what was decided to whoever comes back", async () => {
  serve(review({ state: "decided", decision: "request_changes", decided_at: at }));
  await show(<OutsideReviewPage token={token} />);
  expect(await screen.findByRole("heading", { level: 1, name: "You requested changes" })).toBeVisible();
  expect(screen.queryByRole("button")).not.toBeInTheDocument();
});

it("says why nothing is asked any more", async () => {
  serve(review({ state: "closed", closed_words: "A newer version has taken its place." }));
  await show(<OutsideReviewPage token={token} />);
  expect(await screen.findByRole("heading", { level: 1, name: "Your decision is not needed any more" })).toBeVisible();
  expect(screen.getByText(/A newer version has taken its place\./)).toBeVisible();
  expect(screen.queryByRole("button")).not.toBeInTheDocument();
});

it.each([401, 404])("says that a dead link works no more (%i)", async (status) => {
  serve(() => answer({ title: "No", status }, status));
  await show(<OutsideReviewPage token={token} />);
  expect(await screen.findByRole("heading", { level: 1, name: "This link does not work any more" })).toBeVisible();
  expect(screen.getByText("Ask whoever sent it for a new one.")).toBeVisible();
});

it("asks nothing for a link that cannot be one", async () => {
  const sent = serve(review());
  await show(<OutsideReviewPage token="no token …" />);
  expect(screen.getByText("This link does not work any more")).toBeVisible();
  expect(sent).toEqual([]);
});

it("says that a link died while the page was open", async () => {
  let now = () => answer(review());
  serve(() => now(), () => answer({ title: "No", status: 401 }, 401));
  await show(<OutsideReviewPage token={token} />);
  await screen.findByRole("button", { name: "Approve" });
  now = () => answer({ title: "No", status: 401 }, 401);
  await press("Approve");
  await press("Approve");
  expect(await screen.findByText("This link does not work any more")).toBeVisible();
});

it("tries again when the server did not answer", async () => {
  let now = () => answer({ title: "Not available", status: 503, detail: "Try again in a minute." }, 503);
  serve(() => now());
  await show(<OutsideReviewPage token={token} />);
  const again = await screen.findByRole("button", { name: "Try again" });
  now = () => answer(review());
  await userEvent.click(again);
  expect(await screen.findByRole("heading", { level: 1, name: "Trail reel, version 2" })).toBeVisible();
});
