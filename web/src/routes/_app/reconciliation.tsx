import { Button, Group, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconChecks, IconRefresh, IconScale } from "@tabler/icons-react";
import { useEffect, useRef } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { caseQuery, casesQuery, paymentsGateQuery, reconciliationsQuery } from "../../api/queries";
import type { LedgerTail, Reconciliation, ReconciliationSum } from "../../api/schema";
import { Pager } from "../../components/DataTable";
import table from "../../components/DataTable.module.css";
import { Downloads } from "../../components/Downloads";
import { LoadingLines } from "../../components/Loading";
import { Money, Unknown } from "../../components/Money";
import { EmptyState, LoadFailed, Notice } from "../../components/Notice";
import { Facts, Page, Section } from "../../components/Page";
import { Cases } from "../../components/payout/Cases";
import { GateNotices } from "../../components/payout/GateNotices";
import { RelativeTime } from "../../components/RelativeTime";
import { StatusChip } from "../../components/StatusChip";
import * as url from "../../lib/search";
import { hasRole, useSession } from "../../lib/session";
import { exactText } from "../../lib/time";
import classes from "./campaign.module.css";

const filters = url.search({ state: url.oneOf(["closed"]), case: url.id, cursor: url.cursor });

export const Route = createFileRoute("/_app/reconciliation")({ validateSearch: filters, component: Desk });

function Desk() {
  const { case: asked } = Route.useSearch();
  const runs = useQuery(reconciliationsQuery);
  const may = hasRole(useSession(), ["finance_preparer", "finance_releaser"]);
  const running = runs.data?.items.some(({ state }) => state === "running") ?? false;
  const run = useAct({
    run: (_: undefined, key) => body(api.POST("/v1/reconciliations", { params: { header: { "Idempotency-Key": key } }, body: {} })),
    done: "The books are being compared; this page shows what comes of it",
    touches: ["reconciliation", "payout"],
    announce: true,
  });
  const last = runs.data?.items.find(({ finished_at }) => finished_at !== undefined);

  return (
    <Page
      title="Reconciliation"
      up={{ to: "/payouts", label: "Payments" }}
      under="Every payment in the ledger against Stripe's transfers and its balance: once a day, and whenever you ask."
      actions={may && (
        <Button leftSection={<IconRefresh size={16} aria-hidden />} loading={run.isPending} disabled={running} onClick={() => run.mutate(undefined)}>
          {running ? "Comparing…" : "Compare now"}
        </Button>
      )}
    >
      <GateNotices />
      {asked && <AskedCase key={asked} id={asked} />}
      {runs.error ? <LoadFailed error={runs.error} retry={() => void runs.refetch()} /> : !runs.data ? <LoadingLines /> : (
        <div className={classes.column}>
          <RunningNotice runs={runs.data.items} />
          {runs.data.items.length === 0 ? (
            <EmptyState icon={IconScale} title="The books were never compared" action={<Link to="/payouts" search={{ show: "all" }}>See the payments</Link>}>
              Each night the ledger is held against what Stripe says: every transfer, reversal and top-up, and the balance. What only one side has, or has
              otherwise, becomes a case here, with somebody who finds out why.{may && " Compare now shows the first."}
            </EmptyState>
          ) : last && <LastRun run={last} />}
          <CaseList />
          {runs.data.items.length > 0 && <Runs runs={runs.data.items} />}
        </div>
      )}
    </Page>
  );
}

/** The difference that a link leads to, whether it is open or closed, and of whichever brand. */
function AskedCase({ id }: { id: string }) {
  const one = useQuery(caseQuery(id));
  const box = useRef<HTMLDivElement>(null);
  const isHere = one.data !== undefined;
  useEffect(() => {
    if (isHere) box.current?.scrollIntoView({ block: "nearest" });
  }, [isHere]);
  return (
    <div ref={box} style={{ marginBottom: 16 }}>
      <Section title="The difference you asked for" actions={<Link to="/reconciliation" search={{}}>Show only the list</Link>}>
        {one.error && !one.data ? <LoadFailed error={one.error} retry={() => void one.refetch()} /> : !one.data ? <LoadingLines lines={3} /> : <Cases cases={[one.data]} />}
      </Section>
    </div>
  );
}

function RunningNotice({ runs }: { runs: Reconciliation[] }) {
  const running = runs.filter(({ state }) => state === "running");
  if (running.length === 0) return null;
  const problem = running.find((run) => run.problem)?.problem;
  return (
    <div style={{ marginBottom: 12 }}>
      <Notice tone={problem ? "attention" : "progress"} title={problem ? "A comparison did not end" : "The books are being compared"} role="status">
        {problem ? `${problem} It is tried again by itself.` : "Reading what Stripe has. This page shows the result by itself."}
      </Notice>
    </div>
  );
}

