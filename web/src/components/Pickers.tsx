import { MultiSelect, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { campaignQuery, campaignsQuery, creatorQuery, creatorsQuery, userQuery, usersQuery } from "../api/queries";
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

/** What is typed into a field, and what of it is looked for: nothing while the field has the name of what is chosen. */
function useTyped(chosen: string | undefined) {
  const [typed, setTyped] = useState("");
  const [words] = useDebouncedValue(typed.trim(), 200);
  return { typed, setTyped, q: words === "" || words === chosen ? undefined : words };
}

/** One of many, of which the API finds some by the words that are typed. What is chosen has its name, wherever it stands among the many. */
function FoundSelect({ label, value, onChange, compact, placeholder, error, found, chosen, typed, onTyped, nothing }: Picker & {
  found: { id: string; name: string }[] | undefined;
  chosen: string | undefined;
  typed: string;
  onTyped: (typed: string) => void;
  nothing: string;
}) {
  const options = new Map((found ?? []).map(({ id, name }) => [id, name]));
  if (value && chosen) options.set(value, chosen);
  return (
    <Select
      {...named(label, compact)}
      {...(placeholder && { placeholder })}
      searchable
      clearable
      clearButtonProps={{ "aria-label": `Clear ${label}` }}
      value={value ?? null}
      onChange={(next) => onChange(next ?? undefined)}
      searchValue={typed}
      onSearchChange={onTyped}
      data={[...options].map(([id, name]) => ({ value: id, label: name }))}
      nothingFoundMessage={found ? nothing : "Looking…"}
      error={error}
    />
  );
}

/** One campaign, found by typing a part of the name. */
export function CampaignSelect({ brandId, ...picker }: Picker & { brandId: string | undefined }) {
  const known = useQuery({ ...campaignQuery(picker.value ?? ""), enabled: picker.value !== undefined, retry: false });
  const chosen = known.data?.data.name ?? (known.error ? "A campaign that you cannot see" : undefined);
  const { typed, setTyped, q } = useTyped(chosen);
  const found = useQuery(campaignsQuery({ brand_id: brandId, q, limit: 20 }));
  return <FoundSelect {...picker} found={found.data?.items} chosen={chosen} typed={typed} onTyped={setTyped} nothing="No such campaign" />;
}

/** One creator, found by typing a part of the name. */
export function CreatorSelect(picker: Picker) {
  const known = useQuery({ ...creatorQuery(picker.value ?? ""), enabled: picker.value !== undefined, retry: false });
  const chosen = known.data?.data.name ?? (known.error ? "A creator who is not found" : undefined);
  const { typed, setTyped, q } = useTyped(chosen);
  const found = useQuery(creatorsQuery({ q, limit: 20 }));
  return <FoundSelect {...picker} found={found.data?.items} chosen={chosen} typed={typed} onTyped={setTyped} nothing="No such creator" />;
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

/** One person of the house to filter by, also one who is disabled or has no role any more: what was theirs is still there. */
export function PersonFilter(picker: Picker) {
  return <PersonSelect {...picker} former />;
}

/** One person of the house, found by typing a part of the name. Those who may not list people can still choose themselves. */
export function PersonSelect({ brandId, only, former = false, ...picker }: Picker & {
  /** Only who has a role there. */
  brandId?: string;
  only?: (user: User) => boolean;
  former?: boolean;
}) {
  const { value } = picker;
  const session = useSession();
  const nameOf = ({ id, name, disabled }: Pick<User, "id" | "name" | "disabled">) => (id === session?.user_id ? `${name} (you)` : disabled ? `${name} (disabled)` : name);
  const me = session && { id: session.user_id, name: `${session.name} (you)` };
  const known = useQuery({ ...userQuery(value ?? ""), enabled: value !== undefined && value !== me?.id, retry: false });
  const chosen = value === undefined ? undefined : value === me?.id ? me.name : known.data ? nameOf(known.data) : known.error ? "Somebody whom you cannot see" : undefined;
  const { typed, setTyped, q } = useTyped(chosen);
  const users = useQuery({ ...usersQuery({ brand_id: brandId, q, limit: 50 }), placeholderData: keepPreviousData, retry: false });
  const people = users.data?.items.filter((user) => (former || (!user.disabled && user.brands.length > 0)) && (!only || only(user))).map((user) => ({ id: user.id, name: nameOf(user) }));
  const found = people ?? (users.error ? [] : undefined);
  // The first of many may not have the viewer among them.
  const first = me && !only && q === undefined && (brandId === undefined || session.brands.some(({ brand_id }) => brand_id === brandId)) && !found?.some(({ id }) => id === me.id);
  return <FoundSelect {...picker} found={first ? [me, ...(found ?? [])] : found} chosen={chosen} typed={typed} onTyped={setTyped} nothing="No such person" />;
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
