import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link } from "@tanstack/react-router";
import { IconChecklist, IconClockCheck, IconHistory, IconPencilCheck } from "@tabler/icons-react";
import { lazy, Suspense, useState, type ReactNode } from "react";

import { arrive, campaignHealthQuery, casesQuery, cashWeeksQuery, deliverablesQuery, keyDatesQuery, movesQuery, needsQuery, overviewQuery, partnershipsQuery, payoutLanesQuery, sessionQuery } from "../../api/queries";
import type { Case, Deliverable, KeyDate, Money as MoneyValue, Move, Overview, PartnershipSummary, PayoutLaneCount, Session } from "../../api/schema";
import { keyKinds } from "../../components/contract/keydates";
import { CreatorName } from "../../components/CreatorName";
import { columns, DataTable, TwoLines } from "../../components/DataTable";
import { LoadingLines } from "../../components/Loading";
import { EmptyState, LoadFailed } from "../../components/Notice";
import { Page, Section } from "../../components/Page";
import { CashOut } from "../../components/payout/CashOut";
import { laneWords } from "../../components/payout/laneWords";
import { RelativeTime } from "../../components/RelativeTime";
import { StatusChip } from "../../components/StatusChip";
import { NeedList } from "../../components/TaskList";
import { TourOffer } from "../../components/TourOffer";
import { addDays, dayOf } from "../../lib/days";
import { moneyText } from "../../lib/money";
import { books, hasRole, houseRoles, useSession, workRoles } from "../../lib/session";
import { markTourSeen, tourSeen } from "../../lib/tour";
import { sinceLastVisit, useLastVisit } from "../../lib/visit";
import classes from "./home.module.css";

const healthPart = () => import("../../components/CampaignHealth");
const CampaignHealth = lazy(healthPart);
const FirstSteps = lazy(() => import("../../components/FirstSteps"));
const NoBreaks = lazy(() => import("../../components/payout/NoBreaks"));

export const Route = createFileRoute("/_app/")({
  loader: async ({ context: { queryClient: queries }, location }) => {
    const session = queries.getQueryData(sessionQuery.queryKey);
    if (!session) return;
    const { brand } = location.search as { brand?: string };
    const shows = partsOf(session, brand);
    if (shows.health) void healthPart(); // it stands last and is not everybody's: its code comes beside what it shows
    const since = sinceLastVisit(session.user_id, Date.now()).since.toISOString();
    await arrive(
      queries.query(overviewQuery(brand)),
      ...(shows.needs ? [queries.query(needsOf(brand))] : []),
      ...(shows.money ? [queries.query(payoutLanesQuery({ brand_id: brand })), queries.query(cashWeeksQuery(brand ? { brand_id: brand } : {}))] : []),
      ...(shows.stuck ? [queries.query(stuckOf(brand)), queries.query(datesOf(brand))] : []),
      ...(shows.drafts ? [queries.query(draftsOf(brand))] : []),
      ...(shows.breaks ? [queries.query(breaksOf(brand))] : []),
      ...(shows.moves ? [queries.query(movesOf(brand, since))] : []),
      ...(shows.health ? [queries.query(campaignHealthQuery({ brand_id: brand, campaign_id: undefined }))] : []),
    );
  },
  component: HomePage,
});

/** The parts that a person has on home. */
const partsOf = (session: Session, brand: string | undefined) => ({
  needs: hasRole(session, workRoles, brand),
  money: hasRole(session, ["finance_preparer", "finance_releaser", "auditor"], brand),
  stuck: hasRole(session, ["ops", "admin", "legal"], brand),
  drafts: hasRole(session, ["ops", "admin"], brand),
  breaks: hasRole(session, books, brand),
  moves: hasRole(session, houseRoles, brand),
  health: hasRole(session, ["ops", "admin", "auditor", "guest"], brand),
});

