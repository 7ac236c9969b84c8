import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { Deliverable, Partnership, Revocation, Role } from "../../api/schema";
import { answer, show } from "../../test/render";
import { at, serveReviews } from "../../test/reviews";
import { uuid } from "../../test/threads";
import { Codes } from "./Codes";
import { Commands } from "./Commands";
import { PostChecks } from "./PostChecks";

afterEach(() => {
  vi.unstubAllGlobals();
});

const deliverable = (n: number, state: string): Deliverable => ({
  id: uuid(900 + n), partnership_id: uuid(301), title: `Reel ${n}`, platform: "instagram", kind: "reel", state, round: 3, late: false, submission_id: uuid(800 + n),
});
const command = (kind: string, label: string, ...fits: number[]) => ({ command: kind, label, allowed: true, fits: fits.map((n) => uuid(900 + n)) });
const partnership = (rest: Partial<Partnership>) => ({ summary: { id: uuid(301), brand_id: uuid(1), fee: { amount: 100_000, currency: "eur" } }, codes: {}, deliverables: [], commands: [], ...rest }) as unknown as Partnership;
const paths = (sent: { path: string }[]) => sent.map(({ path }) => path);

const revocation: Revocation = {
  allowed: true, words: ["The creator is told not to post.", "Payments that rest on it are held."], draft_due_at: "2026-03-09T10:00:00Z",
  holds: [{ title: "On approval", amount: { amount: 50_000, currency: "eur" }, payout_id: uuid(70), payout_state: "scheduled" }],
};

