import { Button, NativeSelect, TextInput } from "@mantine/core";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconChecks, IconSearchOff } from "@tabler/icons-react";

import { usePages } from "../../api/pages";
import { payoutBatchesQuery } from "../../api/queries";
import type { PayoutBatchOutcome, PayoutBatchSummary } from "../../api/schema";
import { columns, DataTable } from "../../components/DataTable";
import { Downloads } from "../../components/Downloads";
import { Filters } from "../../components/Filters";
import { LateFilters, PersonFilter } from "../../components/LateFilters";
import { LoadMore } from "../../components/LoadMore";
import { EmptyState } from "../../components/Notice";
import { Page } from "../../components/Page";
import { outcomeWords } from "../../components/payout/batch";
import { BatchSums } from "../../components/payout/BatchSums";
import { RelativeTime } from "../../components/RelativeTime";
import * as url from "../../lib/search";

const outcomes = Object.keys(outcomeWords) as [PayoutBatchOutcome, ...PayoutBatchOutcome[]];

const filters = url.search({ outcome: url.oneOf(outcomes), person: url.id, from: url.date, to: url.date, cursor: url.cursor });

export const Route = createFileRoute("/_app/payouts/batches/")({ validateSearch: filters, component: Batches });

const cols = columns<PayoutBatchSummary>([
  { id: "made", header: "Approved", cell: ({ id, made_at, part }) => <Link to="/payouts/batches/$id" params={{ id }}><RelativeTime at={made_at} inList /> as {part}</Link> },
  { id: "who", header: "By", cell: ({ made_by }) => made_by.name },
  { id: "brand", header: "Brand", cell: ({ brand_name }) => brand_name },
  { id: "sums", header: "What became of it", cell: ({ sums }) => <BatchSums sums={sums} /> },
]);

function Batches() {
  const { brand, outcome, person, from, to, cursor } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const filter = { brand_id: brand, user_id: person, outcome, from, to };
  const list = usePages((cursor) => payoutBatchesQuery({ ...filter, cursor }), cursor);
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });
  const filtered = Boolean(outcome ?? person ?? from ?? to);
  return (
    <Page title="Approved together" up={{ to: "/payouts", label: "Payments" }} under="Payments that somebody approved, or left out, in one act." actions={<Downloads path="/v1/payout-batches/export" query={filter} as={["csv", "xlsx"]} />}>
      <Filters>
        <LateFilters>
          <PersonFilter label="By" value={person} onChange={(value) => set({ person: value })} />
        </LateFilters>
        <NativeSelect
          label="With payments"
          value={outcome ?? ""}
          onChange={(event) => set({ outcome: (event.currentTarget.value || undefined) as PayoutBatchOutcome | undefined })}
          data={[{ value: "", label: "Of any outcome" }, ...outcomes.map((value) => ({ value, label: outcomeWords[value].word }))]}
        />
        <TextInput type="date" label="From" value={from ?? ""} onChange={(event) => set({ from: event.currentTarget.value || undefined })} />
        <TextInput type="date" label="To" value={to ?? ""} error={from && to && to < from ? "Before the first day" : undefined} onChange={(event) => set({ to: event.currentTarget.value || undefined })} />
      </Filters>
      <DataTable
        label="Batches"
        columns={cols}
        rows={list.data?.items}
        more={list.more.hasNextPage}
        sortAgain={list.sortAgain}
        rowId={({ id }) => id}
        error={list.error}
        retry={() => void list.refetch()}
        empty={
          filtered ? (
            <EmptyState icon={IconSearchOff} title="No batch matches" action={<Button variant="default" onClick={() => set({ outcome: undefined, person: undefined, from: undefined, to: undefined })}>Clear the filters</Button>} />
          ) : (
            <EmptyState icon={IconChecks} title="Nothing was approved together yet" action={<Link to="/payouts">See the payments</Link>}>There, “Approve together” shows a person of finance all that waits for them. What became of it is kept here.</EmptyState>
          )
        }
      />
      <LoadMore more={list.more} cursor={cursor} toStart={() => set({ cursor: undefined })} />
    </Page>
  );
}
