import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";

import { sessionQuery } from "../../api/queries";
import type { PayeeYear } from "../../api/schema";
import { answer, show } from "../../test/render";
import { Counted, Rates } from "./Rates";

const brand = "00000000-0000-7000-8000-000000000001";
const usd = (amount: number) => ({ amount, currency: "usd" });
let role: string;
let rates: object[];
let sent: unknown[];
let refusal: object | undefined;

beforeEach(() => {
  role = "finance_preparer";
  rates = [{
    id: "00000000-0000-7000-8000-000000000002", brand_id: brand, brand_name: "One", base: "eur", quote: "usd", rate: "1.0852", source: "ECB", on_day: "2026-03-02",
    entered_by: "Pia", entered_at: "2026-03-02T09:00:00Z", payments: 3,
  }];
  sent = [];
  refusal = undefined;
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.url.endsWith("/v1/session")) return answer({ user: { id: brand, name: "Pia" }, brands: [{ brand_id: brand, brand_name: "One", roles: [role] }] });
    if (request.url.endsWith("/v1/brands")) return answer({ items: [{ id: brand, name: "One" }] });
    if (request.method !== "POST") return answer({ items: rates });
    sent.push(await request.json());
    return refusal ? answer(refusal, 422) : answer(rates[0], 201);
  });
});

const year = {
  brand_id: brand, brand_name: "One", creator_id: brand, creator_name: "Mia", paid: usd(150_000), reversed: usd(0), net: usd(150_000), payments: 1, stands: "below",
  counted: {
    threshold: usd(200_000), total: usd(194_000), converted: usd(44_000), quotes: 1, not_counted: 1, stands: "near",
    conversions: [
      { payout_id: "00000000-0000-7000-8000-000000000003", paid_on: "2026-03-03", amount: { amount: 40_000, currency: "eur" }, converted: usd(44_000), rate: "1 EUR = 1.1 USD", rate_on: "2026-03-02", source: "ECB", used_at: "2026-04-01T09:00:00Z" },
      { payout_id: "00000000-0000-7000-8000-000000000004", paid_on: "2026-02-01", amount: { amount: 30_000, currency: "gbp" }, not_counted: "Not counted: no rate between GBP and USD on or before 1 February 2026" },
    ],
  },
} satisfies PayeeYear;

it("says what was converted, what was not, and shows each with its rate", async () => {
  await show(<Counted year={year} />);
  expect(screen.getByText("$1,940.00")).toBeVisible();
  expect(screen.getByText(/at 1 rate$/)).toBeVisible();
  expect(screen.getByText("1 not counted: no rate")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Conversions of Mia" }));
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getByText(/1 EUR = 1.1 USD/)).toBeVisible();
  expect(within(dialog).getByText(/ECB, /)).toBeVisible();
  expect(within(dialog).getByText(/no rate between GBP and USD/)).toBeVisible();
  expect(within(dialog).getByText("near the threshold")).toBeVisible();
});

it("shows every column of the conversions, whichever the page behind has", async () => {
  await show(<Counted year={year} />, "/?cols=creator.paid");
  await userEvent.click(await screen.findByRole("button", { name: "Conversions of Mia" }));
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getAllByRole("columnheader").map(({ textContent }) => textContent)).toEqual(["Paid", "Amount", "Rate", "Counts as", "In a file since"]);
  expect(within(dialog).queryByRole("button", { name: /column/i })).toBeNull();
});

it("shows nothing to convert where all was paid in one currency", async () => {
  await show(<Counted year={{ ...year, counted: undefined }} />);
  expect(screen.getByText("paid in one currency")).toBeInTheDocument();
  expect(screen.queryByRole("button")).toBeNull();
});

it("sends the rate as it was typed, never as a float", async () => {
  await show(<Rates brand={brand} cursor={undefined} go={() => undefined} />);
  await userEvent.click(await screen.findByRole("button", { name: "Enter a rate" }));
  await userEvent.selectOptions(screen.getByLabelText(/One unit of/), "GBP");
  await userEvent.type(screen.getByLabelText(/costs in USD/), "1.2700000001");
  await userEvent.clear(screen.getByLabelText(/Day of the rate/));
  await userEvent.type(screen.getByLabelText(/Day of the rate/), "2026-03-03");
  await userEvent.type(screen.getByLabelText(/Where you read it/), "ECB");
  await userEvent.click(screen.getByRole("button", { name: "Enter rate" }));
  expect(sent).toEqual([{ brand_id: brand, base: "gbp", quote: "usd", rate: "1.2700000001", source: "ECB", on_day: "2026-03-03" }]);
});

it("says beside the field what is wrong with it", async () => {
  refusal = { type: "about:blank", title: "Invalid", status: 422, code: "invalid", errors: [{ field: "rate", code: "bad_rate", detail: "Write the rate as a number above zero." }] };
  await show(<Rates brand={brand} cursor={undefined} go={() => undefined} />);
  await userEvent.click(await screen.findByRole("button", { name: "Enter a rate" }));
  await userEvent.type(screen.getByLabelText(/costs in USD/), "1,08");
  await userEvent.type(screen.getByLabelText(/Where you read it/), "ECB");
  await userEvent.click(screen.getByRole("button", { name: "Enter rate" }));
  expect(await screen.findByText("Write the rate as a number above zero.")).toBeVisible();
  expect(screen.getByLabelText(/costs in USD/)).toHaveValue("1,08");
});

it("says what to do where there is no rate, and lets an auditor only read", async () => {
  role = "auditor";
  rates = [];
  const { queries } = await show(<Rates brand={brand} cursor={undefined} go={() => undefined} />);
  expect(await screen.findByText(/not counted until finance enters a rate/)).toBeVisible();
  expect(queries.getQueryData(sessionQuery.queryKey)).toBeDefined();
  expect(screen.queryByRole("button", { name: "Enter a rate" })).toBeNull();
});
