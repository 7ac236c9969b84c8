import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";

import { english, speak } from "./language";
import { exponent, moneyText, toMajor, toMinor } from "./money";

it.each([
  [{ amount: 125_000, currency: "usd" }, "$1,250.00"],
  [{ amount: 98_000, currency: "jpy" }, "¥98,000"],
  [{ amount: -50, currency: "eur" }, "-€0.50"],
])("writes %o as %s", (money, text) => {
  expect(moneyText(money)).toBe(text);
});

afterEach(() => speak());

it("counts the digits of every currency as the server does", () => {
  const source = readFileSync(join(import.meta.dirname, "../../../money.go"), "utf8");
  const two = /two\(((?:"[a-z]{3}",? ?)+)\)/.exec(source)?.[1]?.match(/[a-z]{3}/g) ?? [];
  const others = [...source.matchAll(/Currency\{"([a-z]{3})", (\d), \d+\}/g)].map(([, code, digits]) => [code ?? "", Number(digits)] as const);
  expect(two.length + others.length).toBeGreaterThan(20);
  expect([...two.map((code) => [code, 2] as const), ...others].filter(([code, digits]) => exponent(code) !== digits)).toEqual([]);
});

it("writes amounts as the server writes them in sentences", () => {
  const examples = JSON.parse(readFileSync(join(import.meta.dirname, "../../../testdata/amounts.json"), "utf8")) as { locale: string; amount: number; currency: string; text: string }[];
  for (const { locale, amount, currency, text } of examples) {
    speak({ locale, parts: english });
    expect(moneyText({ amount, currency })).toBe(text);
  }
});

it.each([
  [12.34, "usd", 1234],
  ["0.07", "usd", 7],
  [1250, "jpy", 1250],
  [12.345, "usd", undefined],
  ["", "usd", undefined],
  ["words", "usd", undefined],
])("reads %s %s as %s minor units", (typed, currency, amount) => {
  expect(toMinor(typed, currency)).toBe(amount);
});

it("comes back from minor units unchanged", () => {
  expect(toMinor(toMajor({ amount: 70_007, currency: "eur" }), "eur")).toBe(70_007);
});