const needsOf = (brand: string | undefined) => needsQuery({ brand_id: brand, limit: 8 });
const stuckOf = (brand: string | undefined) => partnershipsQuery({ attention: true, brand_id: brand, limit: 8 });
const breaksOf = (brand: string | undefined) => casesQuery({ brand_id: brand, state: "open", limit: 5 });
const datesOf = (brand: string | undefined) => keyDatesQuery({ brand_id: brand, state: "open", limit: 5 });
// A draft that was due last week still is.
const draftsOf = (brand: string | undefined) =>
  deliverablesQuery({ brand_id: brand, state: owed, due_to: `${addDays(dayOf(new Date()), 7)}T00:00:00Z`, limit: draftsShown });
const movesOf = (brand: string | undefined, since: string) => movesQuery({ brand_id: brand, since, limit: 10 });

function HomePage() {
  const session = useSession();
  return session ? <Home key={session.user_id} session={session} /> : <Page title="Home"><LoadingLines /></Page>;
}

/** The parts of each of the person's roles, the most urgent first: what waits for them, money, what is stuck, what moved, and how it goes. */
function Home({ session }: { session: Session }) {
  const { brand } = Route.useSearch();
  const overview = useQuery(overviewQuery(brand));
  const shows = partsOf(session, brand);
  const lanes = useQuery({ ...payoutLanesQuery({ brand_id: brand }), enabled: shows.money });
  const [isNew, setNew] = useState(() => !tourSeen(session.user_id));
  // Nobody is shown around where there is nothing to see.
  const isEmpty = overview.data !== undefined && Object.keys(overview.data.stages).length === 0;
  const failed = [overview, lanes].find(({ error, data }) => error && !data);

  return (
    <Page title="Home" under={`Signed in as ${session.name}`}>
      <Suspense>
        {isEmpty && hasRole(session, ["ops", "admin"], brand) && <FirstSteps />}
        {isNew && overview.data && !isEmpty && (
          <TourOffer
            answer={() => {
              markTourSeen(session.user_id);
              setNew(false);
            }}
          />
        )}
      </Suspense>
      {failed ? <LoadFailed error={failed.error} retry={() => void failed.refetch()} /> : <Tiles overview={overview.data} lanes={lanes.data?.items} finance={shows.money} works={shows.needs} answers={shows.drafts} />}
      <div className={classes.columns}>
        <div className={classes.column}>
          {shows.needs && <Needs brand={brand} />}
          {shows.money && <CashOut brandId={brand} />}
          {shows.stuck && <Stuck brand={brand} />}
        </div>
        <div className={classes.column}>
          {shows.breaks && <Breaks brand={brand} />}
          {shows.drafts && <Drafts brand={brand} />}
          {shows.stuck && <Dates brand={brand} />}
          {shows.moves && <Moves brand={brand} userId={session.user_id} />}
        </div>
      </div>
      {shows.health && (
        <>
          <h2 className={classes.heading}>Campaign health</h2>
          <Suspense fallback={<LoadingLines lines={3} />}><CampaignHealth brandId={brand} /></Suspense>
        </>
      )}
    </Page>
  );
}

function Needs({ brand }: { brand: string | undefined }) {
  const needs = useQuery(needsOf(brand));
  return (
    <Section title="What needs you, by due time" flush actions={<span className={classes.links}><Link to="/tasks">All tasks</Link><Link to="/reviews">All reviews</Link></span>}>
      {needs.data?.items.length === 0 ? (
        <EmptyState icon={IconChecklist} title="Nothing waits for you">
          What cannot go on without you appears here, with the time by which it is needed and what happens else.
        </EmptyState>
      ) : (
        <NeedList needs={needs.data?.items} error={needs.error} retry={() => void needs.refetch()} />
      )}
    </Section>
  );
}

const stuckColumns = columns<PartnershipSummary>([
  { id: "creator", header: "Creator", cell: ({ id, creator }) => <CreatorName creator={creator} link={{ to: "/partnerships/$id", params: { id } }} /> },
  { id: "why", header: "Why", cell: ({ why, waiting }) => <TwoLines first={why ?? waiting[0]?.decision ?? "Somebody is needed"} second={waiting[0] && (why ? `Next: ${waiting[0].decision} (${waiting[0].who})` : `Waits for ${waiting[0].who}`)} /> },
  { id: "stage", header: "Stage", cell: ({ stage }) => <StatusChip noun="stage" state={stage} />, phone: "head", wide: true },
  { id: "since", header: "Since", cell: ({ waiting, updated_at }) => <RelativeTime at={waiting[0]?.since ?? updated_at} inList /> },
]);

