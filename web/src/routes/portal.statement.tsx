import { Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconFileInvoice } from "@tabler/icons-react";

import { portalStatementQuery } from "../api/queries";
import { Downloads } from "../components/Downloads";
import { LoadingLines } from "../components/Loading";
import { EmptyState, LoadFailed } from "../components/Notice";
import { Account } from "../components/portal/Account";
import classes from "../components/portal/Portal.module.css";
import { Period, yearOf } from "../components/reports/Period";
import * as url from "../lib/search";
import { useTitle } from "../lib/title";

export const Route = createFileRoute("/portal/statement")({ validateSearch: url.search({ from: url.date, to: url.date }), component: PortalStatement });

function PortalStatement() {
  useTitle("Your account");
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const usual = yearOf(new Date());
  const days = { from: search.from ?? usual.from, to: search.to ?? usual.to };
  const statement = useQuery(portalStatementQuery(days));
  return (
    <>
      <div>
        <Link to="/portal/home">Your page</Link>
        <h1 className={classes.title}>Your account{statement.data && ` with ${statement.data.brand_name}`}</h1>
        <div className="soft">What you earned, what was paid, and what is still open, over all your campaigns with the brand.</div>
      </div>
      <Group align="flex-end" gap="sm">
        <Period value={days} onChange={(value) => void navigate({ search: value, replace: true })} />
      </Group>
      {statement.error && !statement.data ? <LoadFailed error={statement.error} retry={() => void statement.refetch()} /> : !statement.data ? <LoadingLines /> : statement.data.accounts.length === 0 ? (
        <EmptyState icon={IconFileInvoice} title="Nothing is booked until the end of these days">A payment stands here from the day on which you have earned it.</EmptyState>
      ) : (
        <>
          {statement.data.accounts.map((account) => <Account key={account.opening.currency} account={account} {...days} />)}
          <div><Downloads path="/v1/portal/statement/export" query={{ ...days }} as={["pdf", "csv"]} label="Download" /></div>
          <p className="soft" style={{ margin: 0 }}>Days are those of {statement.data.zone}.</p>
        </>
      )}
    </>
  );
}
