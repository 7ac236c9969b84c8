import { ActionIcon, Button, Checkbox, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { IconCalendar, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body, type Tagged } from "../../api/client";
import { asProblem } from "../../api/problem";
import { calendarQuery, calendarsQuery } from "../../api/queries";
import type { Calendar, CalendarEdit } from "../../api/schema";
import { Feeds } from "../../components/calendar/Feeds";
import { columns, DataTable } from "../../components/DataTable";
import { LoadingLines } from "../../components/Loading";
import { EmptyState, LoadFailed, Notice, ProblemNotice } from "../../components/Notice";
import { Page } from "../../components/Page";
import * as url from "../../lib/search";
import { hasRole, useSession } from "../../lib/session";
import { spanText } from "../../lib/time";
import classes from "./settings.module.css";

export const Route = createFileRoute("/_app/settings/calendars")({
  validateSearch: url.search({ edit: url.id }),
  component: Calendars,
});

const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const owners: Record<Calendar["owner_kind"], string> = { brand: "Brand", user: "Person", creator: "Creator" };
const usualDay = 86_400;

/** "Monday to Friday" where the days follow each other, else their short names. */
function daysText(days: number[]): string {
  const sorted = [...days].sort((a, b) => a - b);
  if (sorted.length === 0) return "No day";
  if (sorted.length === 7) return "Every day";
  const [first, last] = [sorted[0] ?? 1, sorted.at(-1) ?? 1];
  if (sorted.length > 2 && last - first === sorted.length - 1) return `${weekdays[first - 1]} to ${weekdays[last - 1]}`;
  return sorted.map((day) => weekdays[day - 1]?.slice(0, 3)).join(", ");
}

function Calendars() {
  const { brand, edit } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const list = useQuery(calendarsQuery(brand));
  const edits = hasRole(useSession(), ["admin", "ops"]);
  const open = (id: string | undefined) => void navigate({ search: (search) => ({ ...search, edit: id }) });
  const short = list.data?.items.find(({ day_seconds }) => day_seconds !== usualDay);

  const cols = columns<Calendar>([
    {
      id: "owner",
      header: "Of",
      cell: ({ id, owner_name, owner_kind }) => (
        <>
          {edits ? <a href={`?edit=${id}`} onClick={(event) => { event.preventDefault(); open(id); }}>{owner_name}</a> : owner_name}
          <div className="soft" style={{ fontSize: 12 }}>{owners[owner_kind]}</div>
        </>
      ),
    },
    { id: "zone", header: "Time zone", cell: ({ zone }) => zone },
    { id: "days", header: "Working days", cell: ({ working_days }) => daysText(working_days) },
    { id: "hours", header: "Hours", cell: ({ opens, closes }) => <span className="tabular">{opens} to {closes}</span> },
    { id: "holidays", header: "Holidays", right: true, cell: ({ holidays }) => <span className="tabular">{holidays.length}</span> },
    { id: "day", header: "A day lasts", right: true, cell: ({ day_seconds }) => <span className="tabular">{day_seconds === usualDay ? "24 hours" : spanText(day_seconds * 1000)}</span> },
  ]);

  return (
    <Page title="Calendars" under="Business days and sending hours follow the calendar of whoever must act. Who has none of their own uses the brand’s.">
      {short && <Notice tone="progress" title="Days are short here">In this installation a day lasts {spanText(short.day_seconds * 1000)}, so that a year runs in minutes. Everything else is as in production.</Notice>}
      <DataTable
        label="Calendars"
        columns={cols}
        rows={list.data?.items}
        rowId={({ id }) => id}
        error={list.error}
        retry={() => void list.refetch()}
        empty={<EmptyState icon={IconCalendar} title="There is no calendar">Each brand gets one when it is created.</EmptyState>}
      />
      {edit && <EditCalendar id={edit} onClose={() => open(undefined)} />}
      <Feeds />
    </Page>
  );
}

function EditCalendar({ id, onClose }: { id: string; onClose: () => void }) {
  const calendar = useQuery({ ...calendarQuery(id), refetchOnWindowFocus: false });
  return (
    <Modal opened onClose={onClose} title={calendar.data ? `Calendar of ${calendar.data.data.owner_name}` : "Calendar"} size="lg">
      {calendar.data ? <CalendarForm read={calendar.data} onClose={onClose} /> : calendar.error ? <LoadFailed error={calendar.error} retry={() => void calendar.refetch()} /> : <LoadingLines />}
    </Modal>
  );
}

function CalendarForm({ read, onClose }: { read: Tagged<Calendar>; onClose: () => void }) {
  // What the person started from: a change made by somebody else meanwhile must not slip in unseen.
  const [{ data: calendar, etag }] = useState(read);
  const queries = useQueryClient();
  const [country, setCountry] = useState("DE");
  const [filling, setFilling] = useState<string>();
  const form = useForm<CalendarEdit>({
    initialValues: {
      zone: calendar.zone,
      working_days: calendar.working_days,
      opens: calendar.opens,
      closes: calendar.closes,
      holidays: calendar.holidays,
      day_seconds: calendar.day_seconds,
    },
  });
  const save = useAct({
    run: (edit: CalendarEdit) => body(api.PUT("/v1/calendars/{id}", { params: { path: { id: calendar.id }, header: { "If-Match": etag } }, body: edit })),
    done: "Calendar saved",
    close: onClose,
    touches: ["calendar", "partnership"],
  });

  const fill = async () => {
    setFilling(undefined);
    const year = new Date().getFullYear();
    try {
      const found = await Promise.all(
        [year, year + 1].map((year) =>
          queries.query({
            queryKey: ["holiday", "list", country, year],
            queryFn: () => body(api.GET("/v1/holidays", { params: { query: { country, year } } })),
          }),
        ),
      );
      const byDate = new Map(form.values.holidays.map((holiday) => [holiday.date, holiday]));
      for (const { items } of found) for (const holiday of items) byDate.set(holiday.date, holiday);
      form.setFieldValue("holidays", [...byDate.values()].sort((a, b) => a.date.localeCompare(b.date)));
    } catch (error) {
      setFilling(asProblem(error).detail);
    }
  };

  return (
    <form noValidate onSubmit={form.onSubmit((edit) => save.mutate(edit, { onError: (problem) => form.setErrors(problem.byField) }))}>
      <Stack>
        <Select label="Time zone" searchable allowDeselect={false} data={Intl.supportedValuesOf("timeZone").concat("UTC").filter((zone, at, all) => all.indexOf(zone) === at)} limit={60} {...form.getInputProps("zone")} />
        <Checkbox.Group
          label="Working days"
          value={form.values.working_days.map(String)}
          onChange={(days) => form.setFieldValue("working_days", days.map(Number).sort((a, b) => a - b))}
          error={form.errors.working_days}
        >
          <Group mt={6}>
            {weekdays.map((name, at) => <Checkbox key={name} value={String(at + 1)} label={name} />)}
          </Group>
        </Checkbox.Group>
        <Group grow align="flex-start">
          <TextInput label="Opens" placeholder="09:00" description="Hours and minutes" {...form.getInputProps("opens")} />
          <TextInput label="Closes" placeholder="17:00" description="24:00 for midnight" {...form.getInputProps("closes")} />
        </Group>
        <Group justify="space-between" align="flex-end">
          <strong>Holidays ({form.values.holidays.length})</strong>
          <Group gap="xs" align="flex-end">
            <TextInput label="Country" maxLength={2} w={80} value={country} onChange={(event) => setCountry(event.currentTarget.value.toUpperCase())} error={Boolean(filling)} />
            <Button variant="default" onClick={() => void fill()}>Add its public holidays</Button>
          </Group>
        </Group>
        {filling && <span role="alert" style={{ color: "var(--mantine-color-error)" }}>{filling}</span>}
        <div className={classes.holidays}>
          {form.values.holidays.map((_, at) => (
            <Group key={at} wrap="nowrap" align="flex-start">
              <TextInput type="date" aria-label={`Date of holiday ${at + 1}`} {...form.getInputProps(`holidays.${at}.date`)} />
              <TextInput flex={1} aria-label={`Name of holiday ${at + 1}`} placeholder="Name" {...form.getInputProps(`holidays.${at}.name`)} />
              <ActionIcon mt={4} aria-label={`Remove holiday ${at + 1}`} onClick={() => form.removeListItem("holidays", at)}><IconTrash size={16} aria-hidden /></ActionIcon>
            </Group>
          ))}
        </div>
        <Group>
          <Button variant="default" size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => form.insertListItem("holidays", { date: new Date().toISOString().slice(0, 10), name: "" })}>Add a holiday</Button>
        </Group>
        <ProblemNotice problem={save.error} shownFields={Object.keys(form.errors)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>Leave it as it is</Button>
          <Button type="submit" loading={save.isPending}>Save calendar</Button>
        </Group>
      </Stack>
    </form>
  );
}
