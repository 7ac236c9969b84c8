import { VisuallyHidden } from "@mantine/core";

import { useLanguage } from "../lib/language";
import type { Money as MoneyValue } from "../api/schema";
import { moneyText } from "../lib/money";

/** An amount with its currency in tabular figures; a dash when it is not known, which is not zero. */
export function Money({ value }: { value: MoneyValue | undefined }) {
  if (!value) return <Unknown />;
  return (
    <span className="tabular" title={value.currency.toUpperCase()}>
      {moneyText(value)}
    </span>
  );
}

/** Stands where a value is not known. */
export function Unknown({ what }: { what?: string }) {
  const { parts } = useLanguage();
  return (
    <span className="soft">
      <span aria-hidden>–</span>
      <VisuallyHidden>{what ?? parts.notKnown}</VisuallyHidden>
    </span>
  );
}
