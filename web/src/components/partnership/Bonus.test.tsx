import { useForm } from "@mantine/form";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { ContractTerms, Milestone, Partnership } from "../../api/schema";
import { show } from "../../test/render";
import { serveReviews } from "../../test/reviews";
import { uuid } from "../../test/threads";
import { TermsEditor, TermsView, usualTerms } from "../Terms";
import { Commands } from "./Commands";

afterEach(() => {
  vi.unstubAllGlobals();
});

const views: Milestone = {
  id: uuid(61), title: "Much seen", trigger: "threshold", state: "pending", amount: { amount: 6_000, currency: "usd" }, bonus: true, deliverable_id: uuid(901),
  threshold: { metric: "views", at_least: 20_000, within_days: 3 }, counts_until: "2026-03-09T10:00:00Z",
};
const command = (kind: string, label: string) => ({ command: kind, label, allowed: true });
const partnership = (kind: string, label: string) =>
  ({ summary: { id: uuid(301), brand_id: uuid(1), creator: { name: "Ada" }, fee: { amount: 100_000, currency: "usd" } }, deliverables: [], milestones: [views], commands: [command(kind, label)] }) as unknown as Partnership;

it("enters the number of the bonus that waits for one, with where it was read", async () => {
  const sent = serveReviews({});
  await show(<Commands partnership={partnership("record_number", "Enter a number")} />);
  await userEvent.click(screen.getByRole("button", { name: "Enter a number" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Enter the number that a bonus depends on" }));
  expect(dialog.getByText(/Owed when the post has 20,000 views within 3 days after publication/)).toBeVisible();
  expect(dialog.getByRole("button", { name: "Enter the number" })).toBeDisabled();
  await userEvent.type(dialog.getByRole("textbox", { name: "How many views" }), "21000");
  await userEvent.type(dialog.getByRole("textbox", { name: "Where you read it" }), "The statistics page");
  await userEvent.click(dialog.getByRole("button", { name: "Enter the number" }));
  await waitFor(() => expect(sent.map(({ path, body }) => [path, body])).toEqual([
    [`/v1/deliverables/${uuid(901)}/numbers`, { metric: "views", value: 21_000, stood_at: expect.stringMatching(/:00\.000Z$/) as string, source: "The statistics page" }],
  ]));
});

it("drops a bonus only with a reason", async () => {
  const sent = serveReviews({});
  await show(<Commands partnership={partnership("drop_bonus", "Drop a bonus")} />);
  await userEvent.click(screen.getByRole("button", { name: "Drop a bonus" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Drop a bonus" }));
  expect(dialog.getByRole("button", { name: "Drop the bonus" })).toBeDisabled();
  await userEvent.type(dialog.getByRole("textbox", { name: "Why it is not owed" }), "It had 12,000");
  await userEvent.click(dialog.getByRole("button", { name: "Drop the bonus" }));
  await waitFor(() => expect(sent.map(({ body }) => body)).toEqual([{ command: "drop_bonus", milestone_id: uuid(61), reason: "It had 12,000" }]));
});

it("gives a bonus of exactly the amount that it says", async () => {
  const sent = serveReviews({});
  await show(<Commands partnership={partnership("give_bonus", "Give a bonus")} />);
  await userEvent.click(screen.getByRole("button", { name: "Give a bonus" }));
  const dialog = within(await screen.findByRole("dialog", { name: "A bonus for Ada" }));
  await userEvent.type(dialog.getByRole("textbox", { name: "Bonus" }), "70");
  await userEvent.type(dialog.getByRole("textbox", { name: "What it is for" }), "A better film");
  await userEvent.click(dialog.getByRole("button", { name: "Give $70.00" }));
  await waitFor(() => expect(sent.map(({ path, body }) => [path, body])).toEqual([[`/v1/partnerships/${uuid(301)}/bonuses`, { amount: { amount: 7_000, currency: "usd" }, reason: "A better film" }]]));
});

it("writes a bonus in minor units of the fee's currency, and reads it back in words", async () => {
  let terms: ContractTerms = usualTerms;
  function Editor() {
    const form = useForm<{ terms: ContractTerms }>({ initialValues: { terms: usualTerms } });
    terms = form.values.terms;
    return <><TermsEditor form={form} currency="jpy" /><TermsView terms={form.values.terms} currency="jpy" /></>;
  }
  await show(<Editor />);
  await userEvent.click(screen.getByRole("button", { name: "Add a bonus" }));
  await userEvent.type(screen.getByRole("textbox", { name: "Bonus" }), "5000");
  await userEvent.clear(screen.getByRole("textbox", { name: "At least" }));
  await userEvent.type(screen.getByRole("textbox", { name: "At least" }), "30000");
  expect(terms.milestones[3]).toEqual({ title: "", trigger: "threshold", percent: 0, net_days: 0, bonus: 5_000, deliverable: 0, threshold: { metric: "views", at_least: 30_000, within_days: 30 } });
  expect(screen.getByText("Shares sum to 100 %")).toBeVisible();
  expect(within(screen.getByRole("list", { name: "Milestones" })).getAllByRole("listitem")[3]).toHaveTextContent("Bonus ¥5,000 when the post has 30,000 views within 30 days after publication");
  await userEvent.selectOptions(within(screen.getByRole("group", { name: "When money is owed" })).getByDisplayValue("number reached"), "posted");
  expect(terms.milestones[3]).toMatchObject({ trigger: "posted", bonus: 5_000, threshold: undefined });
});
