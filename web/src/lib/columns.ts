import { useLocalStorage } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";

import { sessionQuery } from "../api/queries";
import type { Session } from "../api/schema";

/** Columns that a person chose to see or not to see; of all others the list decides. */
export type ColumnChoice = Record<string, boolean>;

/**
 * The columns of a list. A person's choice is kept in this browser, because what fits is a matter of the screen, and another person at the same one
 * has their own. It also stands in the address, so that a link and a kept view show the same columns; an address that has some is followed first.
 */
export function useColumns(list: string, columns: { id: string; shown: boolean }[], chooses: boolean) {
  const person = useQueryClient().getQueryData<Session>(sessionQuery.queryKey)?.user_id ?? "";
  const [kept, keep] = useLocalStorage<ColumnChoice>({
    key: `rapport.columns.${person}.${list}`,
    defaultValue: {},
    getInitialValueInEffect: false,
    deserialize: (value) => readChoice(value),
  });
  const navigate = useNavigate();
  const asked = useSearch({ strict: false }).cols?.split(".");
  const choice: ColumnChoice = chooses && asked ? Object.fromEntries(columns.map(({ id }) => [id, asked.includes(id)])) : kept;
  const shown = (by: ColumnChoice) => columns.filter(({ id, shown }) => by[id] ?? shown).map(({ id }) => id).join(".");
  const write = (cols: string | undefined) => void navigate({ to: ".", search: ((search: object) => ({ ...search, cols })) as never, replace: true, resetScroll: false });

  const missing = chooses && !asked && Object.keys(kept).length > 0 ? shown(kept) : undefined;
  useEffect(() => {
    if (missing) write(missing);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only what is missing is a reason
  }, [missing]);

  return {
    choice,
    set: (id: string, seen: boolean) => {
      keep({ ...kept, [id]: seen });
      write(shown({ ...choice, [id]: seen }));
    },
    reset: Object.keys(choice).length > 0
      ? () => {
          keep({});
          write(undefined);
        }
      : undefined,
  };
}

/** What was kept, as far as it can be read. */
export function readChoice(value: string | undefined): ColumnChoice {
  try {
    const kept: unknown = JSON.parse(value ?? "{}");
    if (typeof kept === "object" && kept !== null) return Object.fromEntries(Object.entries(kept).filter((entry): entry is [string, boolean] => typeof entry[1] === "boolean"));
  } catch {
    // Somebody else wrote there.
  }
  return {};
}