it("shows what revoking does before it can be done", async () => {
  let look: (response: Response) => void = () => undefined;
  const sent = serveReviews({});
  const served = fetch;
  vi.stubGlobal("fetch", (request: Request) => (request.url.endsWith("/revocation") ? new Promise<Response>((resolve) => (look = resolve)) : served(request)));
  await show(<Commands partnership={partnership({ deliverables: [deliverable(1, "approved_to_post"), deliverable(2, "posted")], commands: [command("revoke_approval", "Revoke approval", 1)] })} />);
  await userEvent.click(screen.getByRole("button", { name: "Revoke approval" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Revoke the approval of Reel 1" }));
  expect(dialog.getByRole("button", { name: "Revoke approval" })).toBeDisabled();
  look(answer(revocation));
  expect(await dialog.findByText("The creator is told not to post.")).toBeVisible();
  expect(within(dialog.getByRole("list", { name: "Money on hold" })).getByRole("listitem")).toHaveTextContent("On approvalis put on hold€500.00Scheduled");
  expect(dialog.getByText(/A new draft is due/)).toBeVisible();
  expect(sent).toEqual([]);
  await userEvent.type(dialog.getByRole("textbox", { name: "Reason" }), "The price is wrong");
  await userEvent.click(dialog.getByRole("button", { name: "Revoke approval" }));
  await waitFor(() => expect(sent.map(({ path, body }) => [path, body])).toEqual([
    [`/v1/partnerships/${uuid(301)}/commands`, { command: "revoke_approval", deliverable_id: uuid(901), submission_id: uuid(801), reason: "The price is wrong" }],
  ]));
});

it("says why it cannot be revoked, and then does not offer it", async () => {
  serveReviews({ also: { [`/v1/deliverables/${uuid(901)}/revocation`]: { allowed: false, reason: "The content is posted.", holds: [], words: [] } } });
  await show(<Commands partnership={partnership({ deliverables: [deliverable(1, "scheduled")], commands: [command("revoke_approval", "Revoke approval", 1)] })} />);
  await userEvent.click(screen.getByRole("button", { name: "Revoke approval" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(await dialog.findByText("The content is posted.")).toBeVisible();
  expect(dialog.getByRole("button", { name: "Revoke approval" })).toBeDisabled();
  expect(dialog.queryByRole("textbox")).not.toBeInTheDocument();
});

it("offers only the deliverables that a command fits, and says why another one is not possible", async () => {
  const sent = serveReviews({});
  const none = { command: "accept_deliverable", label: "Accept a deliverable", allowed: false, reason: "No deliverable is in a state that allows this." };
  await show(
    <Commands partnership={partnership({ deliverables: [deliverable(1, "late"), deliverable(2, "posted"), deliverable(3, "planned")], commands: [command("waive_deliverable", "Waive a deliverable", 1, 3), none] })} />,
  );
  expect(screen.getByText(none.reason)).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "Waive a deliverable" }));
  const dialog = within(await screen.findByRole("dialog"));
  await userEvent.click(dialog.getByRole("combobox", { name: "Deliverable" }));
  expect((await screen.findAllByRole("option", { hidden: true })).map(({ textContent }) => textContent)).toEqual(["Reel 1 (late)", "Reel 3 (planned)"]);
  await userEvent.click(screen.getByRole("option", { name: "Reel 3 (planned)", hidden: true }));
  await userEvent.type(dialog.getByRole("textbox", { name: "Reason" }), "Not needed");
  await userEvent.click(dialog.getByRole("button", { name: "Waive deliverable" }));
  await waitFor(() => expect(sent.map(({ body }) => body)).toEqual([{ command: "waive_deliverable", deliverable_id: uuid(903), reason: "Not needed" }]));
});

it("offers another round for exactly the amount that it says", async () => {
  const sent = serveReviews({});
  await show(<Commands partnership={partnership({ deliverables: [deliverable(1, "changes_requested")], commands: [command("offer_round", "Offer another round", 1)] })} />);
  await userEvent.click(screen.getByRole("button", { name: "Offer another round" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Another round for Reel 1" }));
  await userEvent.type(dialog.getByRole("textbox", { name: "Fee for the round" }), "75");
  await userEvent.click(dialog.getByRole("button", { name: "Offer €75.00" }));
  await waitFor(() => expect(sent.map(({ path, body }) => [path, body])).toEqual([[`/v1/deliverables/${uuid(901)}/rounds`, { fee: { amount: 7_500, currency: "eur" } }]]));
});

it("shows the checks of a post as evidence, and the screenshot when it is asked for", async () => {
  const asked: string[] = [];
  URL.createObjectURL = () => "blob:x";
  serveReviews({ also: { [`/v1/deliverables/${uuid(901)}/post-checks`]: { items: [{ id: uuid(80), at, result: "mismatch", url: "https://x.example/1", problems: ["The hashtag #ad is missing."], text: "A pack", text_sha256: "abc123", has_screenshot: true }] } } });
  const served = fetch;
  vi.stubGlobal("fetch", (request: Request) => {
    asked.push(new URL(request.url).pathname);
    return served(request);
  });
  await show(<PostChecks deliverableId={uuid(901)} />);
  expect(asked).toEqual([]);
  await userEvent.click(screen.getByText("Checks of the post"));
  expect(await screen.findByText("Differs")).toBeVisible();
  expect(screen.getByText("The hashtag #ad is missing.")).toBeVisible();
  expect(screen.getByText("abc123")).toBeInTheDocument();
  expect(asked).toHaveLength(1);
  await userEvent.click(screen.getByRole("button", { name: "Show the screenshot" }));
  expect(await screen.findByRole("img", { name: /The post as it was seen on/ })).toBeInTheDocument();
  expect(asked[1]).toBe(`/v1/post-checks/${uuid(80)}/screenshot`);
});

it.each<[Role, boolean]>([["ops", true], ["auditor", false]])("lets %s set code and link: %s", async (role, may) => {
  const sent = serveReviews({ roles: [role] });
  await show(<Codes partnership={partnership({ codes: { promo_code: "ADA10", tracked_link: "https://shop.example/?c=ada" } })} />);
  expect(screen.getByText("ADA10")).toBeVisible();
  expect(screen.getByRole("link", { name: /shop\.example/ })).toBeVisible();
  if (!may) {
    await waitFor(() => expect(screen.queryByRole("button")).not.toBeInTheDocument());
    return;
  }
  await userEvent.click(await screen.findByRole("button", { name: "Change code or link" }));
  await userEvent.clear(await screen.findByRole("textbox", { name: "Promo code" }));
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(paths(sent)).toEqual([`/v1/partnerships/${uuid(301)}/codes`]));
  expect(sent[0]?.body).toEqual({ tracked_link: "https://shop.example/?c=ada" });
});
