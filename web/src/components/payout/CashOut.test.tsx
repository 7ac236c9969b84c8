import { screen, within } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";

import type { CashWeek } from "../../api/schema";
import { answer, show } from "../../test/render";
import { CashOut, weeksOf } from "./CashOut";

const usd = (amount: number) => ({ amount, currency: "usd" });
const items: CashWeek[] = [
  { week: "2026-11-16", kind: "paid", amount: usd(10_000) },
  { week: "2026-11-16", kind: "owed", amount: { amount: 700, currency: "eur" } },
  { week: "2026-12-07", kind: "committed", amount: usd(20_000) },
  { week: "2026-12-07", kind: "owed", amount: usd(5_000) },
];

afterEach(() => {
  vi.unstubAllGlobals();
});

it("has the weeks in between, and one currency at a time", () => {
  expect(weeksOf(items, "usd").map(({ week, sum }) => [week, sum])).toEqual([["2026-11-16", 10_000], ["2026-11-23", 0], ["2026-11-30", 0], ["2026-12-07", 25_000]]);
  expect(weeksOf(items, "eur").map(({ sum }) => sum)).toEqual([700]);
  expect(weeksOf([], "usd")).toEqual([]);
});

it("shows the numbers behind the bars as a table", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(answer({ items })));
  await show(<CashOut brandId={undefined} />);
  const rows = within(await screen.findByRole("table", { hidden: true })).getAllByRole("row", { hidden: true });
  expect(rows.at(-1)).toHaveTextContent("7 Dec 2026$0.00$50.00$200.00$250.00");
  expect(screen.getByRole("img")).toHaveAccessibleName(/16 Nov 2026 to 7 Dec 2026/);
});

it("says what fills it when there is nothing", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(answer({ items: [] })));
  await show(<CashOut brandId={undefined} />);
  expect(await screen.findByText(/first signed contract/)).toBeInTheDocument();
});
