import { Button, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconAlertTriangle, IconCalendarStats, IconCheck, IconInfoCircle, IconMinus, IconSearchOff, IconTrendingUp } from "@tabler/icons-react";

import { payeeYearsQuery } from "../../api/queries";
import type { PayeeStands, PayeeThreshold, PayeeYear } from "../../api/schema";
import { columns, DataTable, Pager, TwoLines } from "../../components/DataTable";
import { Downloads } from "../../components/Downloads";
import { Filters } from "../../components/Filters";
import { CountryFilter, LateFilters } from "../../components/LateFilters";
import { Money, Unknown } from "../../components/Money";
import { EmptyState, Notice } from "../../components/Notice";
import { Page, Section } from "../../components/Page";
import { Counted, Rates } from "../../components/reports/Rates";
import { Chip } from "../../components/StatusChip";
import * as url from "../../lib/search";
import { countryName } from "../../lib/countries";
import { dateText } from "../../lib/time";

const stands = ["over", "near", "below", "any", "none"] as const satisfies readonly PayeeStands[];

const standWords: Record<PayeeStands, string> = { over: "Over", near: "Near, from 80 %", below: "Below", any: "Every payment counts", none: "No threshold kept" };

const looks = {
  over: { tone: "danger", icon: IconAlertTriangle }, near: { tone: "attention", icon: IconTrendingUp }, below: { tone: "done", icon: IconCheck },
  any: { tone: "attention", icon: IconInfoCircle }, none: { tone: "idle", icon: IconMinus },
} as const;

function Stands({ value }: { value: PayeeStands }) {
  const { tone, icon: Icon } = looks[value];
  return <Chip tone={tone} icon={<Icon size={13} stroke={2} aria-hidden />}>{standWords[value]}</Chip>;
}

const years = Array.from({ length: 5 }, (_, before) => String(new Date().getFullYear() - before)) as [string, ...string[]];

const filters = url.search({ year: url.oneOf(years), stands: url.oneOf(stands), country: url.country, cursor: url.cursor, rates: url.cursor });

export const Route = createFileRoute("/_app/reports/year")({ validateSearch: filters, component: Year });

const cols = columns<PayeeYear>([
  { id: "creator", header: "Payee", cell: ({ creator_name, country }) => <TwoLines first={creator_name} second={country ? countryName(country) : "Country not known"} /> },
  { id: "brand", header: "Paid by", cell: ({ brand_name }) => brand_name },
  { id: "stands", header: "Threshold", cell: (row) => <Stands value={row.stands} />, phone: "head" },
  { id: "limit", header: "Reported from", right: true, cell: ({ threshold }) => (threshold ? <Money value={threshold} /> : <Unknown what="no amount" />) },
  { id: "payments", header: "Payments", right: true, cell: ({ payments }) => payments },
  { id: "reversed", header: "Came back", right: true, cell: ({ reversed }) => <Money value={reversed} />, phone: "hide" },
  { id: "net", header: "Paid, net", right: true, cell: ({ net }) => <Money value={net} /> },
  { id: "counted", header: "With other currencies", right: true, cell: (row) => <Counted year={row} /> },
]);

function Year() {
  const { brand, year = years[0], stands: one, country, cursor, rates } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const query = { brand_id: brand, year: Number(year), country, stands: one && [one] };
  const list = useQuery(payeeYearsQuery({ ...query, cursor }));
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });
  return (
    <Page
      title="Year to date"
      under="What each payee got in a year, by the day it was paid in the brand’s zone, less what came back."
      actions={<Downloads path="/v1/payee-years/export" query={query} as={["csv", "xlsx"]} />}
    >
      <Filters>
        <NativeSelect label="Year" value={year} onChange={(event) => set({ year: event.currentTarget.value })} data={years} />
        <NativeSelect
          label="Threshold, own currency"
          value={one ?? ""}
          onChange={(event) => set({ stands: (event.currentTarget.value || undefined) as PayeeStands | undefined })}
          data={[{ value: "", label: "All payees" }, ...stands.map((value) => ({ value, label: standWords[value] }))]}
        />
        <LateFilters>
          <CountryFilter label="Payee’s country" placeholder="All countries" value={country} onChange={(value) => set({ country: value })} />
        </LateFilters>
      </Filters>
      <DataTable
        label="Payees"
        columns={cols}
        rows={list.data?.items}
        rowId={({ creator_id, brand_id, net }) => `${creator_id} ${brand_id} ${net.currency}`}
        error={list.error}
        retry={() => void list.refetch()}
        empty={one || country
          ? <EmptyState icon={IconSearchOff} title="No payee matches" action={<Button variant="default" onClick={() => set({ stands: undefined, country: undefined })}>Clear the filters</Button>} />
          : <EmptyState icon={IconCalendarStats} title="Nobody was paid in this year" action={<Link to="/payouts" search={{ show: "all" }}>See the payments</Link>}>A payee stands here from the first payment that was made in the year.</EmptyState>}
      />
      <Pager shown={list.data?.items.length ?? 0} cursor={cursor} nextCursor={list.data?.next_cursor} go={(next) => set({ cursor: next, year, stands: one, country })} />
      <Rates brand={brand} cursor={rates} go={(next) => set({ cursor, rates: next })} />
      {list.data && <Thresholds items={list.data.thresholds} country={country} />}
    </Page>
  );
}

function Thresholds({ items: all, country }: { items: PayeeThreshold[]; country: string | undefined }) {
  const items = all.filter((one) => !country || one.country === country);
  const shown = [...new Map(items.map((one) => [`${one.form} ${one.from_year} ${one.amount?.amount}`, one])).values()];
  return (
    <Section title="Where the thresholds come from">
      <Notice tone="progress" title="This is not tax advice">The column and the filter “Threshold” look at payments in the threshold’s own currency; “With other currencies” counts the others too, at the rates above. Ask whoever does your taxes.</Notice>
      {shown.length === 0 && country && <p className="soft">No threshold is kept for {countryName(country)}.</p>}
      <ul>
        {shown.map((one) => (
          <li key={`${one.form} ${one.from_year}`}>
            <strong>{one.form}</strong> ({items.filter(({ form }) => form === one.form).map(({ country }) => country).join(", ")}): {one.note} <span className="soft">{one.source}, read {dateText(one.source_on)}.</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
