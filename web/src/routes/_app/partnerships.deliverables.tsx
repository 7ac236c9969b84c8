import { Button, Checkbox, Group, NativeSelect, SegmentedControl } from "@mantine/core";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconCalendar, IconPackage, IconSearchOff, IconX } from "@tabler/icons-react";

import { firstPage, usePages } from "../../api/pages";
import { arrive, deliverablesQuery } from "../../api/queries";
import type { Deliverable, DeliverableSort } from "../../api/schema";
import { columns, DataTable, TwoLines } from "../../components/DataTable";
import { DeliverableBoard, LateBy } from "../../components/partnership/DeliverableBoard";
import { Downloads } from "../../components/Downloads";
import { Filters, SearchInput } from "../../components/Filters";
import { CampaignFilter, CreatorFilter, LateFilters, PersonFilter, StatesFilter } from "../../components/LateFilters";
import { LoadMore } from "../../components/LoadMore";
import { EmptyState } from "../../components/Notice";
import { Page } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";
import { StatusChip } from "../../components/StatusChip";
import { dayOf, dayStart } from "../../lib/days";
import * as url from "../../lib/search";
import { hasRole, houseRoles, useSession } from "../../lib/session";
import { looks } from "../../lib/states";

const states = Object.keys(looks.deliverable) as [string, ...string[]];

// What nobody works on any more.
const over = ["accepted", "rejected", "missed", "waived", "cancelled"];
const openStates = states.filter((state) => !over.includes(state));

const sorts: Record<DeliverableSort, string> = { due: "Next date first", publish: "Publish date first", creator: "By creator", campaign: "By campaign" };
const spans = { 7: "Due within 7 days", 14: "Due within 14 days", 30: "Due within 30 days" };

const filters = url.search({
  q: url.words,
  show: url.oneOf(["all"]),
  state: url.someOf(states),
  campaign: url.id,
  creator: url.id,
  owner: url.id,
  within: url.oneOf(["7", "14", "30"]),
  late: url.flag,
  sort: url.oneOf(["publish", "creator", "campaign"]),
  as: url.oneOf(["board"]),
  cursor: url.cursor,
});

type Address = url.Read<typeof filters> & { brand?: string };

/** Without a state it is what is open that is looked at, until somebody asks for all. */
const onlyOpen = ({ show, state }: Address) => show !== "all" && !state;

const filterOf = (address: Address) => ({
  brand_id: address.brand, q: address.q, state: onlyOpen(address) ? openStates : address.state, campaign_id: address.campaign, creator_id: address.creator, owner_id: address.owner,
  due_to: address.within && dayStart(dayOf(new Date()), Number(address.within) + 1), late: address.late, sort: address.sort,
});

const listOf = (address: Address) => (cursor?: string) => deliverablesQuery({ ...filterOf(address), cursor });

export const Route = createFileRoute("/_app/partnerships/deliverables")({
  validateSearch: filters,
  loader: ({ context, location }) => {
    const address = location.search as Address;
    return address.as === "board" ? undefined : arrive(firstPage(context.queryClient, listOf(address), address.cursor));
  },
  component: Deliverables,
});

const cols = columns<Deliverable>([
  { id: "piece", header: "Piece", cell: ({ id, partnership_id, title, kind, platform }) => <><Link to="/partnerships/$id" params={{ id: partnership_id }} hash={`piece-${id}`}>{title}</Link><div className="soft">{kind} on {platform}</div></> },
  { id: "state", header: "State", phone: "head", cell: ({ state }) => <StatusChip noun="deliverable" state={state} /> },
  { id: "creator", header: "Creator", cell: ({ creator }) => <TwoLines first={creator?.name ?? ""} second={creator?.handle} /> },
  { id: "campaign", header: "Campaign", cell: ({ campaign_name, brand_name }) => <TwoLines first={campaign_name ?? ""} second={brand_name} /> },
  { id: "draft", header: "Draft due", cell: ({ draft_due_at, waits_for_product }) => (waits_for_product ? <span className="soft">Waits for the product</span> : <RelativeTime at={draft_due_at} inList />) },
  { id: "publish", header: "Publish by", cell: ({ publish_at: planned, publish_by }) => <><RelativeTime at={publish_by} inList />{planned && <div className="soft">Planned <RelativeTime at={planned} inList /></div>}</> },
  { id: "late", header: "Late by", cell: (deliverable) => <LateBy deliverable={deliverable} /> },
  { id: "round", header: "Round", right: true, phone: "hide", cell: ({ round }) => (round > 0 ? round : <span className="soft">None</span>) },
  { id: "owner", header: "Owner", phone: "hide", wide: true, cell: ({ owner }) => owner?.name },
]);

