import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link } from "@tanstack/react-router";
import { IconChecklist } from "@tabler/icons-react";

import { overviewQuery, partnershipsQuery, payoutLanesQuery, tasksQuery } from "../../api/queries";
import type { Overview, PartnershipSummary, PayoutLaneCount, Stage } from "../../api/schema";
import { CreatorName } from "../../components/CreatorName";
import { columns, DataTable, TwoLines } from "../../components/DataTable";
import { LoadingLines } from "../../components/Loading";
import { Money } from "../../components/Money";
import { EmptyState, LoadFailed } from "../../components/Notice";
import { Page, Section } from "../../components/Page";
import { laneWords } from "../../components/payout/laneWords";
import { RelativeTime } from "../../components/RelativeTime";
import { StatusChip } from "../../components/StatusChip";
import { TaskList } from "../../components/TaskList";
import { hasRole, useSession } from "../../lib/session";
import { looks } from "../../lib/states";
import { dateText } from "../../lib/time";
import classes from "./home.module.css";

export const Route = createFileRoute("/_app/")({ component: Home });

function Home() {
  const { brand } = Route.useSearch();
  const session = useSession();
  const overview = useQuery(overviewQuery(brand));
  const tasks = useQuery(tasksQuery({ owner: "me", state: "open", brand_id: brand, limit: 8 }));
  const stuck = useQuery(partnershipsQuery({ attention: true, brand_id: brand, limit: 8 }));
  const finance = hasRole(session, ["finance_preparer", "finance_releaser", "auditor"]);
  const lanes = useQuery({ ...payoutLanesQuery({ brand_id: brand }), enabled: finance });

  return (
    <Page title="Home" under={session && `Signed in as ${session.name}`}>
      {overview.error && !overview.data ? <LoadFailed error={overview.error} retry={() => void overview.refetch()} /> : lanes.error && !lanes.data ? <LoadFailed error={lanes.error} retry={() => void lanes.refetch()} /> : <Tiles overview={overview.data} lanes={lanes.data?.items} finance={finance} />}
      <div className={classes.columns}>
        <div className={classes.column}>
          <Section title="Your tasks by due time" flush actions={<Link to="/tasks">All tasks</Link>}>
            {tasks.data?.items.length === 0 ? (
              <EmptyState icon={IconChecklist} title="Nothing waits for you">
                A task appears here when something cannot go on without you, with the time by which it is needed.
              </EmptyState>
            ) : (
              <TaskList tasks={tasks.data?.items} error={tasks.error} retry={() => void tasks.refetch()} />
            )}
          </Section>
          <Section title="Partnerships that need someone" flush actions={<Link to="/partnerships" search={{ attention: true }}>All of them</Link>}>
            <DataTable
              label="Partnerships that need someone"
              flush
              columns={stuckColumns}
              rows={stuck.data?.items}
              rowId={({ id }) => id}
              error={stuck.error}
              retry={() => void stuck.refetch()}
              empty={<EmptyState icon={IconChecklist} title="Every partnership goes on by itself">One that is blocked or at risk is listed here.</EmptyState>}
            />
          </Section>
        </div>
        {(overview.data ?? !overview.error) && (
          <div className={classes.column}>
            <Section title="Partnerships by stage">
              <Funnel stages={overview.data?.stages} />
            </Section>
            {finance && (
              <Section title="Paid out by week">
                <Weeks weeks={overview.data?.paid_by_week} />
              </Section>
            )}
          </div>
        )}
      </div>
    </Page>
  );
}

const stuckColumns = columns<PartnershipSummary>([
  { id: "creator", header: "Creator", cell: ({ id, creator }) => <CreatorName creator={creator} link={{ to: "/partnerships/$id", params: { id } }} /> },
  { id: "stage", header: "Stage", cell: ({ stage }) => <StatusChip noun="stage" state={stage} />, phone: "head" },
  { id: "waiting", header: "Waiting for", cell: ({ waiting }) => (waiting[0] ? <TwoLines first={waiting[0].who} second={waiting[0].decision} /> : <span className="soft">Nobody</span>) },
  { id: "since", header: "Since", cell: ({ waiting, updated_at }) => <RelativeTime at={waiting[0]?.since ?? updated_at} inList /> },
]);

/** What waits, and for finance what is late, due and wrong: each leads to just those payments. */
function Tiles({ overview, lanes, finance }: { overview: Overview | undefined; lanes: PayoutLaneCount[] | undefined; finance: boolean }) {
  if (!overview || (finance && !lanes)) return <LoadingLines lines={2} />;
  const tiles: Tile[] = [
    { label: "Your open tasks", count: overview.tasks_open, late: overview.tasks_overdue, to: "/tasks" },
    { label: "Reviews for you", count: overview.reviews_mine, to: "/reviews" },
    { label: "New replies", count: overview.replies_new, to: "/inbox" },
    { label: "Need someone", count: overview.attention, to: "/partnerships", search: { attention: true } },
  ];
  const money = lanes?.map(({ lane, count }) => ({ label: `Payments: ${laneWords[lane].word.toLowerCase()}`, count, to: "/payouts", search: { lane } }));
  return (
    <>
      <TileRow tiles={tiles} />
      {money && <TileRow tiles={money} />}
    </>
  );
}

interface Tile {
  label: string;
  count: number;
  late?: number;
  to: string;
  search?: object;
}

function TileRow({ tiles }: { tiles: Tile[] }) {
  return (
    <ul className={classes.tiles}>
      {tiles.map(({ label, count, late = 0, to, search }) => (
        <li key={label}>
          <Link to={to} search={search} className={classes.tile}>
            <span className={`${classes.number} ${count === 0 ? "soft" : ""}`}>{count}</span>
            <span>{label}</span>
            {late > 0 && <span className={classes.late}>{late} overdue</span>}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Funnel({ stages }: { stages: Record<string, number> | undefined }) {
  if (!stages) return <LoadingLines />;
  const shown = (Object.keys(looks.stage) as Stage[]).filter((stage) => (stages[stage] ?? 0) > 0);
  if (shown.length === 0) return <p className="soft">No partnership was started yet.</p>;
  const most = Math.max(...shown.map((stage) => stages[stage] ?? 0));
  return (
    <ul className={classes.bars}>
      {shown.map((stage) => (
        <li key={stage}>
          <Link to="/partnerships" search={{ stage: [stage] }}>{looks.stage[stage].word}</Link>
          <span className={classes.bar} aria-hidden>
            <span style={{ width: `${((stages[stage] ?? 0) / most) * 100}%` }} />
          </span>
          <span className="tabular">{stages[stage]}</span>
        </li>
      ))}
    </ul>
  );
}

function Weeks({ weeks }: { weeks: Overview["paid_by_week"] | undefined }) {
  if (!weeks) return <LoadingLines />;
  if (weeks.length === 0) return <p className="soft">Nothing was paid out yet.</p>;
  const most = Math.max(...weeks.map(({ amount }) => amount.amount), 1);
  return (
    <ul className={classes.bars}>
      {weeks.map(({ week, amount }) => (
        <li key={`${week}-${amount.currency}`}>
          <span>{dateText(week)}</span>
          <span className={classes.bar} aria-hidden>
            <span style={{ width: `${(amount.amount / most) * 100}%` }} />
          </span>
          <Money value={amount} />
        </li>
      ))}
    </ul>
  );
}
