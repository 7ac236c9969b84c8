import { ActionIcon, NumberInput, Select } from "@mantine/core";
import { IconArrowUp, IconTrash } from "@tabler/icons-react";
import { useId } from "react";

import type { Approver } from "../../api/schema";
import { refusedAt } from "../../lib/fields";
import { movedUp, removed } from "../sequence/steps";
import { Chip } from "../StatusChip";
import classes from "./Policy.module.css";
import { approverKey, approverOf, type Who } from "./who";
import { approverText, deciders } from "./words";

const firstUp = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** People, roles and outside reviewers in an order that can be changed; each can be a level with days of its own. */
export function ApproverList({ label, description, of, value, onChange, who, outside = false, levels = false, firstDecides = false, errors }: {
  label: string;
  description?: string;
  /** What the list belongs to, for those who hear its buttons: "stage 2". */
  of: string;
  value: Approver[];
  onChange: (value: Approver[]) => void;
  who: Who;
  /** Outside reviewers can be chosen, too. */
  outside?: boolean;
  /** Each is a level of an escalation, which can have days of its own. */
  levels?: boolean;
  firstDecides?: boolean;
  /** What was refused: `""` about the list, `0` about one of them, `0.days` about its days. */
  errors: Record<string, string>;
}) {
  const id = useId();
  const arrange = (order: number[]) => onChange(order.flatMap((from) => value[from] ?? []));
  const taken = new Set(value.map(approverKey));
  const free = (prefix: string, items: { value: string; label: string }[]) =>
    items.map((item) => ({ value: `${prefix}:${item.value}`, label: item.label })).filter((item) => !taken.has(item.value));
  const offered = [
    { group: "Everybody with a role", items: free("role", Object.entries(deciders).map(([role, text]) => ({ value: role, label: firstUp(text) }))) },
    { group: "People", items: free("user", who.people) },
    ...(outside ? [{ group: "Outside reviewers, by a link", items: free("outside", who.outside) }] : []),
  ].filter(({ items }) => items.length > 0);
  const wrong = errors[""];
  return (
    <div role="group" aria-labelledby={id} aria-describedby={wrong ? `${id}-wrong` : undefined} className={classes.approvers}>
      <div id={id} className={classes.label}>{label}</div>
      {description && <div className={classes.description}>{description}</div>}
      {value.length > 0 && (
        <ol className={classes.people} aria-label={`${label}, ${of}`}>
          {value.map((approver, at) => {
            const name = approverText(approver, who.names);
            const bad = errors[String(at)];
            return (
              <li key={approverKey(approver)}>
                <span className={classes.person}>
                  {levels && <span className="soft">{at + 1}. </span>}
                  {firstUp(name)} {firstDecides && at === 0 && <Chip tone="progress">Decides</Chip>}
                  {bad && <span className={classes.wrong}>{bad}</span>}
                </span>
                {levels && (
                  <NumberInput
                    aria-label={`Business days of ${name}, ${of}`} placeholder="As the stage" suffix=" days" size="xs" w={104} min={1} max={60} allowDecimal={false} allowNegative={false} hideControls
                    value={approver.days ?? ""} onChange={(days) => onChange(value.map((one, n) => (n === at ? { ...one, days: Number(days) || undefined } : one)))} error={errors[`${at}.days`]}
                  />
                )}
                {value.length > 1 && (
                  <ActionIcon
                    className={classes.move} aria-label={`Move ${name} up, ${of}`} data-disabled={at === 0 || undefined} aria-disabled={at === 0}
                    onClick={() => at > 0 && arrange(movedUp(value.length, at))}
                  >
                    <IconArrowUp size={15} aria-hidden />
                  </ActionIcon>
                )}
                <ActionIcon aria-label={`Remove ${name}, ${of}`} onClick={() => arrange(removed(value.length, at))}>
                  <IconTrash size={15} aria-hidden />
                </ActionIcon>
              </li>
            );
          })}
        </ol>
      )}
      <Select
        aria-label={`Add to ${label.toLowerCase()}, ${of}`} placeholder={value.length > 0 ? (levels ? "And then…" : "Add somebody else") : levels ? "Nobody: choose who" : "Choose who"}
        searchable selectFirstOptionOnChange value={null} onChange={(key) => key && onChange([...value, approverOf(key)])} data={offered} nothingFoundMessage="Nobody else" comboboxProps={{ keepMounted: false }} error={Boolean(wrong)}
      />
      {wrong && <div id={`${id}-wrong`} className={classes.wrong}>{wrong}</div>}
    </div>
  );
}

/** What was refused about a list and what stands in it, by the place in the list. */
export function errorsOf(errors: Record<string, string>, path: string): Record<string, string> {
  const own = Object.entries(errors).flatMap(([field, text]) => (field === path ? [["", text]] : field.startsWith(`${path}.`) ? [[field.slice(path.length + 1), text]] : []));
  const known = Object.fromEntries(own.filter(([field = ""]) => /^(\d+(\.days)?)?$/.test(field))) as Record<string, string>;
  // What is said about a part that has no place of its own is said of the list.
  const rest = own.length > Object.keys(known).length ? refusedAt(errors, path) : undefined;
  return rest && !known[""] ? { ...known, "": rest } : known;
}
