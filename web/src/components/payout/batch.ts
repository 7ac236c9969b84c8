import type { Money, PayoutBatchItem, PayoutSummary, PayoutToApprove } from "../../api/schema";

/** What whoever approves many payouts should look out for. */
export const warningWords: Record<PayoutToApprove["warnings"][number], string> = {
  new_destination: "New bank account",
  no_destination: "No bank account yet",
  first_payment: "First payment to this creator",
  above_tier: "Needs two releasers",
  looks_double: "Same amount twice within 30 days",
};

/** What became of a payout of a batch. */
export const outcomeWords: Record<PayoutBatchItem["outcome"], { word: string; tone: "done" | "progress" | "danger" | "held" }> = {
  approved: { word: "Approved", tone: "done" },
  pending: { word: "On its way", tone: "progress" },
  refused: { word: "Refused", tone: "danger" },
  excluded: { word: "Left out", tone: "held" },
};

/** What is sent: what is owed less what is kept for money that the creator owes back. */
export function sent({ amount, kept }: PayoutSummary): Money {
  return { ...amount, amount: amount.amount - (kept?.amount ?? 0) };
}

/** One sum a currency, in the order in which the currencies come. */
export function sums(amounts: Money[]): Money[] {
  const byCurrency = new Map<string, number>();
  for (const { amount, currency } of amounts) byCurrency.set(currency, (byCurrency.get(currency) ?? 0) + amount);
  return [...byCurrency].map(([currency, amount]) => ({ amount, currency }));
}
