import { Group, NativeSelect, NumberInput } from "@mantine/core";
import type { ReactNode } from "react";

import { useLanguage } from "../lib/language";
import { currencies, exponent } from "../lib/money";

/** An amount as a person types it: whole units, and the currency beside it. */
export interface TypedMoney {
  amount: number | string;
  currency: string;
}

/** A field for money. The currency can be fixed where another is not accepted. */
export function MoneyInput({ label, description, value, onChange, error, fixedCurrency = false, required = false }: {
  label: string;
  description?: string;
  value: TypedMoney;
  onChange: (value: TypedMoney) => void;
  error?: ReactNode;
  fixedCurrency?: boolean;
  required?: boolean;
}) {
  const digits = exponent(value.currency);
  const { locale } = useLanguage();
  return (
    <Group gap={6} align="flex-start" wrap="nowrap">
      <NumberInput
        label={label}
        description={description}
        flex={1}
        min={0}
        decimalScale={digits}
        thousandSeparator={locale === "en" ? "," : "."}
        decimalSeparator={locale === "en" ? "." : ","}
        hideControls
        allowNegative={false}
        required={required}
        value={value.amount}
        onChange={(amount) => onChange({ ...value, amount })}
        error={error}
        suffix={fixedCurrency ? ` ${value.currency.toUpperCase()}` : undefined}
      />
      {!fixedCurrency && (
        <NativeSelect
          label="Currency"
          w={88}
          mt={0}
          value={value.currency}
          onChange={(event) => onChange({ ...value, currency: event.currentTarget.value })}
          data={[...new Set([...currencies, value.currency])].map((currency) => ({ value: currency, label: currency.toUpperCase() }))}
        />
      )}
    </Group>
  );
}
