import { NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconBuildingStore } from "@tabler/icons-react";

import { brandsQuery } from "../../api/queries";
import { EmptyState } from "../Notice";

export interface Days {
  from: string;
  to: string;
}

const written = (at: Date) => `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;

/** The month that a day lies in, or one some months before it, from its first day to its last. */
export function monthOf(today: Date, before = 0): Days {
  return {
    from: written(new Date(today.getFullYear(), today.getMonth() - before, 1)),
    to: written(new Date(today.getFullYear(), today.getMonth() - before + 1, 0)),
  };
}

/** The year so far, from its first day to today. */
export function yearOf(today: Date): Days {
  return { from: `${today.getFullYear()}-01-01`, to: written(today) };
}

const english = { label: "Period", own: "Own days", month: "This month", lastMonth: "Last month", year: "This year", from: "From", to: "To", wrong: "Before the first day" };

/** From one day to another, both included; also by name. */
export function Period({ value, onChange, words = english }: { value: Days; onChange: (value: Days) => void; words?: typeof english }) {
  const today = new Date();
  const named: Record<string, Days> = { [words.month]: monthOf(today), [words.lastMonth]: monthOf(today, 1), [words.year]: yearOf(today) };
  const name = Object.keys(named).find((one) => named[one]?.from === value.from && named[one].to === value.to) ?? "";
  const wrong = value.to < value.from ? words.wrong : undefined;
  return (
    <>
      <NativeSelect
        label={words.label}
        value={name}
        onChange={(event) => {
          const days = named[event.currentTarget.value];
          if (days) onChange(days);
        }}
        data={[{ value: "", label: words.own, disabled: true }, ...Object.keys(named)]}
      />
      <TextInput type="date" label={words.from} value={value.from} onChange={(event) => event.currentTarget.value && onChange({ ...value, from: event.currentTarget.value })} />
      <TextInput type="date" label={words.to} value={value.to} error={wrong} onChange={(event) => event.currentTarget.value && onChange({ ...value, to: event.currentTarget.value })} />
    </>
  );
}

/** The one brand that a report is about: the one of the address, else the first. */
export function useReportBrand(brand: string | undefined) {
  const brands = useQuery(brandsQuery);
  return { brands, brand: brands.data?.items.find(({ id }) => id === brand) ?? brands.data?.items[0] };
}

/** Where a report has no brand to be about. */
export function NoBrand() {
  return <EmptyState icon={IconBuildingStore} title="You work for no brand yet" action={<Link to="/settings/people">See who gives roles</Link>}>An admin gives you a role at one.</EmptyState>;
}

/** Chooses the brand of a report; nothing to choose where there is one. */
export function BrandChoice({ value, onChange }: { value: string | undefined; onChange: (value: string) => void }) {
  const { brands } = useReportBrand(value);
  const items = brands.data?.items ?? [];
  if (items.length < 2) return null;
  return <NativeSelect label="Brand" value={value ?? ""} onChange={(event) => onChange(event.currentTarget.value)} data={items.map(({ id, name }) => ({ value: id, label: name }))} />;
}
