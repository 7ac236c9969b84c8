import { Button, NativeSelect } from "@mantine/core";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconHistory, IconSearchOff } from "@tabler/icons-react";

import { usePages } from "../../api/pages";
import { historyQuery } from "../../api/queries";
import type { HistoryItem } from "../../api/schema";
import { columns, DataTable, TwoLines } from "../../components/DataTable";
import { Downloads } from "../../components/Downloads";
import { Filters } from "../../components/Filters";
import { LateFilters, PersonFilter } from "../../components/LateFilters";
import { LoadMore } from "../../components/LoadMore";
import { Money, Unknown } from "../../components/Money";
import { EmptyState } from "../../components/Notice";
import { Page } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";
import { monthOf, Period } from "../../components/reports/Period";
import * as url from "../../lib/search";
import { dateText } from "../../lib/time";

const nouns = {
  payout: "Payments", reversal: "Money taken back", funds: "Funds", content: "Approval of content", contract: "Contracts", partnership: "Partnerships", person: "People and roles",
  token: "API tokens", delegation: "Standing in", brand: "Brands", policy: "Approval policies", creator: "Creators", reconciliation: "Comparisons with Stripe", payout_policy: "Rules for payments", second_factor: "Second factors", payments: "Pauses of payments",
  campaign: "Budgets", payee: "Bank accounts of creators", fx_quote: "Rates of exchange",
};

const filters = url.search({
  from: url.date, to: url.date, person: url.id, noun: url.oneOf(Object.keys(nouns) as [keyof typeof nouns, ...(keyof typeof nouns)[]]), action: url.words, cursor: url.cursor,
});

export const Route = createFileRoute("/_app/reports/history")({ validateSearch: filters, component: History });

const cols = columns<HistoryItem>([
  { id: "what", header: "What", cell: (item) => <What item={item} /> },
  { id: "at", header: "When", cell: ({ at }) => <RelativeTime at={at} inList />, phone: "head" },
  { id: "who", header: "Who", cell: ({ actor }) => actor ?? <span className="soft">By itself</span> },
  { id: "about", header: "About", cell: ({ about, brand_name }) => <TwoLines first={about ?? brand_name ?? "The house"} second={about ? brand_name : undefined} /> },
  { id: "why", header: "Why", cell: ({ reason }) => reason ?? <Unknown what="no reason given" /> },
  { id: "amount", header: "Amount", right: true, cell: ({ amount }) => (amount ? <Money value={amount} /> : <Unknown what="no amount" />) },
]);

function What({ item: { noun, subject, partnership_id, what } }: { item: HistoryItem }) {
  if (noun === "payout" && subject) return <Link to="/payouts/$id" params={{ id: subject }}>{what}</Link>;
  if (partnership_id) return <Link to="/partnerships/$id" params={{ id: partnership_id }}>{what}</Link>;
  return what;
}

function History() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const usual = monthOf(new Date());
  const days = { from: search.from ?? usual.from, to: search.to ?? usual.to };
  const query = { brand_id: search.brand, user_id: search.person, noun: search.noun, action: search.action, ...days };
  const list = usePages((cursor) => historyQuery({ ...query, cursor }), search.cursor);
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (before) => ({ ...before, cursor: undefined, ...change }) });
  const filtered = Boolean(search.person ?? search.noun ?? search.action ?? search.from);
  // Paper has no filters, and says by this what it is a list of.
  const shown = [
    `${dateText(days.from)} to ${dateText(days.to)}`,
    ...(search.noun ? [nouns[search.noun].toLowerCase()] : []),
    ...(search.person && list.data?.items[0]?.actor ? [`done by ${list.data.items[0].actor}`] : []),
  ];
  return (
    <Page
      title="History"
      under={`Who did what about money and rights, about whom, and why: ${shown.join(", ")}.`}
      actions={<Downloads path="/v1/history/export" query={query} as={["csv", "xlsx"]} />}
    >
      <Filters>
        <NativeSelect
          label="About"
          value={search.noun ?? ""}
          onChange={(event) => set({ noun: (event.currentTarget.value || undefined) as keyof typeof nouns | undefined })}
          data={[{ value: "", label: "Everything" }, ...Object.entries(nouns).map(([value, label]) => ({ value, label }))]}
        />
        <LateFilters>
          <PersonFilter label="Person" value={search.person} onChange={(person) => set({ person })} />
        </LateFilters>
        <Period value={days} onChange={set} />
      </Filters>
      <DataTable
        label="History"
        columns={cols}
        rows={list.data?.items}
        more={list.more.hasNextPage}
        sortAgain={list.sortAgain}
        rowId={({ key }) => key}
        error={list.error}
        retry={() => void list.refetch()}
        empty={filtered
          ? <EmptyState icon={IconSearchOff} title="Nothing matches" action={<Button variant="default" onClick={() => set({ person: undefined, noun: undefined, action: undefined, from: undefined, to: undefined })}>Clear the filters</Button>}>Or choose a longer period.</EmptyState>
          : <EmptyState icon={IconHistory} title="Nothing was done in this period" action={<Button variant="default" onClick={() => set({ from: `${days.to.slice(0, 4)}-01-01`, to: days.to })}>See the whole year</Button>}>Approvals, payments, roles and reasons are listed here by themselves.</EmptyState>}
      />
      <LoadMore more={list.more} cursor={search.cursor} toStart={() => set({ cursor: undefined })} />
    </Page>
  );
}