function Stuck({ brand }: { brand: string | undefined }) {
  const stuck = useQuery(stuckOf(brand));
  return (
    <Section title="Partnerships that need someone" flush actions={<Link to="/partnerships" search={{ attention: true }}>All of them</Link>}>
      <DataTable
        label="Partnerships that need someone"
        flush
        columns={stuckColumns}
        rows={stuck.data?.items}
        rowId={({ id }) => id}
        error={stuck.error}
        retry={() => void stuck.refetch()}
        empty={<EmptyState icon={IconChecklist} title="Every partnership goes on by itself">One that is blocked or at risk is listed here, with the reason.</EmptyState>}
      />
    </Section>
  );
}

/** The differences between the books and Stripe that nobody has explained yet. */
function Breaks({ brand }: { brand: string | undefined }) {
  const cases = useQuery(breaksOf(brand));
  return (
    <Section title="Differences in the books" flush actions={<Link to="/reconciliation">All of them</Link>}>
      <Lines<Case>
        query={cases}
        line={({ id, about, detail, ours, theirs, first_seen_at }) => ({
          key: id,
          link: <Link to="/reconciliation" search={{ case: id }}>{about}</Link>,
          says: detail,
          side: ours ?? theirs ? <RelativeTime at={first_seen_at} inList /> : undefined,
        })}
        empty={<Suspense fallback={<LoadingLines lines={2} />}><NoBreaks /></Suspense>}
      />
    </Section>
  );
}

/** The drafts that creators owe by now or within a week, the first one first. */
function Drafts({ brand }: { brand: string | undefined }) {
  const drafts = useQuery(draftsOf(brand));
  return (
    <Section title="Drafts that are due" flush actions={<Link to="/partnerships/deliverables">Deliverables</Link>}>
      <Lines<Deliverable>
        query={drafts}
        line={({ id, partnership_id: partnership, creator, title, campaign_name: campaign, due_at: due }) => ({
          key: id,
          link: <Link to="/partnerships/$id" params={{ id: partnership }} hash={`piece-${id}`}>{creator?.name}</Link>,
          says: <>{title} · {campaign}</>,
          side: due && <RelativeTime at={due} inList />,
        })}
        empty={<EmptyState icon={IconPencilCheck} title="No draft is due this week">What creators are to hand in is listed here a week before.</EmptyState>}
      />
      {drafts.data?.next_cursor && <p className={classes.more}>There are more, among the deliverables.</p>}
    </Section>
  );
}

const draftsShown = 6;

/** The states of a deliverable of which no draft, or not the right one, is here. */
const owed = ["planned", "brief_sent", "awaiting_draft", "changes_requested", "late"];

/** What ends soon, and is lost when nobody decides. */
function Dates({ brand }: { brand: string | undefined }) {
  const dates = useQuery(datesOf(brand));
  return (
    <Section title="At risk: the next dates" flush actions={<Link to="/contracts/dates">All key dates</Link>}>
      <Lines<KeyDate>
        query={dates}
        line={({ key, kind, at, creator, campaign_name, partnership_id }) => ({
          key,
          link: <Link to="/partnerships/$id" params={{ id: partnership_id }}>{creator.name}</Link>,
          says: <>{atStake[kind]} <RelativeTime at={at} inList /> · {campaign_name}</>,
        })}
        empty={<EmptyState icon={IconClockCheck} title="No date waits for a decision">Renewals to decide and rights that end are listed here, the next one first.</EmptyState>}
      />
    </Section>
  );
}

const atStake: Record<KeyDate["kind"], string> = {
  option_end: `${keyKinds.option_end.word}:`,
  renewal_notice: "Without a decision the contract lapses: decide",
  term_end: `${keyKinds.term_end.word}:`,
  rights_end: `${keyKinds.rights_end.word}:`,
  allowlisting_end: `${keyKinds.allowlisting_end.word}:`,
  exclusivity_end: `${keyKinds.exclusivity_end.word}:`,
};

