import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { Partnership, Termination } from "../../api/schema";
import { answer, show } from "../../test/render";
import { serveReviews } from "../../test/reviews";
import { uuid } from "../../test/threads";
import { Commands } from "./Commands";

afterEach(() => {
  vi.unstubAllGlobals();
});

const eur = (amount: number) => ({ amount, currency: "eur" });
const partnership = {
  summary: { id: uuid(301), brand_id: uuid(1), creator: { name: "Ada" } }, deliverables: [], milestones: [],
  commands: [{ command: "terminate", label: "End the partnership", allowed: true }],
} as unknown as Partnership;
const effect: Termination = {
  allowed: true, shown: "as it was", paid: eur(30_000), owed: eur(40_000), falls: eur(30_000), freed: eur(30_000),
  money: [
    { id: uuid(61), title: "Signature", amount: eur(30_000), outcome: "paid", words: "It is paid, and stays with the creator.", payout_id: uuid(71), payout_state: "paid" },
    { id: uuid(62), title: "Approval", amount: eur(40_000), outcome: "owed", words: "It is owed by now, so it is still paid.", payout_id: uuid(72), payout_state: "scheduled" },
    { id: uuid(63), title: "Verified", amount: eur(30_000), outcome: "falls_off", words: "Nothing has made it owed, so it falls away." },
  ],
  content: [{ deliverable_id: uuid(901), title: "Launch video", words: "Its review is cancelled." }], words: ["This cannot be undone."],
};
const path = `/v1/partnerships/${uuid(301)}/termination`;

async function open() {
  await show(<Commands partnership={partnership} />);
  await userEvent.click(screen.getByRole("button", { name: "End the partnership" }));
  return within(await screen.findByRole("dialog", { name: "End the partnership with Ada" }, { timeout: 5000 }));
}

it("says of every part of the money what becomes of it, and sends what was shown", async () => {
  let ended = 0;
  const sent = serveReviews({ also: { [path]: effect }, act: () => (++ended === 1 ? answer({ code: "changed_since", title: "Conflict", detail: "Look at it again; nothing was ended." }, 409) : undefined) });
  const dialog = await open();
  const owed = within(await dialog.findByRole("region", { name: "Is still paid" }));
  expect(owed.getByRole("link", { name: "Approval" })).toBeVisible();
  expect(owed.queryByText("Verified")).toBeNull();
  expect(within(dialog.getByRole("region", { name: "Is not paid" })).getByText("Verified")).toBeVisible();
  expect(within(dialog.getByRole("region", { name: "Was paid" })).getByRole("link", { name: "Signature" })).toBeVisible();
  expect(dialog.getByText("Its review is cancelled.")).toBeVisible();
  expect(dialog.getByText("This cannot be undone.")).toBeVisible();
  await userEvent.type(dialog.getByRole("textbox", { name: /Reason/ }), "The product is off the market.{Tab}");
  await userEvent.click(dialog.getByRole("button", { name: "End the partnership" }));
  expect(await dialog.findByText("Look at it again; nothing was ended.")).toBeVisible();
  await userEvent.click(dialog.getByRole("button", { name: "Look at it again" }));
  await userEvent.click(await dialog.findByRole("button", { name: "End the partnership" }));
  await waitFor(() => expect(sent).toHaveLength(2));
  expect(sent[1]?.body).toEqual({ command: "terminate", reason: "The product is off the market.", shown: "as it was" });
  expect(sent[0]?.key).not.toBe(sent[1]?.key);
});

it("says why it cannot be ended, and ends nothing", async () => {
  serveReviews({ also: { [path]: { allowed: false, reason: "This partnership has ended.", money: [], content: [], words: [] } } });
  const dialog = await open();
  expect(await dialog.findByText("This partnership has ended.")).toBeVisible();
  expect(dialog.getByRole("button", { name: "End the partnership" })).toBeDisabled();
  expect(dialog.queryByRole("textbox")).toBeNull();
});
