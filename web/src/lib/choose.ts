import { useRef, useState } from "react";

/** Chosen rows by id. */
export type Choice = Record<string, true>;

/** What is chosen once these rows are too, or are no more. */
export function choose(ids: string[], value: Choice, checked: boolean): Choice {
  const rest = { ...value };
  for (const id of ids) {
    if (checked) rest[id] = true;
    else Reflect.deleteProperty(rest, id);
  }
  return rest;
}

/** Chooses rows: one, or with `range` everything from the row chosen last to this one. */
export function useChooseRange(ids: string[], value: Choice, onChange: (value: Choice) => void) {
  const last = useRef<string>(undefined);
  return (id: string, checked: boolean, range: boolean) => {
    const [one, other] = [ids.indexOf(last.current ?? ""), ids.indexOf(id)].sort((a, b) => a - b);
    last.current = id;
    onChange(choose(range && one !== undefined && other !== undefined && one >= 0 ? ids.slice(one, other + 1) : [id], value, checked));
  };
}

/** What is chosen in a list, of which nothing stays when the list is filtered otherwise: nobody acts on rows that are not shown. */
export function useChosen(filter: object) {
  const of = JSON.stringify(filter);
  const [kept, keep] = useState<{ of: string; value: Choice; all?: number }>({ of, value: {} });
  const { value, all }: { value: Choice; all?: number } = kept.of === of ? kept : { value: {} };
  return {
    value,
    ids: Object.keys(value),
    /** How many match, when all of them are chosen. */
    all,
    set: (next: Choice) => keep({ of, value: next }),
    setAll: (count: number) => keep({ of, value, all: count }),
    clear: () => keep({ of, value: {} }),
  };
}
