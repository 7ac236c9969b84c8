import { Button, Checkbox, Group, SegmentedControl } from "@mantine/core";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconAlertCircle, IconCalendar, IconHeartHandshake, IconPackage, IconPlayerPause, IconSearchOff } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

import { firstPage, usePages } from "../../api/pages";
import { arrive, partnershipCountQuery, partnershipsQuery } from "../../api/queries";
import type { PartnershipSummary, Stage } from "../../api/schema";
import { CreatorName } from "../../components/CreatorName";
import { columns, DataTable, TwoLines } from "../../components/DataTable";
import { Downloads } from "../../components/Downloads";
import { Filters, SearchInput } from "../../components/Filters";
import { CampaignFilter, LateFilters, PersonFilter, StatesFilter } from "../../components/LateFilters";
import { LoadMore } from "../../components/LoadMore";
import { Money } from "../../components/Money";
import { EmptyState } from "../../components/Notice";
import { Page } from "../../components/Page";
import type { BatchAsk } from "../../components/partnership/BatchDialog";
import { Board } from "../../components/partnership/Board";
import { RelativeTime } from "../../components/RelativeTime";
import { Chip, StatusChip } from "../../components/StatusChip";
import { useChosen } from "../../lib/choose";
import { hasRole, houseRoles, useSession } from "../../lib/session";
import * as url from "../../lib/search";
import { looks } from "../../lib/states";

const ChosenBar = lazy(() => import("../../components/ChosenBar"));
const BatchDialog = lazy(() => import("../../components/partnership/BatchDialog"));
const BatchResult = lazy(() => import("../../components/partnership/BatchResult"));

const stageNames = Object.keys(looks.stage) as [Stage, ...Stage[]];

/** The stages that the board has when none are chosen: the path, without its ends. */
const pathStages: Stage[] = ["prospect", "outreach", "in_conversation", "negotiating", "contract_out", "active", "wrapping_up", "completed"];

const filters = url.search({
  q: url.words,
  stage: url.someOf(stageNames),
  campaign: url.id,
  owner: url.id,
  attention: url.flag,
  blocked: url.flag,
  as: url.oneOf(["board"]),
  batch: url.id,
  cursor: url.cursor,
});

type Address = url.Read<typeof filters> & { brand?: string };

const listOf = ({ brand, q, stage, campaign, owner, attention, blocked }: Address) => (cursor?: string) =>
  partnershipsQuery({ brand_id: brand, q, campaign_id: campaign, owner_id: owner, attention, outreach_blocked: blocked, stage, cursor });

export const Route = createFileRoute("/_app/partnerships/")({
  validateSearch: filters,
  loader: ({ context, location }) => {
    const address = location.search as Address;
    return address.as === "board" ? undefined : arrive(firstPage(context.queryClient, listOf(address), address.cursor));
  },
  component: Partnerships,
});

const cols = columns<PartnershipSummary>([
  { id: "creator", header: "Creator", cell: ({ id, creator }) => <CreatorName creator={creator} link={{ to: "/partnerships/$id", params: { id } }} /> },
  {
    id: "stage",
    header: "Stage",
    phone: "head",
    cell: ({ stage, paused, attention }) => (
      <span style={{ display: "inline-flex", gap: 4, flexWrap: "wrap" }}>
        <StatusChip noun="stage" state={stage} />
        {paused && <Chip tone="held" icon={<IconPlayerPause size={13} aria-hidden />}>Paused</Chip>}
        {attention && <Chip tone="attention" icon={<IconAlertCircle size={13} aria-hidden />}>Needs someone</Chip>}
      </span>
    ),
  },
  { id: "campaign", header: "Campaign", cell: ({ campaign_name, brand_name }) => <TwoLines first={campaign_name} second={brand_name} /> },
  { id: "waiting", header: "Waiting for", cell: ({ waiting }) => (waiting[0] ? <TwoLines first={waiting[0].who} second={waiting[0].decision} /> : <span className="soft">Nobody</span>) },
  { id: "next", header: "Next", cell: ({ next }) => (next ? <span title={next.does}><RelativeTime at={next.at} inList /></span> : <span className="soft">No timer</span>) },
  { id: "owner", header: "Owner", cell: ({ owner }) => owner.name, phone: "hide", wide: true },
  { id: "fee", header: "Fee", right: true, cell: ({ fee }) => <Money value={fee} /> },
  { id: "updated", header: "Changed", cell: ({ updated_at }) => <RelativeTime at={updated_at} inList />, phone: "hide", wide: true },
]);

