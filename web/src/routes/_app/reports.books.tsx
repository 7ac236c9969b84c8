import { createFileRoute, useNavigate } from "@tanstack/react-router";

import { Filters } from "../../components/Filters";
import { LoadingLines } from "../../components/Loading";
import { LoadFailed } from "../../components/Notice";
import { Page } from "../../components/Page";
import { Accounts, Journals } from "../../components/reports/Books";
import { BrandChoice, monthOf, NoBrand, Period, useReportBrand } from "../../components/reports/Period";
import * as url from "../../lib/search";
import { hasRole, useSession } from "../../lib/session";

export const Route = createFileRoute("/_app/reports/books")({ validateSearch: url.search({ from: url.date, to: url.date }), component: Books });

function Books() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const session = useSession();
  const { brands, brand } = useReportBrand(search.brand);
  const usual = monthOf(new Date());
  const days = { from: search.from ?? usual.from, to: search.to ?? usual.to };
  return (
    <Page title="Books" under="The ledger as journals for your own books. Every journal balances; days are those of the brand’s zone.">
      <Filters>
        <BrandChoice value={brand?.id} onChange={(id) => void navigate({ search: (before) => ({ ...before, brand: id }) })} />
        <Period value={days} onChange={(value) => void navigate({ search: (before) => ({ ...before, ...value }) })} />
      </Filters>
      {brand ? (
        <>
          <Journals brandId={brand.id} days={days} />
          <Accounts key={brand.id} brandId={brand.id} edits={hasRole(session, ["finance_preparer", "finance_releaser", "admin"], brand.id)} />
        </>
      ) : brands.error ? <LoadFailed error={brands.error} retry={() => void brands.refetch()} /> : brands.data ? <NoBrand /> : <LoadingLines />}
    </Page>
  );
}
