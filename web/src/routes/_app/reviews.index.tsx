import { Button, SegmentedControl } from "@mantine/core";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { IconAlertTriangle, IconEyeCheck, IconSearchOff } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

import { firstPage, usePages } from "../../api/pages";
import { arrive, reviewsQuery } from "../../api/queries";
import type { DecisionCreate, ReviewSummary } from "../../api/schema";
import { CreatorName } from "../../components/CreatorName";
import { columns, DataTable, TwoLines } from "../../components/DataTable";
import { Downloads } from "../../components/Downloads";
import { Filters, SearchInput } from "../../components/Filters";
import { LoadMore } from "../../components/LoadMore";
import { EmptyState } from "../../components/Notice";
import { Page } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";
import classes from "../../components/review/Review.module.css";
import { lookFirst } from "../../components/review/safe";
import { Chip, StatusChip } from "../../components/StatusChip";
import * as url from "../../lib/search";
import { hasRole, houseRoles, useSession } from "../../lib/session";
import { useShortcuts } from "../../lib/shortcuts";

const BulkApprove = lazy(() => import("../../components/review/BulkApprove"));

const filters = url.search({
  q: url.words,
  whose: url.oneOf(["me", "all"]),
  state: url.oneOf(["waiting", "held", "approved", "changes_requested", "rejected", "any"]),
  cursor: url.cursor,
});

type Address = url.Read<typeof filters> & { brand?: string };

const filterOf = ({ q, brand, whose = "me", state = "waiting" }: Address) => ({ q, brand_id: brand, assigned_to: whose === "me" ? "me" : undefined, state: state === "any" ? undefined : state });

const listOf = (address: Address) => (cursor?: string) => reviewsQuery({ ...filterOf(address), cursor });

export const Route = createFileRoute("/_app/reviews/")({
  validateSearch: filters,
  loader: ({ context, location }) => {
    const address = location.search as Address;
    return arrive(firstPage(context.queryClient, listOf(address), address.cursor));
  },
  component: Reviews,
});

const cols = columns<ReviewSummary>([
  { id: "creator", header: "Creator", cell: ({ id, creator }) => <CreatorName creator={creator} link={{ to: "/reviews/$id", params: { id } }} /> },
  { id: "content", header: "Content", cell: ({ deliverable_title, version }) => <TwoLines first={deliverable_title} second={`version ${version}`} /> },
  { id: "campaign", header: "Campaign", cell: ({ campaign_name }) => campaign_name, phone: "hide", wide: true },
  { id: "stage", header: "Stage", cell: ({ stage_name, behalf }) => <TwoLines first={stage_name ?? "–"} second={behalf && `for ${behalf.name}`} /> },
  {
    id: "checks", header: "Checks",
    cell: ({ state, warnings }) => state === "checking" ? <span className="soft">running</span> : warnings > 0 ? (
      <Chip tone="attention" icon={<IconAlertTriangle size={13} aria-hidden />}>{warnings} {warnings === 1 ? "warning" : "warnings"}</Chip>
    ) : <span className="soft">no warning</span>,
  },
  { id: "state", header: "State", cell: ({ state }) => <StatusChip noun="review" state={state} />, phone: "head" },
  { id: "due", header: "Due", cell: ({ due_at }) => <RelativeTime at={due_at} inList /> },
  { id: "silence", header: "Waits until", cell: ({ silence_at }) => <RelativeTime at={silence_at} inList /> },
]);

const none: ReviewSummary[] = [];

/** The row that holds the keyboard. */
function focusedReview(rows: ReviewSummary[]): ReviewSummary | undefined {
  const link = document.activeElement?.closest("[data-row]")?.querySelector<HTMLAnchorElement>("a[href*='/reviews/']");
  return rows.find(({ id }) => link?.pathname.endsWith(id));
}