function Partnerships() {
  const address = Route.useSearch();
  const { brand, q, stage, campaign, owner, attention, blocked, as = "list", batch, cursor } = address;
  const navigate = useNavigate({ from: Route.fullPath });
  const session = useSession();
  const filter = { brand_id: brand, q, campaign_id: campaign, owner_id: owner, attention, outreach_blocked: blocked };
  const list = usePages(listOf(address), cursor, as === "list");
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });
  const chosen = useChosen({ ...filter, stage });
  const [asked, setAsked] = useState<BatchAsk>();
  const mayCommand = hasRole(session, ["ops", "admin"], brand);
  const rows = list.data?.items.filter(({ brand_id }) => hasRole(session, ["ops", "admin"], brand_id)) ?? [];
  const whole = Boolean((cursor ?? list.data?.next_cursor) && rows.length > 0 && rows.every(({ id }) => chosen.value[id]));
  const ask = (command: BatchAsk["command"]) => setAsked(chosen.all === undefined ? { command, ids: chosen.ids } : { command, filter: { ...filter, stage }, count: chosen.all });
  const showBatch = (id: string | undefined) => void navigate({ search: (search) => ({ ...search, batch: id }), replace: true });
  const filtered = Boolean(q ?? stage?.length ?? campaign ?? owner ?? attention ?? blocked);

  return (
    <Page
      title="Partnerships"
      under="One creator in one campaign, from the first mail to the renewal."
      actions={
        <Group gap="sm">
          <SegmentedControl aria-label="Show as" value={as} onChange={(value) => set({ as: value === "board" ? "board" : undefined })} data={[{ value: "list", label: "List" }, { value: "board", label: "Board" }]} />
          <Button variant="default" leftSection={<IconPackage size={16} aria-hidden />} renderRoot={(props) => <Link to="/partnerships/deliverables" search={{ brand, campaign, owner }} {...props} />}>Deliverables</Button>
          <Button variant="default" leftSection={<IconCalendar size={16} aria-hidden />} renderRoot={(props) => <Link to="/calendar" search={{ brand, campaign, owner }} {...props} />}>Calendar</Button>
          {hasRole(session, houseRoles, brand) && <Downloads path="/v1/partnerships/export" query={{ brand_id: brand, q, stage, campaign_id: campaign, owner_id: owner, attention: attention === undefined ? undefined : String(attention), outreach_blocked: blocked === undefined ? undefined : String(blocked) }} as={["csv", "xlsx"]} />}
        </Group>
      }
    >
      <Filters>
        <SearchInput label="Search partnerships" value={q} onChange={(value) => set({ q: value })} />
        <LateFilters>
          <StatesFilter label="Stage" value={stage} onChange={(value) => set({ stage: value as Stage[] | undefined })} data={stageNames.map((value) => ({ value, label: looks.stage[value].word }))} />
          <CampaignFilter label="Campaign" compact brandId={brand} value={campaign} onChange={(value) => set({ campaign: value })} />
          <PersonFilter label="Owner" compact value={owner} onChange={(value) => set({ owner: value })} />
        </LateFilters>
        <Checkbox label="Needs someone" py={8} checked={attention ?? false} onChange={(event) => set({ attention: event.currentTarget.checked || undefined })} />
        <Checkbox label="Outreach blocked" py={8} checked={blocked ?? false} onChange={(event) => set({ blocked: event.currentTarget.checked || undefined })} />
      </Filters>
      {chosen.ids.length > 0 && as === "list" && (
        <Suspense>
          <ChosenBar noun="partnerships" most={2000} chosen={chosen} whole={whole} count={partnershipCountQuery({ ...filter, stage })}>
            <Button size="xs" onClick={() => ask("pause")}>Pause…</Button>
            <Button size="xs" variant="default" onClick={() => ask("snooze")}>Pause until…</Button>
            <Button size="xs" variant="default" onClick={() => ask("resume")}>Resume…</Button>
          </ChosenBar>
        </Suspense>
      )}
      {as === "board" ? <Board filter={filter} stages={stage?.length ? stage : pathStages} /> : <><DataTable
        label="Partnerships"
        columns={cols}
        rows={list.data?.items}
        more={list.more.hasNextPage}
        sortAgain={list.sortAgain}
        rowId={({ id }) => id}
        chosen={mayCommand ? { value: chosen.value, onChange: chosen.set, nameOf: ({ creator, campaign_name }) => `${creator.name}, ${campaign_name}`, may: ({ brand_id }) => hasRole(session, ["ops", "admin"], brand_id), keys: true } : undefined}
        error={list.error}
        retry={() => void list.refetch()}
        empty={
          filtered ? (
            <EmptyState icon={IconSearchOff} title="No partnership matches" action={<Button variant="default" onClick={() => set({ q: undefined, stage: undefined, campaign: undefined, owner: undefined, attention: undefined, blocked: undefined })}>Clear the filters</Button>}>
              There are partnerships, but none fits all of these filters.
            </EmptyState>
          ) : (
            <EmptyState icon={IconHeartHandshake} title="No partnership was started yet" action={<Link to="/campaigns">Open a campaign to start some</Link>}>
              A partnership starts from a campaign: choose creators there, and the first mail goes out by itself.
            </EmptyState>
          )
        }
      />
      <LoadMore more={list.more} cursor={cursor} toStart={() => set({ cursor: undefined })} /></>}
      <Suspense>
        {asked && <BatchDialog ask={asked} onClose={() => setAsked(undefined)} onMade={(id) => { setAsked(undefined); chosen.clear(); showBatch(id); }} />}
        {batch && !asked && <BatchResult key={batch} id={batch} onClose={() => showBatch(undefined)} onUndone={showBatch} />}
      </Suspense>
    </Page>
  );
}
