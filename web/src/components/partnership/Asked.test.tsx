import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { AskedLine, ContractTerms, Offer, Partnership } from "../../api/schema";
import { show } from "../../test/render";
import { serveReviews } from "../../test/reviews";
import { uuid } from "../../test/threads";
import { Asked } from "./Asked";
import { takenOver } from "./asks";

afterEach(() => {
  vi.unstubAllGlobals();
});

const piece = (title: string) => ({ title, platform: "instagram", kind: "reel", draft_due_days: 10, publish_days: 5 });
const terms: ContractTerms = {
  deliverables: [piece("Reel"), piece("Story")],
  milestones: [
    { title: "Signed", trigger: "signature", percent: 50, net_days: 0 },
    { title: "Reel out", trigger: "posted", percent: 20, net_days: 0, deliverable: 0 },
    { title: "Story out", trigger: "posted", percent: 30, net_days: 0, deliverable: 1 },
    { title: "Many views", trigger: "threshold", percent: 0, net_days: 0, bonus: 5_000, deliverable: 0 },
  ],
  revision_rounds: 2, duration_days: 100, notice_days: 10, usage_rights_days: 30,
};
const asked: AskedLine[] = [
  { of: "fee", value: 120_000, what: "Fee", from: "€1,000.00", to: "€1,200.00" },
  { of: "draft_due_days", deliverable: 1, value: 15, what: "Draft of “Story”", from: "10 business days", to: "15 business days" },
  { of: "pieces", deliverable: 0, value: 0, what: "“Reel”", from: "1 piece" },
];
const offer: Offer = { id: uuid(1), state: "countered", fee: { amount: 100_000, currency: "eur" }, terms, asked, counter_note: "Not on a Monday, please." };
const partnership = (...commands: string[]) => ({
  summary: { id: uuid(301), campaign_id: uuid(2), creator: { id: uuid(3), name: "Ana" } }, pay_checked: true, pay_problems: [], offer,
  commands: commands.map((command) => ({ command, label: command, allowed: true })),
}) as unknown as Partnership;

it("makes an offer of what was asked for: money of a piece that falls away waits for the others, and its bonus falls away", () => {
  const { fee, terms: then } = takenOver(offer, asked);
  expect(fee).toEqual({ amount: 120_000, currency: "eur" });
  expect(then.deliverables).toEqual([{ ...piece("Story"), draft_due_days: 15 }]);
  expect(then.milestones.map(({ title, deliverable }) => [title, deliverable])).toEqual([["Signed", undefined], ["Reel out", undefined], ["Story out", 0]]);
  expect(takenOver(offer, []).terms).toEqual({ ...terms, exclusivity_days: undefined });
});

it("makes several of one piece, and money goes on waiting for the right one", () => {
  const { terms: then } = takenOver(offer, [{ of: "pieces", deliverable: 0, value: 3, what: "“Reel”" }, { of: "usage_rights_days", value: 0, what: "Usage rights" }]);
  expect(then.deliverables.map(({ title }) => title)).toEqual(["Reel", "Reel 2", "Reel 3", "Story"]);
  expect(then.milestones.map(({ deliverable }) => deliverable)).toEqual([undefined, 0, 3, 0]);
  expect(then.usage_rights_days).toBe(0);
});

it("takes what is ticked over into a new offer, which is seen before it is sent", async () => {
  const campaign = { id: uuid(2), default_fee: { amount: 90_000, currency: "eur" }, terms: { ...terms, deliverables: [piece("Other")] } };
  const sent = serveReviews({ also: { [`/v1/campaigns/${uuid(2)}`]: campaign } });
  await show(<Asked partnership={partnership("send_offer")} offer={offer} />);
  const section = within(screen.getByRole("region", { name: "Ana asks for" }));
  expect(section.getByText("“Not on a Monday, please.”")).toBeVisible();
  expect(section.getByRole("checkbox", { name: "“Reel” falls away (1 piece)" })).toBeChecked();
  await userEvent.click(section.getByRole("checkbox", { name: "“Reel” falls away (1 piece)" }));
  await userEvent.click(section.getByRole("button", { name: "Take over into a new offer" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Offer to Ana" }, { timeout: 5000 }));
  expect(await dialog.findByRole("textbox", { name: "Fee" })).toHaveValue("1,200 EUR");
  expect(dialog.getAllByRole("textbox", { name: "Title" }).slice(0, 2).map((input) => (input as HTMLInputElement).value)).toEqual(["Reel", "Story"]);
  expect(sent).toEqual([]);
  await userEvent.click(dialog.getByRole("button", { name: "Send offer" }));
  await waitFor(() => expect(sent.map(({ body }) => body)).toMatchObject([{ fee: { amount: 120_000, currency: "eur" }, terms: { deliverables: [piece("Reel"), { ...piece("Story"), draft_due_days: 15 }] } }]));
});

it("only shows what is asked for where no offer can be made now, and nothing of an offer that is in force", async () => {
  await show(<><Asked partnership={partnership()} offer={offer} /><Asked partnership={partnership("send_offer")} offer={{ ...offer, state: "accepted" }} /></>);
  expect(screen.getByText("€1,200.00", { exact: false })).toBeVisible();
  expect(screen.queryByRole("checkbox")).toBeNull();
  expect(screen.queryByRole("button")).toBeNull();
  expect(screen.getAllByRole("region")).toHaveLength(1);
});
