import { expect, it } from "vitest";

import type { PayoutSummary } from "../../api/schema";
import { sent, sums } from "./batch";

it("sums each currency by itself, in minor units", () => {
  expect(sums([{ amount: 1_010, currency: "usd" }, { amount: 5, currency: "jpy" }, { amount: 20, currency: "usd" }])).toEqual([{ amount: 1_030, currency: "usd" }, { amount: 5, currency: "jpy" }]);
  expect(sums([])).toEqual([]);
});

it("approves what is sent, which is less than what is owed where something is kept", () => {
  const owed = { amount: { amount: 500, currency: "usd" } } as PayoutSummary;
  expect(sent(owed)).toEqual({ amount: 500, currency: "usd" });
  expect(sent({ ...owed, kept: { amount: 120, currency: "usd" } })).toEqual({ amount: 380, currency: "usd" });
});
