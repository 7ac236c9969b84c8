import { ActionIcon, Button, Checkbox, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body, type Tagged } from "../../api/client";
import { asProblem } from "../../api/problem";
import { calendarQuery } from "../../api/queries";
import type { Calendar, CalendarEdit } from "../../api/schema";
import { weekdays } from "../../lib/days";
import { useSession } from "../../lib/session";
import { LoadingLines } from "../Loading";
import { LoadFailed, ProblemNotice } from "../Notice";
import { mayEdit } from "./edits";
import classes from "../../routes/_app/settings.module.css";

/** When a change counts: workflows that run keep the calendars that they planned with. */
const counts: Record<Calendar["owner_kind"], string> = {
  user: "Counts at once for mail, digests and quiet hours, and for reviews that are opened or given to you from now on. A review that waits for you keeps its times.",
  creator: "Counts for partnerships that start from now on, and for those that run with their next contract or amendment. Dates that were agreed stay.",
  brand: "Counts for partnerships and reviews that start from now on, and for partnerships that run with their next contract or amendment. Dates that were agreed stay.",
};

export function EditCalendar({ id, onClose }: { id: string; onClose: () => void }) {
  const calendar = useQuery({ ...calendarQuery(id), refetchOnWindowFocus: false });
  return (
    <Modal opened onClose={onClose} title={calendar.data ? `Calendar of ${calendar.data.data.owner_name}` : "Calendar"} size="lg">
      {calendar.data ? <Edit read={calendar.data} onClose={onClose} /> : calendar.error ? <LoadFailed error={calendar.error} retry={() => void calendar.refetch()} /> : <LoadingLines />}
    </Modal>
  );
}

function Edit({ read, onClose }: { read: Tagged<Calendar>; onClose: () => void }) {
  // What the person started from: a change made by somebody else meanwhile must not slip in unseen.
  const [{ data: calendar, etag }] = useState(read);
  const session = useSession();
  if (!mayEdit(session, calendar)) {
    return <p style={{ margin: 0 }}>{calendar.owner_kind === "user" ? `Only ${calendar.owner_name} changes this calendar.` : `Operations and admins of ${calendar.owner_kind === "brand" ? calendar.owner_name : "a brand"} change this calendar.`}</p>;
  }
  return (
    <CalendarForm
      start={calendar}
      kind={calendar.owner_kind}
      verb="Save calendar"
      done="Calendar saved"
      onClose={onClose}
      run={(edit) => body(api.PUT("/v1/calendars/{id}", { params: { path: { id: calendar.id }, header: { "If-Match": etag } }, body: edit }))}
    />
  );
}

const usual = { working_days: [1, 2, 3, 4, 5], opens: "09:00", closes: "17:00", holidays: [] };

/** A calendar of one's own, or of a creator; it begins with the hours of another one. */
export function MakeCalendar({ creator, zone, like, onClose }: { creator?: { id: string; name: string }; zone: string; like?: Calendar; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title={creator ? `Calendar of ${creator.name}` : "My calendar"} size="lg">
      <CalendarForm
        start={{ ...(like ?? usual), zone }}
        kind={creator ? "creator" : "user"}
        verb="Make calendar"
        done="Calendar made"
        onClose={onClose}
        run={({ zone, working_days, opens, closes, holidays }, key) =>
          body(api.POST("/v1/calendars", { params: { header: { "Idempotency-Key": key } }, body: { creator_id: creator?.id, zone, working_days, opens, closes, holidays } }))}
      />
    </Modal>
  );
}

function CalendarForm({ start, kind, verb, onClose, run, done }: {
  start: CalendarEdit;
  kind: Calendar["owner_kind"];
  verb: string;
  onClose: () => void;
  run: (edit: CalendarEdit, key: string) => Promise<Calendar>;
  done: string;
}) {
  const queries = useQueryClient();
  const [country, setCountry] = useState("DE");
  const [filling, setFilling] = useState<string>();
  const form = useForm<CalendarEdit>({
    initialValues: { zone: start.zone, working_days: start.working_days, opens: start.opens, closes: start.closes, holidays: start.holidays, day_seconds: start.day_seconds },
  });
  const save = useAct({ run, done, close: onClose, touches: ["calendar", "partnership"] });

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
        <p className="soft" style={{ margin: 0 }}>{counts[kind]}</p>
        <ProblemNotice problem={save.error} shownFields={Object.keys(form.errors)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>Leave it as it is</Button>
          <Button type="submit" loading={save.isPending}>{verb}</Button>
        </Group>
      </Stack>
    </form>
  );
}
