import { useLocalStorage } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";

import { sessionQuery } from "../api/queries";
import type { Session } from "../api/schema";

/** Columns that a person chose to see or not to see; of all others the list decides. */
export type ColumnChoice = Record<string, boolean>;

/**
 * A person's choice of the columns of a list. It is kept in this browser, because what fits is a matter of the screen, and another person at the
 * same one has their own.
 */
export function useColumnChoice(list: string): [ColumnChoice, (choice: ColumnChoice) => void] {
  const person = useQueryClient().getQueryData<Session>(sessionQuery.queryKey)?.user_id ?? "";
  const [choice, setChoice] = useLocalStorage<ColumnChoice>({
    key: `rapport.columns.${person}.${list}`,
    defaultValue: {},
    getInitialValueInEffect: false,
    deserialize: (value) => readChoice(value),
  });
  return [choice, setChoice];
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
