import { Link } from "@tanstack/react-router";
import { useEffect, useRef, type KeyboardEvent } from "react";

import type { CalendarEntry } from "../../api/schema";
import { dayOf, moved } from "../../lib/days";
import { dateText } from "../../lib/time";
import classes from "./Calendar.module.css";
import { byDay, entryLink, entryText, kinds, wordOn } from "./entries";

const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

function EntryLine({ entry, day }: { entry: CalendarEntry; day: string }) {
  const { icon: Icon, tone } = kinds[entry.kind];
  const link = entryLink(entry);
  const text = `${wordOn(entry, day)}: ${entryText(entry)}`;
  return (
    <li className={classes.entry} style={{ color: `var(--tone-${tone}-text)` }} title={text}>
      <Icon size={12} aria-hidden />
      {link ? <Link {...link} tabIndex={-1} style={{ color: "inherit" }}>{text}</Link> : <span>{text}</span>}
    </li>
  );
}

/** Weeks as rows and days as cells, with one day in reach of the keyboard: arrows move it, Enter opens it. */
export function CalendarGrid({ label, weeks, day, month, entries, onDay, onOpen }: {
  label: string;
  weeks: string[][];
  day: string;
  /** The month whose days are not faded; none in a week. */
  month?: string;
  entries: CalendarEntry[];
  onDay: (day: string) => void;
  onOpen: (day: string) => void;
}) {
  const cell = useRef<HTMLTableCellElement>(null);
  const byKey = useRef(false);
  const all = byDay(entries, weeks.flat());
  const room = weeks.length === 1 ? 14 : 4;
  useEffect(() => {
    if (byKey.current) cell.current?.focus();
    byKey.current = false;
  }, [day]);
  const onKey = (event: KeyboardEvent) => {
    const next = moved(day, event.key);
    if (next) {
      event.preventDefault();
      byKey.current = true;
      onDay(next);
    } else if (event.key === "Enter" && event.target === cell.current) {
      event.preventDefault();
      onOpen(day);
    }
  };
  return (
    <table role="grid" aria-label={label} className={`${classes.grid} ${weeks.length === 1 ? classes.week : ""}`} onKeyDown={onKey}>
      <thead>
        <tr>{weekdays.map((name) => <th key={name} scope="col" abbr={name}>{name.slice(0, 3)}</th>)}</tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week[0]}>
            {week.map((one) => {
              const list = all.get(one) ?? [];
              const more = list.length > room ? list.length - room + 1 : 0;
              return (
                <td
                  key={one}
                  role="gridcell"
                  ref={one === day ? cell : undefined}
                  tabIndex={one === day ? 0 : -1}
                  aria-label={`${dateText(one)}, ${list.length === 0 ? "nothing" : list.map((entry) => `${wordOn(entry, one)}: ${entryText(entry)}`).join("; ")}`}
                  aria-current={one === dayOf(new Date()) ? "date" : undefined}
                  aria-selected={one === day}
                  className={`${classes.day} ${month && !one.startsWith(month) ? classes.outside : ""} ${one === dayOf(new Date()) ? classes.today : ""}`}
                  onClick={() => onDay(one)}
                  onDoubleClick={() => onOpen(one)}
                >
                  <span className={classes.number}>{Number(one.slice(8))}</span>
                  <ul className={classes.entries}>
                    {list.slice(0, more ? room - 1 : room).map((entry) => <EntryLine key={entry.id} entry={entry} day={one} />)}
                    {more > 0 && (
                      <li className={classes.entry}>
                        <a href={`?view=agenda&day=${one}`} tabIndex={-1} onClick={(event) => { event.preventDefault(); event.stopPropagation(); onOpen(one); }}>{more} more</a>
                      </li>
                    )}
                  </ul>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
