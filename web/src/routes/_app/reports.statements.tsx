import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconFileInvoice, IconUser } from "@tabler/icons-react";

import { statementQuery } from "../../api/queries";
import { Downloads } from "../../components/Downloads";
import { Filters } from "../../components/Filters";
import { CreatorFilter, LateFilters } from "../../components/LateFilters";
import { LoadingLines } from "../../components/Loading";
import { EmptyState, LoadFailed } from "../../components/Notice";
import { Page } from "../../components/Page";
import { BrandChoice, type Days, monthOf, NoBrand, Period, useReportBrand } from "../../components/reports/Period";
import { Account } from "../../components/reports/Statement";
import * as url from "../../lib/search";
import { dateText } from "../../lib/time";

export const Route = createFileRoute("/_app/reports/statements")({ validateSearch: url.search({ from: url.date, to: url.date, creator: url.id }), component: Statements });

function Statements() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const { brand, brands } = useReportBrand(search.brand);
  const usual = monthOf(new Date());
  const days = { from: search.from ?? usual.from, to: search.to ?? usual.to };
  return (
    <Page
      title="Statements"
      under="What a brand came to owe a creator and paid, from the ledger."
      actions={search.creator && brand && <Downloads path={`/v1/creators/${search.creator}/statement/export`} query={{ brand_id: brand.id, ...days }} as={["pdf", "csv", "xlsx"]} />}
    >
      <Filters>
        <BrandChoice value={brand?.id} onChange={(id) => void navigate({ search: (before) => ({ ...before, brand: id }) })} />
        <LateFilters>
          <CreatorFilter label="Creator" value={search.creator} onChange={(creator) => void navigate({ search: (before) => ({ ...before, creator }) })} />
        </LateFilters>
        <Period value={days} onChange={(value) => void navigate({ search: (before) => ({ ...before, ...value }) })} />
      </Filters>
      {brands.error && !brands.data ? <LoadFailed error={brands.error} retry={() => void brands.refetch()} /> : !search.creator ? (
        <EmptyState icon={IconUser} title="Whose account?" action={<Link to="/reports/year">See who was paid</Link>}>Choose a creator above to see what was owed and paid.</EmptyState>
      ) : brand ? <Shown creator={search.creator} brandId={brand.id} days={days} /> : brands.data ? <NoBrand /> : <LoadingLines />}
    </Page>
  );
}

function Shown({ creator, brandId, days }: { creator: string; brandId: string; days: Days }) {
  const statement = useQuery(statementQuery(creator, { brand_id: brandId, ...days }));
  if (statement.error && !statement.data) return <LoadFailed error={statement.error} retry={() => void statement.refetch()} />;
  if (!statement.data) return <LoadingLines />;
  if (statement.data.accounts.length === 0) {
    return <EmptyState icon={IconFileInvoice} title="Nothing was owed and nothing was paid">Not until the end of this period; choose a later one.</EmptyState>;
  }
  const { creator_name, brand_name, from, to, zone, accounts } = statement.data;
  return (
    <>
      {/* Paper has no filters, and says by this whose account it is. */}
      <p style={{ margin: 0 }}><strong>{creator_name}</strong> at {brand_name}, {dateText(from)} to {dateText(to)}, in days of {zone}</p>
      {accounts.map((account) => <Account key={account.opening.currency} account={account} />)}
    </>
  );
}
