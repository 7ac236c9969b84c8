import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconCalendar, IconPlus } from "@tabler/icons-react";
import { useState } from "react";

import { arrive, calendarsQuery, sessionQuery } from "../../api/queries";
import type { Calendar } from "../../api/schema";
import { EditCalendar, MakeCalendar } from "../../components/calendar/CalendarForm";
import { mayEdit } from "../../components/calendar/edits";
import { Feeds } from "../../components/calendar/Feeds";
import { columns, DataTable } from "../../components/DataTable";
import { EmptyState, Notice } from "../../components/Notice";
import { Page } from "../../components/Page";
import { daysText } from "../../lib/days";
import * as url from "../../lib/search";
import { hasRole, useSession, workRoles } from "../../lib/session";
import { spanText } from "../../lib/time";

export const Route = createFileRoute("/_app/settings/calendars")({
  validateSearch: url.search({ edit: url.id }),
  loader: ({ context: { queryClient: queries }, location }) => arrive(
    queries.query(calendarsQuery((location.search as { brand?: string }).brand)),
    queries.query(calendarsQuery(undefined, queries.getQueryData(sessionQuery.queryKey)?.user_id)),
  ),
  component: Calendars,
});

const owners: Record<Calendar["owner_kind"], string> = { brand: "Brand", user: "Person", creator: "Creator" };
const usualDay = 86_400;

function Calendars() {
  const { brand, edit } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const list = useQuery(calendarsQuery(brand));
  const session = useSession();
  const [making, setMaking] = useState(false);
  const own = useQuery(calendarsQuery(undefined, session?.user_id));
  const makes = hasRole(session, workRoles) && own.data?.items.length === 0;
  const open = (id: string | undefined) => void navigate({ search: (search) => ({ ...search, edit: id }) });
  const short = list.data?.items.find(({ day_seconds }) => day_seconds !== usualDay);

  const cols = columns<Calendar>([
    {
      id: "owner",
      header: "Of",
      cell: (calendar) => (
        <>
          {mayEdit(session, calendar) ? <a href={`?edit=${calendar.id}`} onClick={(event) => { event.preventDefault(); open(calendar.id); }}>{calendar.owner_name}</a> : calendar.owner_name}
          <div className="soft" style={{ fontSize: 12 }}>{calendar.owner_id === session?.user_id ? "You" : owners[calendar.owner_kind]}</div>
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
    <Page
      title="Calendars"
      under="Business days and sending hours follow the calendar of whoever must act. Who has none of their own uses the brand’s. A creator’s is made on the creator’s page."
      actions={makes && <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>Make my own</Button>}
    >
      {short && <Notice tone="progress" title="Days are short here">In this installation a day lasts {spanText(short.day_seconds * 1000)}, so that a year runs in minutes. Everything else is as in production.</Notice>}
      <DataTable
        label="Calendars"
        columns={cols}
        rows={list.data?.items}
        rowId={({ id }) => id}
        error={list.error}
        retry={() => void list.refetch()}
        empty={<EmptyState icon={IconCalendar} title="There is no calendar" action={<Link to="/settings/brands">See the brands</Link>}>Each brand gets one when it is created.</EmptyState>}
      />
      {edit && <EditCalendar id={edit} onClose={() => open(undefined)} />}
      {making && <MakeCalendar zone={Intl.DateTimeFormat().resolvedOptions().timeZone} like={list.data?.items.find(({ owner_kind }) => owner_kind === "brand")} onClose={() => setMaking(false)} />}
      <Feeds />
    </Page>
  );
}
