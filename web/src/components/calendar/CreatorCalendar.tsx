import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { calendarsQuery } from "../../api/queries";
import type { Creator } from "../../api/schema";
import { daysText } from "../../lib/days";
import { LoadingLines } from "../Loading";
import { LoadFailed } from "../Notice";
import { Section } from "../Page";
import { EditCalendar, MakeCalendar } from "./CalendarForm";

/** When a creator works, on their page. */
export function CreatorCalendar({ creator, editable }: { creator: Creator; editable: boolean }) {
  const list = useQuery(calendarsQuery(undefined, creator.id));
  const [open, setOpen] = useState(false);
  const calendar = list.data?.items[0];
  return (
    <Section title="Working hours" actions={list.data && editable && <Button variant="default" size="compact-sm" onClick={() => setOpen(true)}>{calendar ? "Change the calendar" : "Give a calendar"}</Button>}>
      {list.error ? <LoadFailed error={list.error} retry={() => void list.refetch()} /> : !list.data ? <LoadingLines lines={1} /> : (
        <p className={calendar ? undefined : "soft"} style={{ margin: 0 }}>
          {calendar ? `${daysText(calendar.working_days)}, ${calendar.opens} to ${calendar.closes}, ${calendar.zone}` : "No calendar of their own: ordinary hours, Monday to Friday, in the time zone of the profile."}
        </p>
      )}
      {open && (calendar ? <EditCalendar id={calendar.id} onClose={() => setOpen(false)} /> : <MakeCalendar creator={creator} zone={creator.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone} onClose={() => setOpen(false)} />)}
    </Section>
  );
}
