import { MultiSelect } from "@mantine/core";
import type { ReactNode } from "react";

import type { Sequence } from "../../api/schema";
import { triggerText } from "./words";

/** The sequences that start by themselves in a campaign, chosen by name; below each stands what starts it. */
export function AutomationSelect({ sequences, value, onChange, error }: {
  /** Undefined until it is known which exist. */
  sequences: Sequence[] | undefined;
  value: string[];
  onChange: (value: string[]) => void;
  error?: ReactNode;
}) {
  const offered = (sequences ?? []).filter(({ trigger }) => trigger);
  const starts = new Map(offered.map(({ id, trigger }) => [id, triggerText(trigger)]));
  const gone = value.filter((id) => !starts.has(id)).map((id) => ({ value: id, label: sequences ? "A sequence that is offered no more" : "…" }));
  return (
    <MultiSelect
      label="Also start by themselves"
      description="Sequences that a stage, a silence or a date starts; for partnerships that start from now on"
      placeholder={value.length > 0 ? undefined : "None"}
      searchable
      clearable
      clearButtonProps={{ "aria-label": "Clear Also start by themselves" }}
      maxValues={20}
      value={value}
      onChange={onChange}
      data={[...offered.map(({ id, name }) => ({ value: id, label: name })), ...gone]}
      renderOption={({ option }) => (
        <div>
          <div>{option.label}</div>
          <div className="soft">{starts.get(option.value)}</div>
        </div>
      )}
      nothingFoundMessage={offered.length > 0 ? "No such sequence" : "No sequence starts by itself; make one under Settings > Outreach"}
      error={error}
    />
  );
}

/** What was refused about the list or about one of its entries. */
export const automationError = (errors: Record<string, ReactNode>): ReactNode =>
  Object.entries(errors).find(([field]) => field === "automation_ids" || field.startsWith("automation_ids."))?.[1];