function Deliverables() {
  const address = Route.useSearch();
  const { brand, q, show, state, campaign, creator, owner, within, late, sort, as = "list", cursor } = address;
  const navigate = useNavigate({ from: Route.fullPath });
  const session = useSession();
  const filter = filterOf(address);
  const list = usePages(listOf(address), cursor, as === "list");
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });
  const none = { q: undefined, show: undefined, state: undefined, campaign: undefined, creator: undefined, owner: undefined, within: undefined, late: undefined };
  const filtered = Boolean(q ?? state?.length ?? campaign ?? creator ?? owner ?? within ?? late);

  return (
    <Page
      title="Deliverables"
      up={{ to: "/partnerships", label: "Partnerships" }}
      under="Every piece of content that is owed, by the date that comes next."
      actions={
        <Group gap="sm">
          <SegmentedControl aria-label="Show as" value={as} onChange={(value) => set({ as: value === "board" ? "board" : undefined })} data={[{ value: "list", label: "List" }, { value: "board", label: "Board" }]} />
          <Button variant="default" leftSection={<IconCalendar size={16} aria-hidden />} renderRoot={(props) => <Link to="/calendar" search={{ brand, campaign, creator, owner }} {...props} />}>Calendar</Button>
          {hasRole(session, houseRoles, brand) && <Downloads path="/v1/deliverables/export" query={{ ...filter, late: late === undefined ? undefined : String(late) }} as={["csv", "xlsx"]} />}
        </Group>
      }
    >
      <Filters>
        <SearchInput label="Piece, creator or campaign" value={q} onChange={(value) => set({ q: value })} />
        {onlyOpen(address) && <Button variant="light" rightSection={<IconX size={14} aria-hidden />} aria-label="Open, show all deliverables" onClick={() => set({ show: "all" })}>Open</Button>}
        {show === "all" && !state && <Button variant="subtle" onClick={() => set({ show: undefined })}>Only what is open</Button>}
        <LateFilters>
          <StatesFilter label="State" value={state} onChange={(value) => set({ state: value })} data={states.map((value) => ({ value, label: looks.deliverable[value as keyof typeof looks.deliverable].word }))} />
          <CampaignFilter label="Campaign" compact brandId={brand} value={campaign} onChange={(value) => set({ campaign: value })} />
          <CreatorFilter label="Creator" compact value={creator} onChange={(value) => set({ creator: value })} />
          <PersonFilter label="Owner" compact value={owner} onChange={(value) => set({ owner: value })} />
        </LateFilters>
        <NativeSelect aria-label="Due" value={within ?? ""} onChange={(event) => set({ within: (event.currentTarget.value || undefined) as typeof within })} data={[{ value: "", label: "Due at any time" }, ...Object.entries(spans).map(([value, label]) => ({ value, label }))]} />
        {as === "list" && <NativeSelect aria-label="Sort" value={sort ?? "due"} onChange={(event) => set({ sort: (event.currentTarget.value === "due" ? undefined : event.currentTarget.value) as typeof sort })} data={Object.entries(sorts).map(([value, label]) => ({ value, label }))} />}
        <Checkbox label="Late" py={8} checked={late ?? false} onChange={(event) => set({ late: event.currentTarget.checked || undefined })} />
      </Filters>
      {as === "board" ? <DeliverableBoard filter={filter} states={state?.length ? state : show === "all" ? states : openStates} /> : <><DataTable
        label="Deliverables"
        columns={cols}
        rows={list.data?.items}
        more={list.more.hasNextPage}
        sortAgain={list.sortAgain}
        rowId={({ id }) => id}
        error={list.error}
        retry={() => void list.refetch()}
        empty={
          filtered ? (
            <EmptyState icon={IconSearchOff} title="No deliverable matches" action={<Button variant="default" onClick={() => set(none)}>Clear the filters</Button>}>
              There may be others, but none fits all of these filters.
            </EmptyState>
          ) : onlyOpen(address) ? (
            <EmptyState icon={IconPackage} title="No content is owed now" action={<Button variant="default" onClick={() => set({ show: "all" })}>Show what is over</Button>}>
              What a creator owes stands here once both have signed the contract, and until it is accepted.
            </EmptyState>
          ) : (
            <EmptyState icon={IconPackage} title="There is no deliverable yet" action={<Link to="/partnerships">Open the partnerships</Link>}>
              What a creator owes stands here once both have signed the contract.
            </EmptyState>
          )
        }
      />
      <LoadMore more={list.more} cursor={cursor} toStart={() => set({ cursor: undefined })} /></>}
    </Page>
  );
}
