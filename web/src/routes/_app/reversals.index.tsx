import { Button } from "@mantine/core";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconRotate, IconSearchOff } from "@tabler/icons-react";

import { usePages } from "../../api/pages";
import { reversalsQuery } from "../../api/queries";
import type { Reversal, ReversalState } from "../../api/schema";
import { CreatorName } from "../../components/CreatorName";
import { columns, DataTable, TwoLines } from "../../components/DataTable";
import { Downloads } from "../../components/Downloads";
import { Filters } from "../../components/Filters";
import { LateFilters, StatesFilter } from "../../components/LateFilters";
import { LoadMore } from "../../components/LoadMore";
import { Money, Unknown } from "../../components/Money";
import { EmptyState } from "../../components/Notice";
import { Page } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";
import { StatusChip } from "../../components/StatusChip";
import * as url from "../../lib/search";
import { looks } from "../../lib/states";

const states = Object.keys(looks.reversal) as [ReversalState, ...ReversalState[]];

const filters = url.search({ state: url.someOf(states), cursor: url.cursor });

export const Route = createFileRoute("/_app/reversals/")({ validateSearch: filters, component: AllReversals });

const cols = columns<Reversal>([
  { id: "creator", header: "Creator", cell: ({ payout_id, creator }) => <CreatorName creator={creator} link={{ to: "/payouts/$id", params: { id: payout_id } }} /> },
  { id: "of", header: "Of", cell: ({ milestone_title, campaign_name }) => <TwoLines first={milestone_title} second={campaign_name} /> },
  { id: "state", header: "State", cell: ({ state }) => <StatusChip noun="reversal" state={state} />, phone: "head" },
  { id: "waits", header: "Waits for", cell: ({ waits_for }) => waits_for ?? <Unknown what="nothing" /> },
  { id: "asked", header: "Asked for", cell: ({ created_at }) => <RelativeTime at={created_at} inList />, phone: "hide" },
  { id: "rest", header: "Still open", right: true, cell: ({ rest }) => <Money value={rest} /> },
  { id: "amount", header: "Amount", right: true, cell: ({ amount }) => <Money value={amount} /> },
]);

function AllReversals() {
  const { brand, state, cursor } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const list = usePages((cursor) => reversalsQuery({ brand_id: brand, state, cursor }), cursor);
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });
  return (
    <Page title="Money taken back" up={{ to: "/payouts", label: "Payments" }} under="What was paid and is to come back: from the creator’s account, out of the next payments, or given up." actions={<Downloads path="/v1/reversals/export" query={{ brand_id: brand, state }} as={["csv", "xlsx"]} />}>
      <Filters>
        <LateFilters>
          <StatesFilter label="State" value={state} onChange={(value) => set({ state: value as ReversalState[] | undefined })} data={states.map((value) => ({ value, label: looks.reversal[value].word }))} />
        </LateFilters>
      </Filters>
      <DataTable
        label="Money taken back"
        columns={cols}
        rows={list.data?.items}
        more={list.more.hasNextPage}
        sortAgain={list.sortAgain}
        rowId={({ id }) => id}
        error={list.error}
        retry={() => void list.refetch()}
        empty={
          state?.length ? (
            <EmptyState icon={IconSearchOff} title="Nothing matches" action={<Button variant="default" onClick={() => set({ state: undefined })}>Clear the filter</Button>} />
          ) : (
            <EmptyState icon={IconRotate} title="Nothing was taken back" action={<Link to="/payouts" search={{ show: "all" }}>See the payments</Link>}>Open a payment that was paid and choose “Take money back”; another person of finance approves it.</EmptyState>
          )
        }
      />
      <LoadMore more={list.more} cursor={cursor} toStart={() => set({ cursor: undefined })} />
    </Page>
  );
}
