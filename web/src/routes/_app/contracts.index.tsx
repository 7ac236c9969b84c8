import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconCalendarDue, IconFileText, IconRefresh, IconSearchOff } from "@tabler/icons-react";

import { firstPage, usePages } from "../../api/pages";
import { arrive, contractsQuery } from "../../api/queries";
import type { Contract } from "../../api/schema";
import { CreatorName } from "../../components/CreatorName";
import { columns, DataTable, TwoLines } from "../../components/DataTable";
import { Downloads } from "../../components/Downloads";
import { Filters, SearchInput } from "../../components/Filters";
import { CampaignFilter, CreatorFilter, LateFilters } from "../../components/LateFilters";
import { LoadMore } from "../../components/LoadMore";
import { Money } from "../../components/Money";
import { EmptyState } from "../../components/Notice";
import { Page } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";
import { StatusChip } from "../../components/StatusChip";
import { dayStart } from "../../lib/days";
import * as url from "../../lib/search";
import { hasRole, houseRoles, useSession } from "../../lib/session";
import { looks } from "../../lib/states";

const states = Object.keys(looks.contract) as [Contract["state"], ...Contract["state"][]];

const filters = url.search({
  q: url.words,
  state: url.oneOf(states),
  creator: url.id,
  campaign: url.id,
  from: url.date,
  to: url.date,
  cursor: url.cursor,
});

type Address = url.Read<typeof filters> & { brand?: string };

const listOf = ({ brand, q, state, creator, campaign, from, to }: Address) => (cursor?: string) => contractsQuery({ brand_id: brand, q, state, creator_id: creator, campaign_id: campaign, ends_from: dayStart(from), ends_to: dayStart(to, 1), cursor });

export const Route = createFileRoute("/_app/contracts/")({
  validateSearch: filters,
  loader: ({ context, location }) => {
    const address = location.search as Address;
    return arrive(firstPage(context.queryClient, listOf(address), address.cursor));
  },
  component: Contracts,
});

const cols = columns<Contract>([
  { id: "creator", header: "Creator", cell: ({ id, creator }) => <CreatorName creator={creator} link={{ to: "/contracts/$id", params: { id } }} /> },
  { id: "number", header: "Number", cell: ({ number, term }) => <TwoLines first={number} second={`term ${term}`} /> },
  { id: "campaign", header: "Campaign", cell: ({ campaign_name, brand_name }) => <TwoLines first={campaign_name} second={brand_name} />, phone: "hide" },
  { id: "state", header: "State", cell: ({ state }) => <StatusChip noun="contract" state={state} />, phone: "head" },
  { id: "ends", header: "Ends", cell: ({ ends_at, state }) => <RelativeTime at={state === "terminated" ? undefined : ends_at} inList /> },
  { id: "notice", header: "Renewal by", cell: ({ notice_by, state }) => <RelativeTime at={state === "terminated" ? undefined : notice_by} inList />, phone: "hide" },
  { id: "fee", header: "Fee", right: true, cell: ({ fee }) => <Money value={fee} /> },
]);

function Contracts() {
  const address = Route.useSearch();
  const { brand, q, state, creator, campaign, from, to, cursor } = address;
  const navigate = useNavigate({ from: Route.fullPath });
  const session = useSession();
  const list = usePages(listOf(address), cursor);
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });
  return (
    <Page
      title="Contracts"
      under="What was agreed, signed by both, and when it must be decided again."
      actions={
        <Group gap="sm">
          {hasRole(session, houseRoles, brand) && (
            <Downloads path="/v1/contracts/export" query={{ brand_id: brand, q, state, creator_id: creator, campaign_id: campaign, ends_from: dayStart(from), ends_to: dayStart(to, 1) }} as={["csv", "xlsx"]} />
          )}
          {hasRole(session, houseRoles) && <Button variant="default" leftSection={<IconRefresh size={16} aria-hidden />} renderRoot={(props) => <Link to="/contracts/renewals" search={{ brand }} {...props} />}>Renewals</Button>}
          <Button variant="default" leftSection={<IconCalendarDue size={16} aria-hidden />} renderRoot={(props) => <Link to="/contracts/dates" search={{ brand }} {...props} />}>Key dates</Button>
        </Group>
      }
    >
      <Filters>
        <SearchInput label="Words, number or name" value={q} onChange={(value) => set({ q: value })} />
        <NativeSelect
          aria-label="State"
          value={state ?? ""}
          onChange={(event) => set({ state: (event.currentTarget.value || undefined) as typeof state })}
          data={[{ value: "", label: "Any state" }, ...states.map((value) => ({ value, label: looks.contract[value].word }))]}
        />
        <LateFilters>
          <CreatorFilter label="Creator" compact value={creator} onChange={(value) => set({ creator: value })} />
          <CampaignFilter label="Campaign" compact brandId={brand} value={campaign} onChange={(value) => set({ campaign: value })} />
        </LateFilters>
        <Group gap="xs" wrap="nowrap">
          <TextInput type="date" label="Ends from" size="xs" value={from ?? ""} onChange={(event) => set({ from: event.currentTarget.value || undefined })} />
          <TextInput type="date" label="Ends until" size="xs" value={to ?? ""} onChange={(event) => set({ to: event.currentTarget.value || undefined })} />
        </Group>
      </Filters>
      {q && <p className="soft" style={{ margin: 0 }}>Found in texts, numbers and names. <Link to="/search" search={{ q, kind: "contract" }}>Show where the words stand</Link></p>}
      <DataTable
        label="Contracts"
        columns={cols}
        rows={list.data?.items}
        more={list.more.hasNextPage}
        sortAgain={list.sortAgain}
        rowId={({ id }) => id}
        error={list.error}
        retry={() => void list.refetch()}
        empty={
          (q ?? state ?? creator ?? campaign ?? from ?? to) ? (
            <EmptyState icon={IconSearchOff} title="No contract matches" action={<Button variant="default" onClick={() => set({ q: undefined, state: undefined, creator: undefined, campaign: undefined, from: undefined, to: undefined })}>Clear the filters</Button>} />
          ) : (
            <EmptyState icon={IconFileText} title="There is no contract yet" action={<Link to="/partnerships">Make an offer in a partnership</Link>}>One is drafted by itself when a creator accepts an offer.</EmptyState>
          )
        }
      />
      <LoadMore more={list.more} cursor={cursor} toStart={() => set({ cursor: undefined })} />
    </Page>
  );
}
