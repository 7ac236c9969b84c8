import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";

import { answer, show } from "../../test/render";
import { Accounts, Journals } from "./Books";

const brand = "00000000-0000-7000-8000-000000000001";
const days = { from: "2026-03-01", to: "2026-03-31" };
const accounts = [
  { kind: "brand_funds", label: "Funds paid in", quickbooks: "Rapport funds", xero: "RAP20", xero_tax: "Tax Exempt", is_default: true },
  { kind: "other", label: "Everything else", quickbooks: "Odd", xero: "999", xero_tax: "No VAT", is_default: false },
];
let totals: object[];
let sent: unknown[];

beforeEach(() => {
  totals = [{ journals: 4, lines: 301, debits: { amount: 40_000, currency: "eur" } }, { journals: 1, lines: 2, debits: { amount: 900, currency: "jpy" } }];
  sent = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.url.includes("/journals?")) return answer({ items: totals });
    if (request.method === "PUT") {
      sent.push(await request.json());
      return answer({ items: accounts });
    }
    return answer({ items: accounts });
  });
});

it("offers a file for each currency and system, and says when it is too long for Xero", async () => {
  await show(<Journals brandId={brand} days={days} />);
  expect(await screen.findByRole("link", { name: "Xero, JPY" })).toHaveAttribute("href", `/v1/brands/${brand}/journals/export?from=2026-03-01&to=2026-03-31&system=xero&currency=jpy`);
  expect(screen.getByRole("link", { name: "QuickBooks, EUR" })).toBeVisible();
  expect(screen.getByText(/300 lines in one file/)).toBeVisible();
});

it("says that nothing was booked", async () => {
  totals = [];
  await show(<Journals brandId={brand} days={days} />);
  expect(await screen.findByText("Nothing was booked in this period")).toBeVisible();
});

it("saves what was changed and leaves the rest as it came", async () => {
  await show(<Accounts brandId={brand} edits />);
  await userEvent.click(await screen.findByRole("button", { name: "Edit" }));
  const code = screen.getByDisplayValue("999");
  await userEvent.clear(code);
  await userEvent.type(code, "998");
  await userEvent.click(screen.getByRole("button", { name: "Save accounts" }));
  expect(sent).toEqual([{ items: [{ kind: "other", quickbooks: "Odd", xero: "998", xero_tax: "No VAT" }] }]);
});

it("only shows the accounts to those who may not edit them", async () => {
  await show(<Accounts brandId={brand} edits={false} />);
  expect(await screen.findByText("RAP20")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Edit" })).toBeNull();
});
