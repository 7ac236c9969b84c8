import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery, type InfiniteData, type Query, type QueryClient, type QueryFunction, type QueryKey, type SkipToken } from "@tanstack/react-query";
import { useMemo, useState } from "react";

// A list that has more pages than this is asked anew only when somebody says so: a change would cost a request for each page, one after the other.
const fewPages = 4;

interface OnePage {
  items: ({ id: string } | { key: string })[];
  next_cursor?: string;
}

/** A list of which more than a few pages are loaded. */
function isLong({ queryKey, state }: Pick<Query, "queryKey" | "state">): boolean {
  return queryKey.at(-1) === "pages" && ((state.data as InfiniteData<unknown> | undefined)?.pages.length ?? 0) > fewPages;
}

function loadsMore({ state }: Query): boolean {
  return state.fetchStatus !== "idle" && state.fetchMeta?.fetchMore !== undefined;
}

/** Marks queries stale, and asks those that are on the page anew, but no long list: that one says that it changed. */
export function markStale(queries: QueryClient, predicate: (query: Query) => boolean = () => true): void {
  void queries.invalidateQueries({ predicate, refetchType: "none" });
  for (const query of queries.getQueryCache().findAll({ type: "active", predicate: (query) => predicate(query) && (loadsMore(query) || !isLong(query)) })) {
    const { dataUpdateCount: before } = query.state;
    const itself = (each: Query) => each === query;
    // Asking anew would take back a press for the next page, and such a press takes the place of asking anew: the page comes first, and then the change.
    const asked: Promise<unknown> | undefined = loadsMore(query) ? query.promise : queries.refetchQueries({ type: "active", predicate: itself });
    const again = () => {
      if (query.state.dataUpdateCount > before && query.state.fetchMeta?.fetchMore) markStale(queries, itself);
    };
    void asked?.then(again, again);
  }
}

/** The query of the page after a cursor. */
type PageQuery<P> = (cursor?: string) => { queryKey: QueryKey; queryFn?: QueryFunction<P, never> | SkipToken };

const asked = <P extends OnePage>(page: PageQuery<P>, start: string | undefined) =>
  infiniteQueryOptions({
    queryKey: [...page(start).queryKey, "pages"],
    queryFn: (context) => (page(context.pageParam).queryFn as QueryFunction<P>)(context),
    initialPageParam: start,
    getNextPageParam: (last: P) => last.next_cursor,
  });

/** Reads what a list begins with, or again what is loaded of it. */
export const firstPage = <P extends OnePage>(queries: QueryClient, page: PageQuery<P>, start?: string) =>
  queries.infiniteQuery({ ...asked(page, start), staleTime: (query) => (isLong(query) ? "static" : 5_000) });

/**
 * The order of rows while somebody looks at them: what was seen stays where it is, and what is new comes behind the row that it follows. Nobody presses on a
 * row that moved away at that moment.
 */
export function inPlace(now: string[], seen: string[]): string[] {
  const there = new Set(now);
  const places = seen.filter((id) => there.has(id));
  const known = new Set(places);
  now.forEach((id, at) => {
    if (!known.has(id)) places.splice(at === 0 ? 0 : places.indexOf(now[at - 1] ?? "") + 1, 0, id);
  });
  return places.length === seen.length && places.every((id, at) => id === seen[at]) ? seen : places;
}

const none: never[] = [];

/** A list from a cursor on, as far as somebody has scrolled. */
export function usePages<P extends OnePage>(page: PageQuery<P>, start?: string, enabled = true) {
  const { queryKey } = page(start);
  const query = useInfiniteQuery({
    ...asked(page, start),
    placeholderData: keepPreviousData,
    enabled,
    staleTime: (query) => (isLong(query) ? Infinity : 5_000),
    refetchOnMount: (query) => !isLong(query),
    refetchOnWindowFocus: (query) => !isLong(query),
    refetchOnReconnect: (query) => !isLong(query),
  });
  const { data, error, hasNextPage, isFetching, isFetchingNextPage, isFetchNextPageError, isPlaceholderData, isRefetching, isStale, fetchNextPage, refetch } = query;

  const all = useMemo(() => {
    // What moved down between two pages comes in both.
    const items = new Map(data?.pages.flatMap((each) => each.items).map((item) => ["key" in item ? item.key : item.id, item]));
    return { items, ids: [...items.keys()] };
  }, [data]);

  // The next page makes a query fresh, though not the pages before it: only asking all of them does.
  const key = JSON.stringify(queryKey);
  const [changed, setChanged] = useState<{ key: string; step?: "seen" | "asked" }>({ key });
  const before = changed.key === key ? changed.step : undefined;
  const long = (data?.pages.length ?? 0) > fewPages;
  const step = isRefetching ? before && "asked" : long && isStale ? "seen" : before === "asked" ? undefined : before;
  if (changed.key !== key || changed.step !== step) setChanged({ key, step });

  // It has the order of its first answer, and a new one when somebody loads it again.
  const [order, setOrder] = useState<{ key: string; ids: string[]; held: boolean }>({ key, ids: none, held: false });
  const holds = order.key === key && order.held;
  const again = before === "asked" && step === undefined;
  const seen = isPlaceholderData || (holds && !again) ? order.ids : none;
  const ids = useMemo(() => inPlace(all.ids, seen), [all, seen]);
  const held = holds || !isFetching;
  if (order.key !== key || order.ids !== ids || order.held !== held) setOrder({ key, ids, held });
  const moved = held && !isPlaceholderData && ids.some((id, at) => id !== all.ids[at]);
  const list = useMemo(() => {
    const first = data?.pages[0];
    return first && { ...first, items: ids.map((id) => all.items.get(id)) as P["items"], next_cursor: data.pages.at(-1)?.next_cursor };
  }, [data, all, ids]);

  return {
    data: list,
    // A later page that failed says so at the end of the list.
    error: isFetchNextPageError ? null : error,
    refetch,
    /** Gives the rows the order of now; absent while they have it. */
    sortAgain: moved ? () => setOrder({ key, ids: all.ids, held }) : undefined,
    more: { hasNextPage, isFetching, isFetchingNextPage, isFetchNextPageError, fetchNextPage, refetch, shown: ids.length, grown: (data?.pages.length ?? 0) > 1, changed: step !== undefined },
  };
}

/** What the foot of a list needs to load more of it. */
export type More = Omit<ReturnType<typeof usePages>["more"], "fetchNextPage" | "refetch"> & { fetchNextPage: () => Promise<unknown>; refetch: () => Promise<unknown> };
