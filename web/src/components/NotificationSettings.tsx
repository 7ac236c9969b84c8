import { Button, Checkbox, Group, Select, Stack, Switch, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import { notificationSettingsQuery } from "../api/queries";
import type { MailChoice, NotificationSettings as Settings, NotificationSettingsEdit, OfferedEvent } from "../api/schema";
import { LoadingLines } from "./Loading";
import { LoadFailed, ProblemNotice } from "./Notice";
import classes from "./NotificationSettings.module.css";
import { Section } from "./Page";

const mailWords: { value: MailChoice; label: string }[] = [
  { value: "now", label: "At once" },
  { value: "digest", label: "In the digest" },
  { value: "off", label: "Off" },
];

/** What the person wants to hear of: a choice for each event that can happen to somebody of their roles. */
export function NotificationSettings() {
  const settings = useQuery(notificationSettingsQuery);
  if (settings.error && !settings.data) return <LoadFailed error={settings.error} retry={() => void settings.refetch()} />;
  if (!settings.data) return <LoadingLines lines={8} />;
  return <Form settings={settings.data} />;
}

function Form({ settings }: { settings: Settings }) {
  const [events, setEvents] = useState(settings.events);
  const [quiet, setQuiet] = useState({ from: settings.quiet_from, until: settings.quiet_until });
  const [urgent, setUrgent] = useState(settings.urgent_passes);
  const [digestAt, setDigestAt] = useState(settings.digest_at);
  const save = useAct({
    run: (what: NotificationSettingsEdit, key) => body(api.PUT("/v1/notification-settings", { params: { header: { "Idempotency-Key": key } }, body: what })),
    done: "Your notifications are saved.",
    touches: ["notification"],
  });
  const change = (event: OfferedEvent, to: Partial<OfferedEvent>) => setEvents((all) => all.map((one) => (one.event === event.event ? { ...one, ...to } : one)));
  const groups = [...new Set(events.map(({ group }) => group))];
  const wrong = (field: string) => save.error?.byField[field];

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({
          events: events.filter(({ fixed }) => !fixed).map(({ event: name, app, mail }) => ({ event: name, app, mail })),
          quiet_from: quiet.from, quiet_until: quiet.until, urgent_passes: urgent, digest_at: digestAt,
        });
      }}
    >
      <Stack gap="md">
        {groups.map((group) => (
          <Section key={group} title={group}>
            <div className={`${classes.row} ${classes.head}`} aria-hidden>
              <span />
              <span>In the bell</span>
              <span>By mail</span>
            </div>
            {events.filter((one) => one.group === group).map((one) => (
              <div key={one.event} className={classes.row}>
                <span>
                  {one.title}
                  {one.fixed && <div className="soft">Always told at once, also in quiet hours. It cannot be turned off, so that you hear of it when somebody else gets at your account.</div>}
                </span>
                <Checkbox label="In the bell" aria-label={`${one.title}: in the bell`} checked={one.app} disabled={one.fixed} onChange={(event) => change(one, { app: event.currentTarget.checked })} />
                <Select aria-label={`${one.title}: by mail`} data={mailWords} value={one.mail} disabled={one.fixed} allowDeselect={false} onChange={(value) => value && change(one, { mail: value })} />
              </div>
            ))}
          </Section>
        ))}
        <Section title="When mails come">
          <Stack>
            {settings.always_open ? (
              <p className={classes.words}>Days are shorter than a day in this installation, so no hour is quiet, and the digest comes once in such a day.</p>
            ) : (
              <p className={classes.words}>
                Mails go to {settings.email}. Times are in {settings.zone}, the zone of <Link to="/settings/calendars">your calendar</Link>. In quiet hours and on days off mails wait; then what waited comes in one mail, without what was done meanwhile.
              </p>
            )}
            <div className={classes.times}>
              <TextInput type="time" label="Quiet from" value={quiet.from} error={wrong("quiet_from")} onChange={(event) => setQuiet({ ...quiet, from: event.currentTarget.value })} required withAsterisk={false} />
              <TextInput type="time" label="Quiet until" value={quiet.until} error={wrong("quiet_until")} onChange={(event) => setQuiet({ ...quiet, until: event.currentTarget.value })} required withAsterisk={false} />
              <TextInput type="time" label="Digest at" value={digestAt} error={wrong("digest_at")} onChange={(event) => setDigestAt(event.currentTarget.value)} required withAsterisk={false} />
            </div>
            <Switch
              label="Let what is urgent through in quiet hours"
              description={events.filter((one) => one.urgent && !one.fixed).map(({ title }) => title).join("; ") || "Nothing that you can be told is urgent."}
              checked={urgent}
              onChange={(event) => setUrgent(event.currentTarget.checked)}
            />
            <p className={`${classes.words} soft`}>
              The digest comes on working days with what waits for you then, by due time. When there is nothing to say, no mail comes. Slack is told for a whole brand; see <Link to="/settings/reviews">Reviews</Link>.
            </p>
          </Stack>
        </Section>
        <ProblemNotice problem={save.error} />
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>Save</Button>
        </Group>
      </Stack>
    </form>
  );
}
