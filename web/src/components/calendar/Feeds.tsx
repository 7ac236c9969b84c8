import { Button, CopyButton, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconCalendarShare } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { calendarFeedsQuery } from "../../api/queries";
import type { CalendarFeed } from "../../api/schema";
import { columns, DataTable } from "../DataTable";
import { EmptyState, Notice, ProblemNotice } from "../Notice";
import { Section } from "../Page";
import { CampaignSelect } from "../Pickers";
import { RelativeTime } from "../RelativeTime";

const nameOf = ({ campaign_id, campaign_name }: CalendarFeed) => (campaign_id ? (campaign_name ?? "A campaign that you see no more") : "All your campaigns");

/** The links by which a person's calendar programs read. */
export function Feeds() {
  const feeds = useQuery(calendarFeedsQuery);
  const revoke = useAct({
    run: ({ id }: { id: string }) => body(api.DELETE("/v1/calendar/feeds/{id}", { params: { path: { id } } })),
    done: "The link has ended",
    touches: ["calendar"],
    announce: true,
  });
  const cols = columns<CalendarFeed>([
    { id: "of", header: "Shows", cell: (feed) => <strong>{nameOf(feed)}</strong>, phone: "head" },
    { id: "made", header: "Made", cell: ({ created_at }) => <RelativeTime at={created_at} inList /> },
    { id: "used", header: "Last read", cell: ({ last_used_at }) => (last_used_at ? <RelativeTime at={last_used_at} inList /> : <span className="soft">Never</span>) },
    { id: "do", header: "Change", cell: (feed) => <Button size="compact-sm" variant="default" aria-label={`End the link to ${nameOf(feed)}`} loading={revoke.isPending && revoke.variables.id === feed.id} onClick={() => revoke.mutate({ id: feed.id })}>End</Button> },
  ]);
  return (
    <Section title="Links for calendar programs" flush>
      <DataTable
        label="Links for calendar programs"
        flush
        columns={cols}
        rows={feeds.data?.items}
        rowId={({ id }) => id}
        error={feeds.error}
        retry={() => void feeds.refetch()}
        empty={<EmptyState icon={IconCalendarShare} title="No program reads your calendar" action={<Link to="/calendar">Open the calendar</Link>}>A link for one is made there.</EmptyState>}
      />
    </Section>
  );
}

/** Makes a link for a calendar program, and shows it once. */
export function MakeFeed({ brandId, campaign, onClose }: { brandId: string | undefined; campaign: string | undefined; onClose: () => void }) {
  const [of, setOf] = useState(campaign);
  const make = useAct({
    run: (what: { campaign_id?: string }, key) => body(api.POST("/v1/calendar/feeds", { params: { header: { "Idempotency-Key": key } }, body: what })),
    touches: ["calendar"],
  });
  return (
    <Modal opened onClose={onClose} title="A link for a calendar program" closeOnClickOutside={!make.data}>
      {make.data ? (
        <Stack>
          <Notice tone="attention" title="Copy it now" role="status">It is not shown again. Whoever has it sees what you see in the calendar. Settings &gt; Calendars ends it.</Notice>
          <TextInput label="Link" readOnly value={make.data.url} onFocus={(event) => event.currentTarget.select()} />
          <Group justify="flex-end">
            <CopyButton value={make.data.url}>{({ copied, copy }) => <Button variant="default" onClick={copy}>{copied ? "Copied" : "Copy"}</Button>}</CopyButton>
            <Button onClick={onClose}>I have it</Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={(event) => { event.preventDefault(); make.mutate({ campaign_id: of }); }}>
          <Stack>
            <CampaignSelect label="Campaign (all of yours without one)" brandId={brandId} value={of} onChange={setOf} />
            <ProblemNotice problem={make.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>Make none</Button>
              <Button type="submit" loading={make.isPending}>Make link</Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
