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
import { useSay } from "../components/portal/words/Words";
import { Period, yearOf } from "../components/reports/Period";
import * as url from "../lib/search";
import { useTitle } from "../lib/title";

export const Route = createFileRoute("/portal/statement")({ validateSearch: url.search({ from: url.date, to: url.date }), component: PortalStatement });

function PortalStatement() {
  const say = useSay();
  useTitle(say("account.title"));
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const usual = yearOf(new Date());
  const days = { from: search.from ?? usual.from, to: search.to ?? usual.to };
  const statement = useQuery(portalStatementQuery(days));
  return (
    <>
      <div>
        <Link to="/portal/home">{say("home.title")}</Link>
        <h1 className={classes.title}>{statement.data ? say("account.titleWith", { brand: statement.data.brand_name }) : say("account.title")}</h1>
        <div className="soft">{say("account.text")}</div>
      </div>
      <Group align="flex-end" gap="sm">
        <Period words={{ label: say("period.label"), own: say("period.own"), month: say("period.month"), lastMonth: say("period.lastMonth"), year: say("period.year"), from: say("period.from"), to: say("period.to"), wrong: say("period.wrong") }} value={days} onChange={(value) => void navigate({ search: value, replace: true })} />
      </Group>
      {statement.error && !statement.data ? <LoadFailed error={statement.error} retry={() => void statement.refetch()} /> : !statement.data ? <LoadingLines /> : statement.data.accounts.length === 0 ? (
        <EmptyState icon={IconFileInvoice} title={say("account.empty")}>{say("account.emptyText")}</EmptyState>
      ) : (
        <>
          {statement.data.accounts.map((account) => <Account key={account.opening.currency} account={account} {...days} />)}
          <div><Downloads path="/v1/portal/statement/export" query={{ ...days }} as={["pdf", "csv"]} label={say("account.download")} /></div>
          <p className="soft" style={{ margin: 0 }}>{say("account.zone", { zone: statement.data.zone })} {say("account.papers")}</p>
        </>
      )}
    </>
  );
}
