import { infiniteQueryOptions, keepPreviousData, queryOptions, type QueryClient, type QueryKey, type UseQueryOptions } from "@tanstack/react-query";

import { api, body, tagged } from "./client";
import type { ApprovalPart, DraftChoices, paths, SequenceMoveAsk } from "./schema";

// The only place that names query keys. A key is [noun, kind, …]: the stream of changes speaks of nouns,
// so a change of one noun refreshes its lists and the one thing it names.

type Params<P extends keyof paths> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? NonNullable<Q> : never;

export type PartnershipFilter = Params<"/v1/partnerships">;
export type CreatorFilter = Params<"/v1/creators">;
export type UserFilter = Params<"/v1/users">;
export type CampaignFilter = Params<"/v1/campaigns">;
export type ContractFilter = Params<"/v1/contracts">;
export type DeliverableFilter = Params<"/v1/deliverables">;
export type ReviewFilter = Params<"/v1/reviews">;
export type PayoutFilter = Params<"/v1/payouts">;
export type ReversalFilter = Params<"/v1/reversals">;
export type TaskFilter = Params<"/v1/tasks">;
export type ThreadFilter = Params<"/v1/threads">;
export type LedgerFilter = Params<"/v1/ledger/transactions">;
export type RenewalFilter = Params<"/v1/renewals">;
export type ConflictFilter = Params<"/v1/conflicts">;
export type KeyDateFilter = Params<"/v1/key-dates">;
export type CalendarEntryFilter = Params<"/v1/calendar">;
export type TextFilter = Params<"/v1/search/texts">;
export type SuppressionFilter = Params<"/v1/suppressions">;

const id = (value: string) => ({ path: { id: value } });

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => body(api.GET("/v1/session", { signal })),
  staleTime: 60_000,
  retry: false,
});

export const overviewQuery = (brand_id?: string) =>
  queryOptions({
    queryKey: ["overview", "list", { brand_id }],
    queryFn: ({ signal }) => body(api.GET("/v1/overview", { params: { query: { brand_id } }, signal })),
    placeholderData: keepPreviousData,
  });