function Moves({ brand, userId }: { brand: string | undefined; userId: string }) {
  const { since, visit } = useLastVisit(userId);
  const moves = useQuery(movesOf(brand, since));
  const more = moves.data?.next_cursor;
  return (
    <Section title="What moved" flush actions={<span className="soft">since <RelativeTime at={since} /></span>}>
      <Lines<Move>
        query={moves}
        line={({ what, partnership_id, creator_name, campaign_name }) => ({
          key: what.id,
          link: <Link to="/partnerships/$id" params={{ id: partnership_id }}>{creator_name}</Link>,
          says: <>{what.title} · {campaign_name}</>,
          side: <>{what.at > visit && <strong>New · </strong>}<RelativeTime at={what.at} inList /></>,
        })}
        empty={<EmptyState icon={IconHistory} title="Nothing moved since then" action={<Link to="/partnerships">See the partnerships</Link>}>Answers, signatures, drafts and payments appear here as they come, and what went wrong.</EmptyState>}
      />
      {more && <p className={classes.more}>There is more: <Link to="/partnerships">the partnerships that changed last</Link> come first in their list.</p>}
    </Section>
  );
}

interface Listed<T> {
  data: { items: T[] } | undefined;
  error: unknown;
  refetch: () => unknown;
}

/** A short list in a narrow column: a link, what is said about it, and when. */
function Lines<T>({ query, line, empty }: { query: Listed<T>; line: (item: T) => { key: string; link: ReactNode; says: ReactNode; side?: ReactNode }; empty: ReactNode }) {
  if (query.error && !query.data) return <LoadFailed error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <div className={classes.loading}><LoadingLines /></div>;
  if (query.data.items.length === 0) return empty;
  return (
    <ul className={classes.lines}>
      {query.data.items.map(line).map(({ key, link, says, side }) => (
        <li key={key}>
          <span>{link}</span>
          {side && <span className="soft">{side}</span>}
          <div className="soft">{says}</div>
        </li>
      ))}
    </ul>
  );
}

/** What waits, and for finance what is late, due and wrong: each leads to just those payments. */
function Tiles({ overview, lanes, finance, works, answers }: { overview: Overview | undefined; lanes: PayoutLaneCount[] | undefined; finance: boolean; works: boolean; answers: boolean }) {
  if (!overview || (finance && !lanes)) return <LoadingLines lines={2} />;
  const tiles: Tile[] = [
    ...(works ? [
      { label: "Your open tasks", count: overview.tasks_open, late: overview.tasks_overdue, to: "/tasks" },
      { label: "Reviews for you", count: overview.reviews_mine, to: "/reviews" },
    ] : []),
    ...(answers ? [{ label: "Waiting for an answer", count: overview.replies_new, to: "/inbox", search: { box: "waiting" } }] : []),
    { label: "Need someone", count: overview.attention, to: "/partnerships", search: { attention: true } },
  ];
  const money = lanes?.map(({ lane, count, amounts }) => ({ label: `Payments: ${laneWords[lane].word.toLowerCase()}`, count, amounts, to: "/payouts", search: { lane } }));
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
  /** What it comes to, one sum a currency. */
  amounts?: MoneyValue[];
  to: string;
  search?: object;
}

function TileRow({ tiles }: { tiles: Tile[] }) {
  return (
    <ul className={classes.tiles}>
      {tiles.map(({ label, count, late = 0, amounts = [], to, search }) => (
        <li key={label}>
          <Link to={to} search={search} className={classes.tile}>
            <span className={`${classes.number} ${count === 0 ? "soft" : ""}`}>{count}</span>
            <span>{label}</span>
            {amounts.length > 0 && <span className="soft">{amounts.map(moneyText).join(" + ")}</span>}
            {late > 0 && <span className={classes.late}>{late} overdue</span>}
          </Link>
        </li>
      ))}
    </ul>
  );
}
