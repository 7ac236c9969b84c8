import { Button, SegmentedControl } from "@mantine/core";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconPlus, IconSearchOff, IconSpeakerphone } from "@tabler/icons-react";

import { firstPage, usePages } from "../../api/pages";
import { arrive, campaignsQuery } from "../../api/queries";
import type { Campaign } from "../../api/schema";
import { columns, DataTable } from "../../components/DataTable";
import { Downloads } from "../../components/Downloads";
import { Filters, SearchInput } from "../../components/Filters";
import { LoadMore } from "../../components/LoadMore";
import { Money } from "../../components/Money";
import { EmptyState } from "../../components/Notice";
import { Page } from "../../components/Page";
import { StatusChip } from "../../components/StatusChip";
import * as url from "../../lib/search";
import { hasRole, houseRoles, useSession } from "../../lib/session";
import { dateText } from "../../lib/time";

const filters = url.search({
  q: url.words,
  state: url.oneOf(["draft", "running", "ended"]),
  cursor: url.cursor,
});

type Address = url.Read<typeof filters> & { brand?: string };

const listOf = ({ brand, q, state }: Address) => (cursor?: string) => campaignsQuery({ brand_id: brand, q, state, cursor });

export const Route = createFileRoute("/_app/campaigns/")({
  validateSearch: filters,
  loader: ({ context, location }) => {
    const address = location.search as Address;
    return arrive(firstPage(context.queryClient, listOf(address), address.cursor));
  },
  component: Campaigns,
});

const cols = columns<Campaign>([
  { id: "name", header: "Campaign", cell: ({ id, name, brand_name }) => <><Link to="/campaigns/$id" params={{ id }}>{name}</Link><div className="soft" style={{ fontSize: 12 }}>{brand_name}</div></> },
  { id: "state", header: "State", cell: ({ state }) => <StatusChip noun="campaign" state={state} />, phone: "head" },
  { id: "dates", header: "Dates", cell: ({ starts_on, ends_on }) => `${dateText(starts_on)} to ${dateText(ends_on)}` },
  { id: "partnerships", header: "Partnerships", right: true, cell: ({ stages }) => <span className="tabular">{Object.values(stages).reduce((sum, count) => sum + count, 0)}</span> },
  { id: "owner", header: "Owner", cell: ({ owner }) => owner.name, phone: "hide" },
  { id: "budget", header: "Budget", right: true, cell: ({ budget }) => <Money value={budget} /> },
  { id: "committed", header: "Committed", right: true, cell: ({ committed }) => <Money value={committed} />, phone: "hide" },
  { id: "paid", header: "Paid", right: true, cell: ({ paid }) => <Money value={paid} /> },
]);

function Campaigns() {
  const address = Route.useSearch();
  const { brand, q, state, cursor } = address;
  const navigate = useNavigate({ from: Route.fullPath });
  const list = usePages(listOf(address), cursor);
  const session = useSession();
  const creates = hasRole(session, ["ops", "admin"]);
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });
  const create = creates && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} renderRoot={(props) => <Link to="/campaigns/new" {...props} />}>
      Create campaign
    </Button>
  );

  return (
    <Page
      title="Campaigns"
      under="A brand’s effort with a budget, dates, terms and a roster of partnerships."
      actions={<>{hasRole(session, houseRoles, brand) && <Downloads path="/v1/campaigns/export" query={{ brand_id: brand, q, state }} as={["csv", "xlsx"]} />}{create}</>}
    >
      <Filters>
        <SearchInput label="Search campaigns" value={q} onChange={(value) => set({ q: value })} />
        <SegmentedControl
          aria-label="State"
          value={state ?? "all"}
          onChange={(value) => set({ state: value === "all" ? undefined : (value) })}
          data={[{ value: "all", label: "All" }, { value: "draft", label: "Draft" }, { value: "running", label: "Running" }, { value: "ended", label: "Ended" }]}
        />
      </Filters>
      <DataTable
        label="Campaigns"
        columns={cols}
        rows={list.data?.items}
        more={list.more.hasNextPage}
        sortAgain={list.sortAgain}
        rowId={({ id }) => id}
        error={list.error}
        retry={() => void list.refetch()}
        empty={
          (q ?? state) ? (
            <EmptyState icon={IconSearchOff} title="No campaign matches" action={<Button variant="default" onClick={() => set({ q: undefined, state: undefined })}>Clear the filters</Button>} />
          ) : (
            <EmptyState icon={IconSpeakerphone} title="There is no campaign yet" action={create}>
              A campaign holds the budget, the outreach, who approves content and the terms that its partnerships start from.
            </EmptyState>
          )
        }
      />
      <LoadMore more={list.more} cursor={cursor} toStart={() => set({ cursor: undefined })} />
    </Page>
  );
}
