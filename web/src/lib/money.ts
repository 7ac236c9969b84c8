import type { Money } from "../api/schema";
import { language } from "./language";

/** Digits after the decimal point that a currency's minor unit stands for. */
export function exponent(currency: string): number {
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** "€1,250.00": symbol, grouping and digits of the currency. */
export function moneyText({ amount, currency }: Money): string {
  return new Intl.NumberFormat(language().locale, { style: "currency", currency, currencyDisplay: "narrowSymbol" }).format(amount / 10 ** exponent(currency));
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