export const needsQuery = (query: Params<"/v1/needs">) =>
  queryOptions({
    queryKey: ["overview", "needs", query],
    queryFn: ({ signal }) => body(api.GET("/v1/needs", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const movesQuery = (query: Params<"/v1/moves">) =>
  queryOptions({
    queryKey: ["overview", "moves", query],
    queryFn: ({ signal }) => body(api.GET("/v1/moves", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

// It moves slowly and is read over thousands of rows: once a minute is fresh.
export const campaignHealthQuery = (query: Params<"/v1/campaign-health">) =>
  queryOptions({
    queryKey: ["health", "list", query],
    queryFn: ({ signal }) => body(api.GET("/v1/campaign-health", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    refetchInterval: 60_000,
  });

export const partnershipsQuery = (query: PartnershipFilter) =>
  queryOptions({
    queryKey: ["partnership", "list", query],
    queryFn: ({ signal }) => body(api.GET("/v1/partnerships", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const partnershipCountQuery = (query: Params<"/v1/partnerships/count">) => ({
  queryKey: ["partnership", "count", query] as const,
  queryFn: ({ signal }: { signal: AbortSignal }) => body(api.GET("/v1/partnerships/count", { params: { query }, signal })),
});

// What the workflows answer reaches the page by the stream; a batch whose last answers refuse changes nothing that the stream tells of.
export const partnershipBatchQuery = (value: string) =>
  infiniteQueryOptions({
    queryKey: ["partnership", "batch", value],
    queryFn: ({ signal, pageParam }) => body(api.GET("/v1/partnership-batches/{id}", { params: { ...id(value), query: { limit: 200, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor,
    refetchInterval: ({ state: { data } }) => (data?.pages[0]?.pending === 0 ? false : 1_000),
  });

export const partnershipQuery = (value: string) =>
  queryOptions({
    queryKey: ["partnership", "one", value],
    queryFn: ({ signal }) => body(api.GET("/v1/partnerships/{id}", { params: id(value), signal })),
  });

export const partnershipEventsQuery = (value: string, kind: string[]) =>
  infiniteQueryOptions({
    queryKey: ["partnership", "one", value, "events", kind],
    queryFn: ({ signal, pageParam }) =>
      body(api.GET("/v1/partnerships/{id}/events", {
        params: { ...id(value), query: { limit: 50, cursor: pageParam, kind: kind.length > 0 ? kind : undefined } },
        signal,
      })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
  });

/** What may be kept of a partnership, newest first. */
export const partnershipFilesQuery = (value: string) => (cursor?: string) =>
  queryOptions({
    queryKey: ["partnership", "one", value, "files", cursor],
    queryFn: ({ signal }) => body(api.GET("/v1/partnerships/{id}/files", { params: { ...id(value), query: { limit: 10, cursor } }, signal })),
  });

export const partnershipMessagesQuery = (value: string) =>
  queryOptions({
    queryKey: ["partnership", "one", value, "messages"],
    queryFn: ({ signal }) => body(api.GET("/v1/partnerships/{id}/messages", { params: { ...id(value), query: { limit: 50 } }, signal })),
  });

/** The sequences that run, and what each will do. */
export const runningSequencesQuery = (value: string) =>
  queryOptions({
    queryKey: ["partnership", "one", value, "sequences"],
    queryFn: ({ signal }) => body(api.GET("/v1/partnerships/{id}/sequences", { params: id(value), signal })),
  });

/** What moving a running sequence would do; nothing is moved. */
export const sequenceMoveQuery = (value: string, ask: Omit<SequenceMoveAsk, "dry_run">) =>
  queryOptions({
    queryKey: ["partnership", "one", value, "sequences", "move", ask],
    queryFn: ({ signal }) => body(api.POST("/v1/partnerships/{id}/sequence-moves", { params: id(value), body: { ...ask, dry_run: true }, signal })),
    placeholderData: keepPreviousData,
    staleTime: 0,
    retry: false,
  });

export const threadsQuery = (query: ThreadFilter) =>
  queryOptions({
    queryKey: ["thread", "list", query],
    queryFn: ({ signal }) => body(api.GET("/v1/threads", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const threadQuery = (value: string) =>
  queryOptions({
    queryKey: ["thread", "one", value],
    queryFn: ({ signal }) => body(api.GET("/v1/threads/{id}", { params: id(value), signal })),
  });

/** Newest first, as far back as somebody has asked for. */
export const threadMessagesQuery = (value: string) =>
  infiniteQueryOptions({
    queryKey: ["thread", "one", value, "messages"],
    queryFn: ({ signal, pageParam }) =>
      body(api.GET("/v1/threads/{id}/messages", { params: { ...id(value), query: { limit: 50, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor,
  });

/** Filled for the partnership. */
export const cannedAnswersQuery = (brand_id: string, partnership_id: string) =>
  queryOptions({
    queryKey: ["canned", "list", { brand_id, partnership_id }],
    queryFn: ({ signal }) => body(api.GET("/v1/canned-answers", { params: { query: { brand_id, partnership_id } }, signal })),
  });

export const unmatchedMailQuery = (cursor?: string) =>
  queryOptions({
    queryKey: ["message", "list", "unmatched", cursor],
    queryFn: ({ signal }) => body(api.GET("/v1/messages/unmatched", { params: { query: { limit: 30, cursor } }, signal })),
    placeholderData: keepPreviousData,
  });

export const partnershipWorkflowQuery = (value: string) =>
  queryOptions({
    queryKey: ["partnership", "one", value, "workflow"],
    queryFn: ({ signal }) => body(api.GET("/v1/partnerships/{id}/workflow", { params: id(value), signal })),
    staleTime: 0,
    retry: false,
  });

export const campaignsQuery = (query: CampaignFilter) =>
  queryOptions({
    queryKey: ["campaign", "list", query],
    queryFn: ({ signal }) => body(api.GET("/v1/campaigns", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const campaignQuery = (value: string) =>
  queryOptions({
    queryKey: ["campaign", "one", value],
    queryFn: ({ signal }) => tagged(api.GET("/v1/campaigns/{id}", { params: id(value), signal })),
  });

export const creatorsQuery = (query: CreatorFilter) =>
  queryOptions({
    queryKey: ["creator", "list", query],
    queryFn: ({ signal }) => body(api.GET("/v1/creators", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const creatorQuery = (value: string) =>
  queryOptions({
    queryKey: ["creator", "one", value],
    queryFn: ({ signal }) => tagged(api.GET("/v1/creators/{id}", { params: id(value), signal })),
  });

export const creatorTimelineQuery = (value: string) =>
  infiniteQueryOptions({
    queryKey: ["creator", "one", value, "timeline"],
    queryFn: ({ signal, pageParam }) =>
      body(api.GET("/v1/creators/{id}/timeline", { params: { ...id(value), query: { limit: 50, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor,
  });

export const creatorProfileQuery = (value: string, brand_id: string) =>
  queryOptions({
    queryKey: ["creator", "one", value, "profile", brand_id],
    queryFn: ({ signal }) => tagged(api.GET("/v1/creators/{id}/profile", { params: { ...id(value), query: { brand_id } }, signal })),
  });

export const creatorDuplicatesQuery = (value: string) =>
  queryOptions({
    queryKey: ["creator", "one", value, "duplicates"],
    queryFn: ({ signal }) => body(api.GET("/v1/creators/{id}/duplicates", { params: id(value), signal })),
  });

export const creatorMergesQuery = (value: string) =>
  queryOptions({
    queryKey: ["creator", "one", value, "merges"],
    queryFn: ({ signal }) => body(api.GET("/v1/creators/{id}/merges", { params: id(value), signal })),
  });

export const creatorFieldsQuery = (brand_id?: string) =>
  queryOptions({
    queryKey: ["creator_field", "list", { brand_id }],
    queryFn: ({ signal }) => body(api.GET("/v1/creator-fields", { params: { query: { brand_id } }, signal })),
    staleTime: 60_000,
  });

export const contractsQuery = (query: ContractFilter) =>
  queryOptions({
    queryKey: ["contract", "list", query],
    queryFn: ({ signal }) => body(api.GET("/v1/contracts", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const contractQuery = (value: string) =>
  queryOptions({
    queryKey: ["contract", "one", value],
    queryFn: ({ signal }) => body(api.GET("/v1/contracts/{id}", { params: id(value), signal })),
  });

/** A contract that is not out for signature, with all that can be chosen for its text. */
export const contractDraftQuery = (value: string) =>
  queryOptions({
    queryKey: ["contract", "one", value, "draft"],
    queryFn: ({ signal }) => body(api.GET("/v1/contracts/{id}/draft", { params: id(value), signal })),
  });

/** The text that choices would make of a contract, by the server. It writes nothing and has no key: its answer would be kept for each letter. */
export const draftPreviewQuery = (value: string, choices: DraftChoices) =>
  queryOptions({
    queryKey: ["contract", "one", value, "preview", choices],
    queryFn: ({ signal }) => body(api.POST("/v1/contracts/{id}/draft/preview", { params: id(value), body: choices, signal })),
    placeholderData: keepPreviousData,
  });

/** The texts that a contract's can be compared with. */
export const comparisonQuery = (value: string) =>
  queryOptions({
    queryKey: ["contract", "one", value, "comparison"],
    queryFn: ({ signal }) => body(api.GET("/v1/contracts/{id}/comparison", { params: id(value), signal })),
  });

export const reviewsQuery = (query: ReviewFilter) =>
  queryOptions({
    queryKey: ["review", "list", query],
    queryFn: ({ signal }) => body(api.GET("/v1/reviews", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const reviewQuery = (value: string) =>
  queryOptions({
    queryKey: ["review", "one", value],
    queryFn: ({ signal }) => body(api.GET("/v1/reviews/{id}", { params: id(value), signal })),
  });

/** The links of outside reviewers. */
export const reviewLinksQuery = (value: string) =>
  queryOptions({
    queryKey: ["review", "one", value, "links"],
    queryFn: ({ signal }) => body(api.GET("/v1/reviews/{id}/links", { params: id(value), signal })),
    retry: false,
  });

export const deliverablesQuery = (query: DeliverableFilter) =>
  queryOptions({
    queryKey: ["deliverable", "list", query],
    queryFn: ({ signal }) => body(api.GET("/v1/deliverables", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

/** Every version of a deliverable, newest first. */
export const submissionsQuery = (deliverable: string) =>
  queryOptions({
    queryKey: ["submission", "list", deliverable],
    queryFn: ({ signal }) => body(api.GET("/v1/deliverables/{id}/submissions", { params: id(deliverable), signal })),
  });

/** Comments on a version. The stream does not speak of them, so an open page looks again. */
export const commentsQuery = (submission: string) =>
  queryOptions({
    queryKey: ["comment", "list", submission],
    queryFn: ({ signal }) => body(api.GET("/v1/submissions/{id}/comments", { params: id(submission), signal })),
    refetchInterval: 30_000,
  });

/** Terms by the last day on which their renewal is decided. */
export const renewalsQuery = (query: RenewalFilter) =>
  queryOptions({
    queryKey: ["partnership", "list", "renewals", query],
    queryFn: ({ signal }) => body(api.GET("/v1/renewals", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

/** What the renewal of a partnership's term is decided by. */
export const renewalQuery = (value: string) =>
  queryOptions({
    queryKey: ["partnership", "one", value, "renewal"],
    queryFn: ({ signal }) => body(api.GET("/v1/partnerships/{id}/renewal", { params: id(value), signal })),
    retry: false,
  });

/** What ending a partnership would do now. It stays as it was looked at: the command is refused when it is not so any more. */
export const terminationQuery = (value: string) =>
  queryOptions({
    queryKey: ["termination", "one", value],
    queryFn: ({ signal }) => body(api.GET("/v1/partnerships/{id}/termination", { params: id(value), signal })),
    staleTime: 0,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  });

/** What taking back an approval would do now; it is asked anew each time. */
export const revocationQuery = (deliverable: string) =>
  queryOptions({
    queryKey: ["deliverable", "one", deliverable, "revocation"],
    queryFn: ({ signal }) => body(api.GET("/v1/deliverables/{id}/revocation", { params: id(deliverable), signal })),
    staleTime: 0,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  });

/** Every look at the published post. */
export const postChecksQuery = (deliverable: string) =>
  queryOptions({
    queryKey: ["deliverable", "one", deliverable, "post-checks"],
    queryFn: ({ signal }) => body(api.GET("/v1/deliverables/{id}/post-checks", { params: id(deliverable), signal })),
  });

export const postScreenshotQuery = (check: string) =>
  queryOptions({
    queryKey: ["post-check", "one", check, "screenshot"],
    queryFn: ({ signal }) => body(api.GET("/v1/post-checks/{id}/screenshot", { params: id(check), parseAs: "blob", signal })),
    staleTime: Infinity,
  });

export const submissionFileQuery = (value: string) =>
  queryOptions({
    queryKey: ["submission", "one", value, "file"],
    queryFn: ({ signal }) => body(api.GET("/v1/submissions/{id}/file", { params: id(value), parseAs: "blob", signal })),
    staleTime: Infinity,
  });

export const payoutsQuery = (query: PayoutFilter) =>
  queryOptions({
    queryKey: ["payout", "list", query],
    queryFn: ({ signal }) => body(api.GET("/v1/payouts", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const payoutLanesQuery = (query: { brand_id?: string; campaign_id?: string }) =>
  queryOptions({
    queryKey: ["payout", "lanes", query],
    queryFn: ({ signal }) => body(api.GET("/v1/payouts/lanes", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const payoutsToApproveQuery = (brand_id: string, part: ApprovalPart) =>
  queryOptions({
    queryKey: ["payout", "to-approve", brand_id, part],
    queryFn: ({ signal }) => body(api.GET("/v1/payouts/to-approve", { params: { query: { brand_id, part } }, signal })),
  });

export const payoutBatchesQuery = (query: Params<"/v1/payout-batches">) =>
  queryOptions({
    queryKey: ["payout", "batches", query],
    queryFn: ({ signal }) => body(api.GET("/v1/payout-batches", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const payoutBatchQuery = (value: string) =>
  queryOptions({
    queryKey: ["payout", "batch", value],
    queryFn: ({ signal }) => body(api.GET("/v1/payout-batches/{id}", { params: id(value), signal })),
    // A payment whose approval is refused does not change, so the stream says nothing of it.
    refetchInterval: ({ state }) => (state.data?.items.some(({ outcome }) => outcome === "pending") ? 2_000 : false),
  });

export const payoutPolicyQuery = (brand: string) =>
  queryOptions({
    queryKey: ["brand", "payout-policy", brand],
    queryFn: ({ signal }) => tagged(api.GET("/v1/brands/{id}/payout-policy", { params: id(brand), signal })),
  });

export const cashWeeksQuery = (query: { brand_id?: string }) =>
  queryOptions({
    queryKey: ["payout", "weeks", query],
    queryFn: ({ signal }) => body(api.GET("/v1/payouts/weeks", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const payoutQuery = (value: string) =>
  queryOptions({
    queryKey: ["payout", "one", value],
    queryFn: ({ signal }) => body(api.GET("/v1/payouts/{id}", { params: id(value), signal })),
  });

export const reversalsQuery = (query: ReversalFilter) =>
  queryOptions({
    queryKey: ["payout", "reversals", query],
    queryFn: ({ signal }) => body(api.GET("/v1/reversals", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const tasksQuery = (query: TaskFilter) =>
  queryOptions({
    queryKey: ["task", "list", query],
    queryFn: ({ signal }) => body(api.GET("/v1/tasks", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const taskCountQuery = (query: Params<"/v1/tasks/count">) => ({
  queryKey: ["task", "count", query] as const,
  queryFn: ({ signal }: { signal: AbortSignal }) => body(api.GET("/v1/tasks/count", { params: { query }, signal })),
});

export const brandsQuery = queryOptions({
  queryKey: ["brand", "list"],
  queryFn: ({ signal }) => body(api.GET("/v1/brands", { signal })),
  staleTime: 60_000,
});

export const brandQuery = (value: string) =>
  queryOptions({
    queryKey: ["brand", "one", value],
    queryFn: ({ signal }) => tagged(api.GET("/v1/brands/{id}", { params: id(value), signal })),
  });

export const fundsQuery = (value: string) =>
  queryOptions({
    queryKey: ["brand", "one", value, "funds"],
    queryFn: ({ signal }) => body(api.GET("/v1/brands/{id}/funds", { params: id(value), signal })),
  });

export const topUpsQuery = (value: string) =>
  queryOptions({
    queryKey: ["brand", "one", value, "top-ups"],
    queryFn: ({ signal }) => body(api.GET("/v1/brands/{id}/top-ups", { params: { ...id(value), query: { limit: 5 } }, signal })),
  });

export const calendarsQuery = (brand_id?: string, owner_id?: string) =>
  queryOptions({
    queryKey: ["calendar", "list", { brand_id, owner_id }],
    queryFn: ({ signal }) => body(api.GET("/v1/calendars", { params: { query: { brand_id, owner_id } }, signal })),
    placeholderData: keepPreviousData,
  });

export const calendarQuery = (value: string) =>
  queryOptions({
    queryKey: ["calendar", "one", value],
    queryFn: ({ signal }) => tagged(api.GET("/v1/calendars/{id}", { params: id(value), signal })),
  });

export const usersQuery = (query: UserFilter) =>
  queryOptions({
    queryKey: ["user", "list", query],
    queryFn: ({ signal }) => body(api.GET("/v1/users", { params: { query }, signal })),
    staleTime: 60_000,
  });

export const userQuery = (value: string) =>
  queryOptions({
    queryKey: ["user", "one", value],
    queryFn: ({ signal }) => body(api.GET("/v1/users/{id}", { params: id(value), signal })),
  });

export const roleRequestsQuery = queryOptions({
  queryKey: ["user", "list", "role-requests"],
  queryFn: ({ signal }) => body(api.GET("/v1/role-requests", { signal })),
});

export const secondFactorQuery = queryOptions({
  queryKey: ["second-factor"],
  queryFn: ({ signal }) => body(api.GET("/v1/session/second-factor", { signal })),
});

export const calendarEntriesQuery = (query: CalendarEntryFilter) =>
  queryOptions({
    queryKey: ["calendar", "entries", query],
    queryFn: ({ signal }) => body(api.GET("/v1/calendar", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

/** What a person was told; the stream names the person. */
export const notificationsQuery = (userId: string) =>
  queryOptions({
    queryKey: ["notification", "one", userId],
    queryFn: ({ signal }) => body(api.GET("/v1/notifications", { params: { query: { limit: 30 } }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });

/** The same as far back as somebody asks for. */
export const pastNotificationsQuery = (userId: string) =>
  infiniteQueryOptions({
    queryKey: ["notification", "one", userId, "past"],
    queryFn: ({ signal, pageParam }) => body(api.GET("/v1/notifications", { params: { query: { limit: 30, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor,
    refetchInterval: 60_000,
  });

export const notificationSettingsQuery = queryOptions({
  queryKey: ["notification", "settings"],
  queryFn: ({ signal }) => body(api.GET("/v1/notification-settings", { signal })),
});

export const viewsQuery = queryOptions({
  queryKey: ["view", "all"],
  queryFn: ({ signal }) => body(api.GET("/v1/views", { signal })),
});

export const keyDatesQuery = (query: KeyDateFilter) =>
  queryOptions({
    queryKey: ["contract", "dates", query],
    queryFn: ({ signal }) => body(api.GET("/v1/key-dates", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const conflictsQuery = (query: ConflictFilter) =>
  queryOptions({
    queryKey: ["calendar", "conflicts", query],
    queryFn: ({ signal }) => body(api.GET("/v1/conflicts", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const calendarFeedsQuery = queryOptions({
  queryKey: ["calendar", "feeds"],
  queryFn: ({ signal }) => body(api.GET("/v1/calendar/feeds", { signal })),
});

export const absencesQuery = (value: string) =>
  queryOptions({
    queryKey: ["calendar", "absences", value],
    queryFn: ({ signal }) => body(api.GET("/v1/creators/{id}/absences", { params: id(value), signal })),
  });

export const portalAbsencesQuery = queryOptions({
  queryKey: ["portal", "absences"],
  queryFn: ({ signal }) => body(api.GET("/v1/portal/absences", { signal })),
});

export const tokensQuery = queryOptions({
  queryKey: ["token", "list"],
  queryFn: ({ signal }) => body(api.GET("/v1/tokens", { signal })),
});

export const sequencesQuery = (brand_id?: string) =>
  queryOptions({
    queryKey: ["sequence", "list", { brand_id }],
    queryFn: ({ signal }) => body(api.GET("/v1/sequences", { params: { query: { brand_id } }, signal })),
    staleTime: 60_000,
  });

export const templatesQuery = (brand_id?: string) =>
  queryOptions({
    queryKey: ["template", "list", { brand_id }],
    queryFn: ({ signal }) => body(api.GET("/v1/templates", { params: { query: { brand_id } }, signal })),
    staleTime: 60_000,
  });

export const policiesQuery = (brand_id?: string) =>
  queryOptions({
    queryKey: ["policy", "list", { brand_id }],
    queryFn: ({ signal }) => body(api.GET("/v1/policies", { params: { query: { brand_id } }, signal })),
    staleTime: 60_000,
  });

export const policyVersionsQuery = (value: string) =>
  queryOptions({
    queryKey: ["policy", "one", value, "versions"],
    queryFn: ({ signal }) => body(api.GET("/v1/policies/{id}/versions", { params: id(value), signal })),
  });

export const clausesQuery = (brand_id?: string) =>
  queryOptions({
    queryKey: ["clause", "list", { brand_id }],
    queryFn: ({ signal }) => body(api.GET("/v1/clauses", { params: { query: { brand_id } }, signal })),
    staleTime: 60_000,
  });

export const clauseVersionsQuery = (value: string) =>
  queryOptions({
    queryKey: ["clause", "one", value, "versions"],
    queryFn: ({ signal }) => body(api.GET("/v1/clauses/{id}/versions", { params: id(value), signal })),
  });

/** The contracts that are not over and contain a clause, in one version of it or in any. */
export const clauseContractsQuery = (value: string, query: { version?: number; cursor?: string }) =>
  queryOptions({
    queryKey: ["contract", "clause", value, query],
    queryFn: ({ signal }) => body(api.GET("/v1/clauses/{id}/contracts", { params: { ...id(value), query }, signal })),
    placeholderData: keepPreviousData,
  });

export const contractTemplatesQuery = (brand_id?: string) =>
  queryOptions({
    queryKey: ["contract_template", "list", { brand_id }],
    queryFn: ({ signal }) => body(api.GET("/v1/contract-templates", { params: { query: { brand_id } }, signal })),
    staleTime: 60_000,
  });

/** What laws and codes say in a country, or everywhere. */
export const complianceNotesQuery = (country?: string) =>
  queryOptions({
    queryKey: ["compliance_note", "list", { country }],
    queryFn: ({ signal }) => body(api.GET("/v1/compliance-notes", { params: { query: { country } }, signal })),
    staleTime: 600_000,
  });

export const outsideReviewersQuery = (brand_id?: string) =>
  queryOptions({
    queryKey: ["outside_reviewer", "list", { brand_id }],
    queryFn: ({ signal }) => body(api.GET("/v1/outside-reviewers", { params: { query: { brand_id } }, signal })),
    staleTime: 60_000,
  });

export const delegationsQuery = (brand_id?: string) =>
  queryOptions({
    queryKey: ["delegation", "list", { brand_id }],
    queryFn: ({ signal }) => body(api.GET("/v1/delegations", { params: { query: { brand_id } }, signal })),
    placeholderData: keepPreviousData,
  });

export const slackQuery = (value: string) =>
  queryOptions({
    queryKey: ["brand", "one", value, "slack"],
    queryFn: ({ signal }) => body(api.GET("/v1/brands/{id}/slack", { params: id(value), signal })),
  });

export const balancesQuery = (brand_id?: string) =>
  queryOptions({
    queryKey: ["ledger", "list", "balances", { brand_id }],
    queryFn: ({ signal }) => body(api.GET("/v1/ledger/balances", { params: { query: { brand_id } }, signal })),
  });

export const statementQuery = (creator: string, query: Params<"/v1/creators/{id}/statement">) =>
  queryOptions({
    queryKey: ["ledger", "one", creator, "statement", query],
    queryFn: ({ signal }) => body(api.GET("/v1/creators/{id}/statement", { params: { ...id(creator), query }, signal })),
    placeholderData: keepPreviousData,
  });

/** The creator's own account, on their own pages. */
export const portalStatementQuery = (query: Params<"/v1/portal/statement">) =>
  queryOptions({
    queryKey: ["portal", "statement", query],
    queryFn: ({ signal }) => body(api.GET("/v1/portal/statement", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const historyQuery = (query: Params<"/v1/history">) =>
  queryOptions({
    queryKey: ["history", "list", query],
    queryFn: ({ signal }) => body(api.GET("/v1/history", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const payeeYearsQuery = (query: Params<"/v1/payee-years">) =>
  queryOptions({
    queryKey: ["payout", "years", query],
    queryFn: ({ signal }) => body(api.GET("/v1/payee-years", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

/** Rates of exchange that were entered, those of the newest day first. */
export const fxQuotesQuery = (query: Params<"/v1/fx-quotes">) =>
  queryOptions({
    queryKey: ["payout", "rates", query],
    queryFn: ({ signal }) => body(api.GET("/v1/fx-quotes", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

/** What a period of a brand's ledger would be in other books. */
export const journalsQuery = (brand: string, query: Params<"/v1/brands/{id}/journals">) =>
  queryOptions({
    queryKey: ["journal", "list", brand, query],
    queryFn: ({ signal }) => body(api.GET("/v1/brands/{id}/journals", { params: { ...id(brand), query }, signal })),
    placeholderData: keepPreviousData,
  });

export const journalAccountsQuery = (brand: string) =>
  queryOptions({
    queryKey: ["journal", "one", brand, "accounts"],
    queryFn: ({ signal }) => body(api.GET("/v1/brands/{id}/journal-accounts", { params: id(brand), signal })),
  });

export const reconciliationsQuery = queryOptions({
  queryKey: ["reconciliation", "list"],
  queryFn: ({ signal }) => body(api.GET("/v1/reconciliations", { params: { query: { limit: 20 } }, signal })),
});

export const casesQuery = (query: Params<"/v1/reconciliation-cases">) =>
  queryOptions({
    queryKey: ["reconciliation", "cases", query],
    queryFn: ({ signal }) => body(api.GET("/v1/reconciliation-cases", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const caseQuery = (id: string) =>
  queryOptions({
    queryKey: ["reconciliation", "case", id],
    queryFn: ({ signal }) => body(api.GET("/v1/reconciliation-cases/{id}", { params: { path: { id } }, signal })),
  });

/** Whether payouts are sent now, and what they wait for. */
export const paymentsGateQuery = queryOptions({
  queryKey: ["payout", "gate"],
  queryFn: ({ signal }) => body(api.GET("/v1/payments-gate", { signal })),
});

export const searchQuery = (q: string) =>
  queryOptions({
    queryKey: ["search", "list", q],
    queryFn: ({ signal }) => body(api.GET("/v1/search", { params: { query: { q } }, signal })),
    enabled: q.length >= 2,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });

export const textsQuery = (query: Omit<TextFilter, "q"> & { q?: string }) =>
  queryOptions({
    queryKey: ["message", "list", "texts", query],
    queryFn: ({ signal }) => body(api.GET("/v1/search/texts", { params: { query: { ...query, q: query.q ?? "" } }, signal })),
    enabled: Boolean(query.q),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });

export const mailHealthQuery = (brand_id?: string) =>
  queryOptions({
    queryKey: ["mail", "list", "health", { brand_id }],
    queryFn: ({ signal }) => body(api.GET("/v1/mail-health", { params: { query: { brand_id } }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });

export const suppressionsQuery = (query: SuppressionFilter) =>
  queryOptions({
    queryKey: ["mail", "list", "suppressions", query],
    queryFn: ({ signal }) => body(api.GET("/v1/suppressions", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const portalHomeQuery = queryOptions({
  queryKey: ["portal", "home"],
  queryFn: ({ signal }) => body(api.GET("/v1/portal/home", { signal })),
  retry: false,
  refetchInterval: 15_000,
});

export const portalContractQuery = (value: string) =>
  queryOptions({
    queryKey: ["portal", "contract", value],
    queryFn: ({ signal }) => body(api.GET("/v1/portal/contracts/{id}", { params: id(value), signal })),
    retry: false,
  });

/** What an outside reviewer is asked to decide on. Each read counts as a look at the link, so only a step of the reader reads it again. */
export const passwordLinkQuery = (token: string) =>
  queryOptions({
    queryKey: ["password-link", token],
    queryFn: ({ signal }) => body(api.GET("/v1/password-link", { params: { header: { "Password-Token": token } }, signal })),
    retry: false,
  });

export const outsideReviewQuery = (token: string) =>
  queryOptions({
    queryKey: ["outside", "review", token],
    queryFn: ({ signal }) => body(api.GET("/v1/outside/review", { params: { header: { "Review-Token": token } }, signal })),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });

/** The file of that version; a noun of its own, so that a decision does not load it again. */
export const outsideFileQuery = (token: string) =>
  queryOptions({
    queryKey: ["outsideFile", "one", token],
    queryFn: ({ signal }) => body(api.GET("/v1/outside/review/file", { params: { header: { "Review-Token": token } }, parseAs: "blob", signal })),
    staleTime: Infinity,
  });

/** Begins to read what a page will show; the page itself waits for it, or shows why it failed. */
export function warm<T, K extends QueryKey>(queries: QueryClient, options: UseQueryOptions<T, Error, T, K>): void {
  queries.query(options).catch(() => undefined);
}

/** How long a page waits for its first answers. */
const together = 600;

/**
 * Waits a moment for what a page begins with, so that the page comes whole and does not jump as each answer arrives. What takes longer, or fails, is shown
 * by its own part.
 */
export async function arrive(...reads: Promise<unknown>[]): Promise<void> {
  await Promise.race([Promise.allSettled(reads), new Promise((go) => setTimeout(go, together))]);
}
