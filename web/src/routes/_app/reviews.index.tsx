import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { IconEyeCheck, IconSearchOff } from "@tabler/icons-react";

import { reviewsQuery } from "../../api/queries";
import type { ReviewSummary } from "../../api/schema";
import { CreatorName } from "../../components/CreatorName";
import { columns, DataTable, Pager, TwoLines } from "../../components/DataTable";
import { Filters } from "../../components/Filters";
import { EmptyState } from "../../components/Notice";
import { Page } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";
import { StatusChip } from "../../components/StatusChip";
import * as url from "../../lib/search";
import { useShortcuts } from "../../lib/shortcuts";

const filters = url.search({
  whose: url.oneOf(["me", "all"]),
  state: url.oneOf(["waiting", "held", "approved", "changes_requested", "rejected", "any"]),
  cursor: url.cursor,
});

export const Route = createFileRoute("/_app/reviews/")({ validateSearch: filters, component: Reviews });

const cols = columns<ReviewSummary>([
  { id: "creator", header: "Creator", cell: ({ id, creator }) => <CreatorName creator={creator} link={{ to: "/reviews/$id", params: { id } }} /> },
  { id: "content", header: "Content", cell: ({ deliverable_title, version }) => <TwoLines first={deliverable_title} second={`version ${version}`} /> },
  { id: "campaign", header: "Campaign", cell: ({ campaign_name }) => campaign_name, phone: "hide" },
  { id: "stage", header: "Stage", cell: ({ stage_name }) => stage_name ?? "" },
  { id: "state", header: "State", cell: ({ state }) => <StatusChip noun="review" state={state} />, phone: "head" },
  { id: "due", header: "Due", cell: ({ due_at }) => <RelativeTime at={due_at} inList /> },
]);

/** The review whose row holds the keyboard, else the first. */
function focusedReview(rows: ReviewSummary[]): ReviewSummary | undefined {
  const link = document.activeElement?.closest("[data-row]")?.querySelector<HTMLAnchorElement>("a[href*='/reviews/']");
  return rows.find(({ id }) => link?.pathname.endsWith(id)) ?? rows[0];
}

function Reviews() {
  const { brand, whose = "me", state = "waiting", cursor } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const list = useQuery(reviewsQuery({ brand_id: brand, assigned_to: whose === "me" ? "me" : undefined, state: state === "any" ? undefined : state, cursor }));
  const rows = list.data?.items ?? [];
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });

  const open = (decide?: "approve" | "request_changes" | "reject") => {
    const review = focusedReview(rows);
    if (review) void navigate({ to: "/reviews/$id", params: { id: review.id }, search: { decide } });
  };
  useShortcuts("Review queue", [
    { keys: "o", label: "Open the chosen review, or the first", run: () => open() },
    { keys: "a", label: "Approve the chosen review", run: () => open("approve") },
    { keys: "r", label: "Request changes in the chosen review", run: () => open("request_changes") },
    { keys: "x", label: "Reject the chosen review", run: () => open("reject") },
  ]);

  return (
    <Page title="Reviews" under="Content that waits for a decision, by due time. Keys: j and k choose, o opens, a approves, r requests changes.">
      <Filters>
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
      <DataTable
        label="Reviews"
        columns={cols}
        rows={list.data?.items}
        rowId={({ id }) => id}
        error={list.error}
        retry={() => void list.refetch()}
        empty={
          whose === "me" && state === "waiting" ? (
            <EmptyState icon={IconEyeCheck} title="No content waits for your decision">When a creator submits a draft and the policy asks you, it appears here with the time by which you decide.</EmptyState>
          ) : (
            <EmptyState icon={IconSearchOff} title="No review matches">Choose another state or everybody’s reviews.</EmptyState>
          )
        }
      />
      <Pager shown={rows.length} cursor={cursor} nextCursor={list.data?.next_cursor} go={(next) => set({ cursor: next })} />
    </Page>
  );
}
