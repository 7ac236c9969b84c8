import type { Money } from "../api/schema";
import { language } from "./language";

const exponents: Record<string, number> = {
  jpy: 0, krw: 0, clp: 0, vnd: 0, bif: 0, djf: 0, gnf: 0, kmf: 0, mga: 0, pyg: 0, rwf: 0, vuv: 0, xaf: 0, xof: 0, xpf: 0, kwd: 3, bhd: 3, jod: 3, omr: 3, tnd: 3,
};

/** Digits after the decimal point that a currency's minor unit stands for, as Stripe counts it. `Intl` shows forints and some others without theirs. */
export function exponent(currency: string): number {
  return exponents[currency] ?? 2;
}

/** "€1,250.00": symbol, grouping and digits of the currency. */
export function moneyText({ amount, currency }: Money): string {
  const digits = exponent(currency);
  return new Intl.NumberFormat(language().locale, { style: "currency", currency, currencyDisplay: "narrowSymbol", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount / 10 ** digits);
}

/** Minor units from what a person typed in whole units; undefined when that is no exact amount. */
export function toMinor(typed: number | string, currency: string): number | undefined {
  if (typed === "") return undefined;
  const scaled = Number(typed) * 10 ** exponent(currency);
  const amount = Math.round(scaled);
  return Number.isFinite(scaled) && Math.abs(scaled - amount) < 1e-6 ? amount : undefined;
}

/** Whole units for a form field. */
export function toMajor({ amount, currency }: Money): number {
  return amount / 10 ** exponent(currency);
}

/** Currencies a form offers; the contract accepts any that Stripe does. */
export const currencies = ["usd", "eur", "gbp", "chf", "cad", "aud", "jpy"];