/** The comparison that counts: the newest that ended. */
function LastRun({ run }: { run: Reconciliation }) {
  const gate = useQuery(paymentsGateQuery);
  return (
    <Section
      title="Last comparison"
      actions={<Downloads small label="Export every line" path={`/v1/reconciliations/${run.id}/export`} query={{}} as={["csv", "xlsx"]} />}
    >
      <Facts
        facts={[
          ["Result", <StatusChip key="state" noun="reconciliation" state={run.state} />],
          ["Ended", <RelativeTime key="at" at={run.finished_at} />],
          ["Asked for by", run.asked_by?.name ?? "The daily schedule, or because something waited for it"],
          ["Looked at", `${exactText(new Date(run.from))} to ${exactText(new Date(run.to))}`],
          ["Without a gap until", gate.data?.compared_until ? <RelativeTime key="until" at={gate.data.compared_until} /> : undefined],
          ["Not sealed yet", gate.data && <Unsealed key="unsealed" tail={gate.data.unsealed} />],
          ["Matched", `${run.matched} ${run.matched === 1 ? "line" : "lines"}`],
        ]}
      />
      {run.sums.length > 0 && <Sums sums={run.sums} />}
    </Section>
  );
}

/** What of the ledger no seal covers yet: a minute's worth as a rule. */
function Unsealed({ tail: { count, oldest_at, late } }: { tail: LedgerTail }) {
  if (count === 0) return "Nothing: every posting of the ledger is sealed";
  return (
    <>
      {count === 1 ? "1 posting" : `${count} postings`} of the ledger, the oldest <RelativeTime at={oldest_at} />
      {late && <div role="status"><strong>That is too long.</strong> Tell whoever runs Rapport to see that its workers run.</div>}
    </>
  );
}

const results: Record<ReconciliationSum["result"], string> = {
  matched: "Matched", missing_here: "Missing in the ledger", missing_there: "Missing at Stripe", different: "Different",
  open: "On its way: an attempt is open", outside: "Not ours",
};

function Sums({ sums }: { sums: ReconciliationSum[] }) {
  return (
    <div className={table.scroll} tabIndex={0} role="group" aria-label="Sums of the last comparison" style={{ marginTop: 12 }}>
      <table className={table.table}>
        <thead>
          <tr><th scope="col">What</th><th scope="col">Result</th><th scope="col" className={table.right}>Lines</th><th scope="col" className={table.right}>Ledger</th><th scope="col" className={table.right}>Stripe</th></tr>
        </thead>
        <tbody>
          {sums.map((sum) => (
            <tr key={`${sum.about}-${sum.result}-${sum.ours?.currency ?? sum.theirs?.currency ?? ""}`}>
              <td>{sum.about}</td>
              <td>{results[sum.result]}</td>
              <td className={`${table.right} tabular`}>{sum.count}</td>
              <td className={table.right}>{sum.ours ? <Money value={sum.ours} /> : <Unknown what="nothing" />}</td>
              <td className={table.right}>{sum.theirs ? <Money value={sum.theirs} /> : <Unknown what="nothing" />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CaseList() {
  const { state, cursor, case: asked, brand }: url.Read<typeof filters> & { brand?: string } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const cases = useQuery(casesQuery({ brand_id: brand, state: state ?? "open", cursor, limit: 50 }));
  const all = cases.data?.items;
  const items = all?.filter(({ id }) => id !== asked); // that one stands above
  return (
    <Section
      title={state === "closed" ? "Differences, closed" : "Differences"}
      actions={(
        <Group gap="xs">
          <Downloads small label="Export differences" path="/v1/reconciliation-cases/export" query={{ brand_id: brand, state: state ?? "open" }} as={["csv", "xlsx"]} />
          <SegmentedControl
            size="xs" aria-label="Which cases" value={state ?? "open"}
            data={[{ value: "open", label: "To explain" }, { value: "closed", label: "Closed" }]}
            onChange={(value) => void navigate({ search: (search) => ({ ...search, state: value === "closed" ? "closed" : undefined, cursor: undefined }) })}
          />
        </Group>
      )}
    >
      {cases.error ? <LoadFailed error={cases.error} retry={() => void cases.refetch()} /> : !items ? <LoadingLines /> : items.length === 0 ? (
        <EmptyState icon={IconChecks} title={all?.length ? "No other than the one above" : state === "closed" ? "No case was closed yet" : "Nothing to explain"}>
          {state === "closed" ? "What somebody explains or puts right is kept here." : "Each difference that a comparison finds stands here until a person of finance closes it with a reason."}
        </EmptyState>
      ) : <Cases cases={items} />}
      <Pager shown={items?.length ?? 0} cursor={cursor} nextCursor={cases.data?.next_cursor} go={(next) => void navigate({ search: (search) => ({ ...search, cursor: next }) })} />
    </Section>
  );
}

function Runs({ runs }: { runs: Reconciliation[] }) {
  return (
    <Section title="Comparisons" flush>
      <div className={`${table.scroll} ${table.flush}`} tabIndex={0} role="group" aria-label="Comparisons">
        <table className={table.table}>
          <thead>
            <tr><th scope="col">Begun</th><th scope="col">Result</th><th scope="col">Asked for by</th><th scope="col" className={table.right}>Matched</th><th scope="col" className={table.right}>Differences</th><th scope="col">Lines</th></tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr key={run.id}>
                <td><RelativeTime at={run.started_at} inList /></td>
                <td><StatusChip noun="reconciliation" state={run.state} /></td>
                <td>{run.asked_by?.name ?? <span className="soft">The schedule</span>}</td>
                <td className={`${table.right} tabular`}>{run.matched}</td>
                <td className={`${table.right} tabular`}>{run.breaks.length}</td>
                <td>{run.finished_at && <a href={`/v1/reconciliations/${run.id}/export`} download>CSV of {exactText(new Date(run.started_at))}</a>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
