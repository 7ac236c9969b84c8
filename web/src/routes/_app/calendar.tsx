import { Button, Group, NativeSelect, SegmentedControl } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconCalendarShare, IconChevronLeft, IconChevronRight, IconPackage } from "@tabler/icons-react";
import { useState } from "react";

import { calendarEntriesQuery } from "../../api/queries";
import { Agenda } from "../../components/calendar/Agenda";
import { CalendarGrid } from "../../components/calendar/CalendarGrid";
import { ConflictLane } from "../../components/calendar/ConflictLane";
import { MakeFeed } from "../../components/calendar/Feeds";
import { Downloads } from "../../components/Downloads";
import { Filters } from "../../components/Filters";
import { LoadingLines } from "../../components/Loading";
import { LoadFailed, Notice } from "../../components/Notice";
import { Page, Section } from "../../components/Page";
import { CampaignSelect, CreatorSelect, PersonFilter } from "../../components/Pickers";
import { platforms } from "../../components/policy/words";
import { addDays, addMonths, dayOf, weekOf, weeksOf } from "../../lib/days";
import * as url from "../../lib/search";
import { hasRole, houseRoles, useSession } from "../../lib/session";
import { looks } from "../../lib/states";
import { dateText } from "../../lib/time";

const views = ["month", "week", "agenda"] as const;
const states = Object.keys(looks.deliverable) as [string, ...string[]];

const filters = url.search({
  view: url.oneOf(views),
  day: url.date,
  campaign: url.id,
  creator: url.id,
  owner: url.id,
  partnership: url.id,
  platform: url.words,
  state: url.oneOf(states),
});

export const Route = createFileRoute("/_app/calendar")({ validateSearch: filters, component: CalendarPage });

const monthName = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
const agendaDays = 30;

function CalendarPage() {
  const { brand, view: asked, day = dayOf(new Date()), campaign, creator, owner, partnership, platform, state } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const phone = useMediaQuery("(max-width: 47.99em)", false, { getInitialValueInEffect: false });
  const session = useSession();
  const [making, setMaking] = useState(false);
  const view = phone ? "agenda" : (asked ?? "month");
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, ...change }), resetScroll: false });

  const weeks = view === "month" ? weeksOf(day) : [weekOf(day)];
  const days = view === "agenda" ? Array.from({ length: agendaDays }, (_, n) => addDays(day, n)) : weeks.flat();
  const [from, to] = [days[0] ?? day, days.at(-1) ?? day];
  // A day of the reader's may begin in the day before by UTC, in which the API counts.
  const filter = { brand_id: brand, campaign_id: campaign, creator_id: creator, owner_id: owner, platform, state };
  const entries = useQuery(calendarEntriesQuery({ ...filter, from: addDays(from, -1), to: addDays(to, 1) }));
  const step = (n: number) => set({ day: view === "month" ? addMonths(day, n) : addDays(day, n * (view === "week" ? 7 : agendaDays)) });
  const title = view === "month" ? monthName.format(new Date(`${day}T00:00:00Z`)) : `${dateText(from)} to ${dateText(to)}`;
  const open = (one: string) => set({ day: one, view: "agenda" });

  return (
    <Page
      title="Calendar"
      under="What is due and when it is published, and what stands in the way."
      actions={
        <Group gap="sm">
          <Button variant="default" leftSection={<IconPackage size={16} aria-hidden />} renderRoot={(props) => <Link to="/partnerships/deliverables" search={{ brand, campaign, creator, owner, state: state && [state] }} {...props} />}>Deliverables</Button>
          <Button variant="default" leftSection={<IconCalendarShare size={16} aria-hidden />} onClick={() => setMaking(true)}>Link for a calendar program</Button>
          {hasRole(session, houseRoles, brand) && <Downloads path="/v1/calendar/export" query={{ ...filter, from, to }} as={["csv"]} />}
        </Group>
      }
    >
      <Filters>
        {!phone && <SegmentedControl aria-label="View" value={view} onChange={(value) => set({ view: value })} data={[{ value: "month", label: "Month" }, { value: "week", label: "Week" }, { value: "agenda", label: "Agenda" }]} />}
        <CampaignSelect label="Campaign" compact brandId={brand} value={campaign} onChange={(value) => set({ campaign: value })} />
        <CreatorSelect label="Creator" compact value={creator} onChange={(value) => set({ creator: value })} />
        <PersonFilter label="Owner" compact value={owner} onChange={(value) => set({ owner: value })} />
        <NativeSelect aria-label="Platform" value={platform ?? ""} onChange={(event) => set({ platform: event.currentTarget.value || undefined })} data={[{ value: "", label: "Any platform" }, ...Object.entries(platforms).map(([value, label]) => ({ value, label }))]} />
        <NativeSelect aria-label="State" value={state ?? ""} onChange={(event) => set({ state: (event.currentTarget.value || undefined) })} data={[{ value: "", label: "Any state" }, ...Object.entries(looks.deliverable).map(([value, { word }]) => ({ value, label: word }))]} />
        {partnership && <Button variant="default" onClick={() => set({ partnership: undefined })}>Conflicts of all partnerships</Button>}
      </Filters>
      <ConflictLane filter={{ ...(partnership ? { partnership_id: partnership } : { from, to, campaign_id: campaign, creator_id: creator }), brand_id: brand, limit: 100 }} />
      <Section
        title={title}
        flush
        actions={
          <Group gap={4}>
            <Button variant="default" size="compact-sm" aria-label="Earlier" onClick={() => step(-1)}><IconChevronLeft size={15} aria-hidden /></Button>
            <Button variant="default" size="compact-sm" onClick={() => set({ day: undefined })}>Today</Button>
            <Button variant="default" size="compact-sm" aria-label="Later" onClick={() => step(1)}><IconChevronRight size={15} aria-hidden /></Button>
          </Group>
        }
      >
        {entries.data?.more && <Notice tone="attention" title="There is more than fits">Narrow the filters to see all.</Notice>}
        {entries.error ? <LoadFailed error={entries.error} retry={() => void entries.refetch()} /> : !entries.data ? <LoadingLines /> : view === "agenda" ? (
          <Agenda days={days} entries={entries.data.items} />
        ) : (
          <CalendarGrid label={title} weeks={weeks} day={day} month={view === "month" ? day.slice(0, 7) : undefined} entries={entries.data.items} onDay={(one) => set({ day: one })} onOpen={open} />
        )}
      </Section>
      {making && <MakeFeed brandId={brand} campaign={campaign} onClose={() => setMaking(false)} />}
    </Page>
  );
}
