import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { Campaign, Partnership } from "../../api/schema";
import { answer, show } from "../../test/render";
import { uuid } from "../../test/threads";
import { OfferForm } from "./OfferDialog";

const fee = { amount: 50_000, currency: "eur" };
const campaign = {
  default_fee: fee,
  terms: { deliverables: [], milestones: [], revision_rounds: 2, duration_days: 180, notice_days: 30 },
} as unknown as Campaign;
const partnership = (checked: boolean, problems: Partnership["pay_problems"]) => ({
  summary: { id: uuid(301), campaign_id: uuid(2), creator: { id: uuid(3), name: "Ana" } }, pay_checked: checked, pay_problems: problems,
}) as unknown as Partnership;
const nobody = [{ field: "creator.country", code: "not_payable", detail: "Stripe pays nobody in BR from DE." }];

afterEach(() => {
  vi.unstubAllGlobals();
});

function listen() {
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(await request.json());
    return answer({});
  });
  return sent;
}

it("says before it is sent that the creator cannot be paid, and sends it only as a deal outside of Stripe, with a reason", async () => {
  const sent = listen();
  await show(<OfferForm partnership={partnership(true, nobody)} campaign={campaign} onClose={vi.fn()} />);
  expect(screen.getByText("Stripe pays nobody in BR from DE.")).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Send offer" })).toBeDisabled();
  await userEvent.click(screen.getByRole("switch", { name: /^This deal is paid outside of Stripe/ }));
  await userEvent.type(screen.getByRole("textbox", { name: "How and why" }), "By our agency");
  await userEvent.click(screen.getByRole("button", { name: "Send offer" }));
  await vi.waitFor(() => expect(sent).toEqual([{ fee, paid_outside: "By our agency" }]));
});

it("offers terms that give an option to renew, and names its fee where it is wrong", async () => {
  const sent: { terms?: { renewal_option?: unknown } }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(await request.json() as { terms?: { renewal_option?: unknown } });
    return sent.length === 1
      ? answer({ code: "invalid", title: "Invalid", errors: [{ field: "terms.renewal_option.notice_days", code: "after_notice", detail: "The option’s last day cannot be later." }] }, 422)
      : answer({});
  });
  await show(<OfferForm partnership={partnership(true, [])} campaign={campaign} onClose={vi.fn()} />);
  await userEvent.click(screen.getByRole("switch", { name: "Other terms than the campaign's" }));
  await userEvent.click(screen.getByRole("switch", { name: /^The brand may take another term without asking again/ }));
  await userEvent.type(screen.getByRole("textbox", { name: "Fee of that term" }), "650");
  await userEvent.click(screen.getByRole("button", { name: "Send offer" }));
  expect(await screen.findByText("The option’s last day cannot be later.")).toBeVisible();
  expect(sent[0]?.terms?.renewal_option).toEqual({ fee: 65_000, notice_days: 30 });
  await userEvent.click(screen.getByRole("switch", { name: /^The brand may take another term without asking again/ }));
  await userEvent.click(screen.getByRole("button", { name: "Send offer" }));
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  expect(sent[1]?.terms).not.toHaveProperty("renewal_option");
});

it("has a part of the fee owed on a day, and without one when the term ends", async () => {
  const sent: { terms?: Campaign["terms"] }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(await request.json() as { terms?: Campaign["terms"] });
    return answer({});
  });
  const part = { title: "All", trigger: "posted" as const, percent: 100, net_days: 0 };
  await show(<OfferForm partnership={partnership(true, [])} campaign={{ ...campaign, terms: { ...campaign.terms, milestones: [part] } }} onClose={vi.fn()} />);
  await userEvent.click(screen.getByRole("switch", { name: "Other terms than the campaign's" }));
  expect(screen.queryByLabelText("Owed on")).not.toBeInTheDocument();
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "When" }), "on a day");
  await userEvent.type(screen.getByLabelText("Owed on"), "2027-03-14");
  await userEvent.click(screen.getByRole("button", { name: "Send offer" }));
  await vi.waitFor(() => expect(sent[0]?.terms?.milestones).toEqual([{ ...part, trigger: "date", owed_on: "2027-03-14" }]));
  await userEvent.clear(screen.getByLabelText("Owed on"));
  await userEvent.click(screen.getByRole("button", { name: "Send offer" }));
  await vi.waitFor(() => expect(sent[1]?.terms?.milestones).toEqual([{ ...part, trigger: "date" }]));
});

it("warns and lets it go where nobody knows what Stripe can pay", async () => {
  const sent = listen();
  await show(<OfferForm partnership={partnership(false, nobody)} campaign={campaign} onClose={vi.fn()} />);
  expect(screen.getByText("It is not known whether Stripe can pay this offer")).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "Send offer" }));
  await vi.waitFor(() => expect(sent).toEqual([{ fee }]));
});
