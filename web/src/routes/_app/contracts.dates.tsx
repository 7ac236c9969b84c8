import { Button, Group, NativeSelect } from "@mantine/core";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconCalendarDue, IconSearchOff } from "@tabler/icons-react";

import { usePages } from "../../api/pages";
import { keyDatesQuery } from "../../api/queries";
import type { KeyDate, KeyDateKind } from "../../api/schema";
import { CreatorName } from "../../components/CreatorName";
import { KeyDateActions } from "../../components/contract/KeyDateActions";
import { decision, keyKinds } from "../../components/contract/keydates";
import { columns, DataTable, TwoLines } from "../../components/DataTable";
import { Downloads } from "../../components/Downloads";
import { Filters } from "../../components/Filters";
import { CampaignFilter, LateFilters, PersonFilter } from "../../components/LateFilters";
import { LoadMore } from "../../components/LoadMore";
import { EmptyState } from "../../components/Notice";
import { Page } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";
import { Chip } from "../../components/StatusChip";
import { hasRole, houseRoles, useSession } from "../../lib/session";
import * as url from "../../lib/search";

const kinds = Object.keys(keyKinds) as [KeyDateKind, ...KeyDateKind[]];
const states = { open: "Not decided", renegotiating: "In talks", let_end: "Ends as agreed", ended: "Has ended", exercised: "Used" } as const;

const filters = url.search({
  kind: url.oneOf(kinds),
  state: url.oneOf(Object.keys(states) as [keyof typeof states, ...(keyof typeof states)[]]),
  campaign: url.id,
  owner: url.id,
  partnership: url.id,
  cursor: url.cursor,
});

export const Route = createFileRoute("/_app/contracts/dates")({ validateSearch: filters, component: KeyDatesPage });

const about = ({ kind, assets, number }: KeyDate) => <TwoLines first={keyKinds[kind].word} second={assets.length > 0 ? assets.map(({ name }) => name).join(", ") : number} />;

function Decision({ date }: { date: KeyDate }) {
  const { word, tone } = decision(date);
  return (
    <Group gap="xs" wrap="wrap">
      <Chip tone={tone}>{word}</Chip>
      <KeyDateActions date={date} />
    </Group>
  );
}

const cols = columns<KeyDate>([
  { id: "creator", header: "Creator", cell: ({ partnership_id, creator }) => <CreatorName creator={creator} link={{ to: "/partnerships/$id", params: { id: partnership_id } }} /> },
  { id: "what", header: "What ends", cell: about },
  { id: "at", header: "Last moment to act", cell: ({ at }) => <RelativeTime at={at} inList />, phone: "head" },
  { id: "campaign", header: "Campaign", cell: ({ campaign_name, brand_name }) => <TwoLines first={campaign_name} second={brand_name} />, phone: "hide" },
  { id: "owner", header: "Owner", cell: ({ owner }) => owner.name, phone: "hide", wide: true },
  { id: "state", header: "Decision", cell: (date) => <Decision date={date} /> },
]);

function KeyDatesPage() {
  const { brand, kind, state, campaign, owner, partnership, cursor } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const session = useSession();
  const filter = { brand_id: brand, kind, state, campaign_id: campaign, owner_id: owner, partnership_id: partnership };
  const list = usePages((cursor) => keyDatesQuery({ ...filter, cursor }), cursor);
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });
  const none = { kind: undefined, state: undefined, campaign: undefined, owner: undefined, partnership: undefined };
  return (
    <Page title="Key dates" up={{ to: "/contracts", label: "Contracts" }} under="When renewals must be decided, and when what a contract gives the brand ends. The nearest first." actions={hasRole(session, houseRoles, brand) && <Downloads path="/v1/key-dates/export" query={filter} as={["csv", "xlsx"]} />}>
      <Filters>
        <NativeSelect aria-label="What ends" value={kind ?? ""} onChange={(event) => set({ kind: (event.currentTarget.value || undefined) as KeyDateKind | undefined })} data={[{ value: "", label: "Anything that ends" }, ...kinds.map((value) => ({ value, label: keyKinds[value].word }))]} />
        <NativeSelect aria-label="Decision" value={state ?? ""} onChange={(event) => set({ state: (event.currentTarget.value || undefined) as typeof state })} data={[{ value: "", label: "All that is to come" }, ...Object.entries(states).map(([value, label]) => ({ value, label }))]} />
        <LateFilters>
          <CampaignFilter label="Campaign" compact brandId={brand} value={campaign} onChange={(value) => set({ campaign: value })} />
          <PersonFilter label="Owner" compact value={owner} onChange={(value) => set({ owner: value })} />
        </LateFilters>
        {partnership && <Button variant="default" onClick={() => set({ partnership: undefined })}>Dates of all partnerships</Button>}
      </Filters>
      <DataTable
        label="Key dates"
        columns={cols}
        rows={list.data?.items}
        more={list.more.hasNextPage}
        sortAgain={list.sortAgain}
        rowId={({ key }) => key}
        error={list.error}
        retry={() => void list.refetch()}
        empty={
          (kind ?? state ?? campaign ?? owner ?? partnership) ? (
            <EmptyState icon={IconSearchOff} title="No date matches" action={<Button variant="default" onClick={() => set(none)}>Clear the filters</Button>} />
          ) : (
            <EmptyState icon={IconCalendarDue} title="Nothing ends yet" action={<Link to="/contracts">See the contracts</Link>}>A contract’s end and its last day for the renewal stand here once both have signed; usage rights, allow-listing and exclusivity once a post is out.</EmptyState>
          )
        }
      />
      <LoadMore more={list.more} cursor={cursor} toStart={() => set({ cursor: undefined })} />
    </Page>
  );
}