function Reviews() {
  const address = Route.useSearch();
  const { q, brand, whose = "me", state = "waiting", cursor } = address;
  const navigate = useNavigate({ from: Route.fullPath });
  const session = useSession();
  const list = usePages(listOf(address), cursor);
  const rows = list.data?.items ?? none;
  const [marked, setMarked] = useState<Record<string, true>>({});
  const [together, setTogether] = useState<ReviewSummary[]>();
  const chosen = rows.filter(({ id }) => marked[id]);
  const safe = chosen.filter((review) => lookFirst(review) === undefined);
  const set = (change: url.Read<typeof filters>) => {
    setMarked({});
    void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });
  };

  const open = (decide?: DecisionCreate["decision"]) => {
    const review = focusedReview(rows) ?? rows[0];
    if (review) void navigate({ to: "/reviews/$id", params: { id: review.id }, search: { decide } });
  };
  const mark = () => {
    const review = focusedReview(rows);
    if (!review) return;
    setMarked(({ [review.id]: was, ...others }) => (was ? others : { ...others, [review.id]: true }));
  };
  const approveTogether = () => {
    if (chosen.length > 0) setTogether(chosen);
  };
  useShortcuts("Review queue", [
    { keys: "o", label: "Open the chosen review, or the first", run: () => open() },
    { keys: "Enter", label: "Open the chosen review, or the first", run: () => open() },
    { keys: "a", label: "Approve the chosen review", run: () => open("approve") },
    { keys: "c", label: "Approve the chosen review with corrections", run: () => open("approve_with_corrections") },
    { keys: "r", label: "Request changes in the chosen review", run: () => open("request_changes") },
    { keys: "x", label: "Reject the chosen review", run: () => open("reject") },
    { keys: "s", label: "Mark the chosen review, to approve several together", run: mark },
    { keys: "A", label: "Approve the marked reviews", run: approveTogether },
  ]);

  return (
    <Page
      title="Reviews"
      under="Content that waits for a decision, by due time. Keys: ↑ ↓ choose, o opens, a approves, r requests changes, ? lists all."
      actions={hasRole(session, houseRoles, brand) && <Downloads path="/v1/reviews/export" query={filterOf(address)} as={["csv", "xlsx"]} />}
    >
      <Filters>
        <SearchInput label="Search creators" value={q} onChange={(value) => set({ q: value })} />
        <SegmentedControl aria-label="Whose reviews" value={whose} onChange={(value) => set({ whose: value, state: undefined })} data={[{ value: "me", label: "For you" }, { value: "all", label: "Everybody’s" }]} />
        <SegmentedControl
          aria-label="State"
          value={state}
          onChange={(value) => set({ state: value })}
          data={[
            { value: "waiting", label: "Waiting" }, { value: "held", label: "Held" },
            // Who is asked is known only while a review waits.
            ...(whose === "all" ? [{ value: "approved" as const, label: "Approved" }, { value: "changes_requested" as const, label: "Changes" }, { value: "any" as const, label: "Any" }] : []),
          ]}
        />
      </Filters>
      {chosen.length > 0 && (
        <div className={classes.marked} role="group" aria-label="Marked reviews">
          <Button size="xs" onClick={approveTogether}>{safe.length > 0 ? `Approve ${safe.length}` : "See why none can be approved together"}</Button>
          <span className="soft" role="status">
            {chosen.length} marked{safe.length < chosen.length && `, ${chosen.length - safe.length} must be looked at one by one`}
          </span>
          <Button size="xs" variant="subtle" color="gray" onClick={() => setMarked({})}>Unmark all</Button>
        </div>
      )}
      <DataTable
        label="Reviews"
        columns={cols}
        rows={list.data?.items}
        more={list.more.hasNextPage}
        sortAgain={list.sortAgain}
        rowId={({ id }) => id}
        arrows
        chosen={{ value: marked, onChange: setMarked, nameOf: ({ creator, deliverable_title }) => `${creator.name}, ${deliverable_title}` }}
        error={list.error}
        retry={() => void list.refetch()}
        empty={
          whose === "me" && state === "waiting" && !q ? (
            <EmptyState icon={IconEyeCheck} title="No content waits for your decision" action={<Button variant="default" onClick={() => set({ whose: "all" })}>See everybody’s reviews</Button>}>When a creator submits a draft and the policy asks you, it appears here with the time by which you decide.</EmptyState>
          ) : (
            <EmptyState icon={IconSearchOff} title="No review matches" action={<Button variant="default" onClick={() => set({ q: undefined, whose: "all", state: "any" })}>See all reviews</Button>}>Or choose another name or state.</EmptyState>
          )
        }
      />
      <LoadMore more={list.more} cursor={cursor} toStart={() => set({ cursor: undefined })} />
      <Suspense>
        {together && <BulkApprove chosen={together} onClose={() => setTogether(undefined)} />}
      </Suspense>
    </Page>
  );
}
