import { Link } from "@tanstack/react-router";
import { IconCalendar } from "@tabler/icons-react";

import type { CalendarEntry } from "../../api/schema";
import { dateText } from "../../lib/time";
import { EmptyState } from "../Notice";
import { Chip, StatusChip } from "../StatusChip";
import classes from "./Calendar.module.css";
import { byDay, entryLink, entryText, kinds, wordOn } from "./entries";

/** The days that have something, one below the other. */
export function Agenda({ days, entries }: { days: string[]; entries: CalendarEntry[] }) {
  const list = [...byDay(entries, days, false)].filter(([, of]) => of.length > 0);
  if (list.length === 0) return <EmptyState icon={IconCalendar} title="Nothing has a date in these days" action={<Link to="/calendar" search={({ brand }) => ({ brand })}>See this month without filters</Link>}>Or go on to later days.</EmptyState>;
  return (
    <ul className={classes.agenda} aria-label="Agenda">
      {list.map(([day, of]) => (
        <li key={day}>
          <h3>{dateText(day)}</h3>
          <ul className={classes.entries}>
            {of.map((entry) => {
              const { icon: Icon, tone } = kinds[entry.kind];
              const link = entryLink(entry);
              return (
                <li key={entry.id} className={classes.entry}>
                  <Chip tone={tone} icon={<Icon size={13} aria-hidden />}>{wordOn(entry, day)}</Chip>
                  {link ? <Link {...link}>{entryText(entry)}</Link> : <span>{entryText(entry)}</span>}
                  {entry.deliverable_id && entry.state && <StatusChip noun="deliverable" state={entry.state} />}
                </li>
              );
            })}
          </ul>
        </li>
      ))}
    </ul>
  );
}
