import { MultiSelect, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { campaignsQuery, creatorQuery, creatorsQuery, usersQuery } from "../api/queries";
import { countries, findCountry } from "../lib/countries";
import type { User } from "../api/schema";
import { useSession } from "../lib/session";

interface Picker {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  /** In a row of filters the label is only heard. */
  compact?: boolean;
  placeholder?: string;
  error?: React.ReactNode;
}

/** One campaign, found by typing. */
export function CampaignSelect({ label, value, onChange, compact, brandId, error }: Picker & { brandId: string | undefined }) {
  const campaigns = useQuery(campaignsQuery({ brand_id: brandId, limit: 200 }));
  return (
    <Select
      {...named(label, compact)}
      searchable
      clearable
      clearButtonProps={{ "aria-label": `Clear ${label}` }}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
      data={(campaigns.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
      nothingFoundMessage="No such campaign"
      error={error}
    />
  );
}

/** One creator, found by typing a part of the name. */
export function CreatorSelect({ label, value, onChange, compact, placeholder, error }: Picker) {
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.trim(), 200);
  const known = useQuery({ ...creatorQuery(value ?? ""), enabled: value !== undefined });
  const found = useQuery(creatorsQuery({ q: q || undefined, limit: 20 }));
  const options = new Map((found.data?.items ?? []).map(({ id, name }) => [id, name]));
  if (known.data && value) options.set(value, known.data.data.name);
  return (
    <Select
      {...named(label, compact)}
      {...(placeholder && { placeholder })}
      searchable
      clearable
      clearButtonProps={{ "aria-label": `Clear ${label}` }}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
      searchValue={typed}
      onSearchChange={setTyped}
      data={[...options].map(([id, name]) => ({ value: id, label: name }))}
      nothingFoundMessage="No such creator"
      error={error}
    />
  );
}

/** One country, found by its name or code. */
export function CountrySelect({ label, value, onChange, compact, placeholder, error }: Picker) {
  return (
    <Select
      {...named(label, compact)}
      {...(placeholder && { placeholder })}
      searchable
      clearable
      clearButtonProps={{ "aria-label": `Clear ${label}` }}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
      data={countries()}
      filter={findCountry}
      nothingFoundMessage="No such country"
      error={error}
    />
  );
}

/** One person of the house. Those who may not list people can still choose themselves. */
export function PersonSelect({ label, value, onChange, compact, error, only }: Picker & { only?: (user: User) => boolean }) {
  const session = useSession();
  const users = useQuery({ ...usersQuery, retry: false });
  const people = users.data?.items.filter((user) => !user.disabled && user.brands.length > 0 && (!only || only(user))) ?? [];
  const data = people.map(({ id, name }) => ({ value: id, label: id === session?.user_id ? `${name} (you)` : name }));
  if (data.length === 0 && session && !only) data.push({ value: session.user_id, label: `${session.name} (you)` });
  return (
    <Select
      {...named(label, compact)}
      searchable
      clearable
      clearButtonProps={{ "aria-label": `Clear ${label}` }}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
      data={data}
      nothingFoundMessage="No such person"
      error={error}
    />
  );
}

/** Any number of states, by their words. */
export function StatesSelect<S extends string>({ label, value, onChange, data }: {
  label: string;
  value: S[] | undefined;
  onChange: (value: S[] | undefined) => void;
  data: { value: S; label: string }[];
}) {
  return (
    <MultiSelect
      aria-label={label}
      placeholder={value?.length ? undefined : label}
      clearable
      clearButtonProps={{ "aria-label": `Clear ${label}` }}
      value={value ?? []}
      onChange={(chosen) => onChange(chosen.length > 0 ? chosen : undefined)}
      data={data}
      w={{ base: "100%", xs: 230 }}
    />
  );
}

function named(label: string, compact = false) {
  return compact ? { "aria-label": label, placeholder: label, w: { base: "100%", xs: 180 } } : { label };
}
