import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import { createElement, type ReactNode } from "react";
import { afterEach, expect, it, vi } from "vitest";

import { sessionQuery } from "./queries";
import { refresh, useStream } from "./stream";

function stale(changes: Parameters<typeof refresh>[1]): string[] {
  const queries = new QueryClient();
  const keys = [
    ["overview", "list", {}],
    ["partnership", "list", {}],
    ["partnership", "one", "p1"],
    ["partnership", "one", "p1", "messages"],
    ["partnership", "one", "p1", "workflow"],
    ["partnership", "one", "p2"],
    ["payout", "one", "x1"],
    ["brand", "one", "b1", "funds"],
    ["thread", "list", {}],
    ["thread", "one", "t1"],
    ["thread", "one", "t1", "messages"],
    ["user", "list"],
    ["session"],
    ["calendar", "entries", {}],
    ["calendar", "conflicts", {}],
    ["calendar", "absences", "c1"],
    ["calendar", "list", {}],
    ["calendar", "feeds"],
    ["policy", "list", {}],
    ["submission", "list", "d1"],
    ["deliverable", "one", "d1", "revocation"],
  ];
  for (const key of keys) queries.setQueryData(key, {});
  refresh(queries, changes);
  return keys.filter((key) => queries.getQueryState(key)?.isInvalidated).map((key) => key.filter((part) => typeof part === "string").join("/"));
}

it("makes stale what shows the change, and nothing else", () => {
  expect(stale([{ noun: "partnership", id: "p1" }])).toEqual([
    "overview/list", "partnership/list", "partnership/one/p1", "partnership/one/p1/messages", "thread/list", "thread/one/t1",
  ]);
});

it("knows that a message names its partnership, and that every thread may hold it", () => {
  expect(stale([{ noun: "message", id: "p2" }])).toEqual(["overview/list", "partnership/one/p2", "thread/list", "thread/one/t1", "thread/one/t1/messages"]);
});

it("refreshes the lists and the one thread with all that it shows", () => {
  expect(stale([{ noun: "thread", id: "t1" }])).toEqual(["overview/list", "thread/list", "thread/one/t1", "thread/one/t1/messages"]);
  expect(stale([{ noun: "thread", id: "t2" }])).toEqual(["overview/list", "thread/list"]);
});

it("refreshes the money of partnerships and brands with a payout, and never asks a workflow", () => {
  expect(stale([{ noun: "payout", id: "x2" }])).toEqual(["overview/list", "partnership/one/p1", "partnership/one/p1/messages", "partnership/one/p2", "brand/one/b1/funds"]);
});

it("refreshes the calendar with what stands in it or in its way, and not who works when", () => {
  const calendar = ["calendar/entries", "calendar/conflicts", "calendar/absences/c1"];
  expect(stale([{ noun: "absence", id: "c2" }])).toEqual(["overview/list", ...calendar]);
  expect(stale([{ noun: "conflict_override", id: "p1" }])).toEqual(["overview/list", ...calendar]);
  expect(stale([{ noun: "deliverable", id: "d1" }])).toEqual(["overview/list", ...calendar, "submission/list/d1"]);
  expect(stale([{ noun: "policy", id: "y1" }])).toEqual(["overview/list", ...calendar, "policy/list"]);
});

it("refreshes settings and, with people, one's own roles", () => {
  expect(stale([{ noun: "user", id: "u1" }])).toEqual(["overview/list", "user/list", "session"]);
  expect(stale([{ noun: "calendar", id: "k1" }])).toEqual(["overview/list", "calendar/entries", "calendar/conflicts", "calendar/absences/c1", "calendar/list", "calendar/feeds"]);
});

class Source {
  static readonly CLOSED = 2;
  static opened: Source[] = [];
  readyState = 0;
  onopen?: () => void;
  onerror?: () => void;
  told: Record<string, (event: { data: string }) => void> = {};
  constructor(readonly url: string) {
    Source.opened.push(this);
  }
  addEventListener(kind: string, told: (event: { data: string }) => void) {
    this.told[kind] = told;
  }
  close() {
    this.readyState = Source.CLOSED;
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  Source.opened = [];
});

function listen(session: { stream_after?: string } = {}) {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Source);
  const queries = new QueryClient();
  queries.setQueryData(sessionQuery.queryKey, session as never);
  queries.setQueryData(["partnership", "list", {}], {});
  const isStale = (key: readonly unknown[]) => queries.getQueryState(key)?.isInvalidated;
  const wrapper = ({ children }: { children: ReactNode }) => createElement(QueryClientProvider, { client: queries }, children);
  const read = () => {
    queries.setQueryData(sessionQuery.queryKey, {} as never);
    queries.setQueryData(["partnership", "list", {}], {});
  };
  return { ...renderHook(() => useStream(), { wrapper }), isStale, read };
}

it("comes back by itself after a refusal, which ends the browser's own attempts, and reads everything anew", () => {
  const { result, isStale, read } = listen();
  act(() => Source.opened[0]?.onopen?.());
  expect(result.current.live).toBe(true);
  expect(isStale(["partnership", "list", {}]), "nobody listened since the page was read").toBe(true);
  read();
  expect(isStale(["partnership", "list", {}])).toBe(false);

  const [refused] = Source.opened;
  if (refused) refused.readyState = Source.CLOSED;
  act(() => refused?.onerror?.());
  expect(result.current.live).toBe(false);
  expect(isStale(sessionQuery.queryKey), "whoever was signed out is led to the sign-in").toBe(true);
  act(() => void vi.advanceTimersByTime(60_000));
  expect(Source.opened).toHaveLength(2);
  act(() => Source.opened[1]?.onopen?.());
  expect(result.current.live).toBe(true);
  expect(isStale(["partnership", "list", {}])).toBe(true);
});

it("reads nothing twice where the session says from when to tell, unless it was too much to tell, and all of it after a break", () => {
  const { isStale, read } = listen({ stream_after: "7-0" });
  const list = ["partnership", "list", {}];
  const [source] = Source.opened;
  expect(source?.url).toBe("/v1/stream?after=7-0");
  act(() => source?.onopen?.());
  expect(isStale(list)).toBe(false);
  act(() => source?.told.reset?.({ data: "{}" }));
  expect(isStale(list)).toBe(true);
  read();
  act(() => source?.onopen?.());
  expect(isStale(list), "after a break").toBe(true);
});

it("leaves a broken connection to the browser, and asks nothing after the page is gone", () => {
  const { unmount } = listen();
  act(() => Source.opened[0]?.onerror?.());
  act(() => void vi.advanceTimersByTime(60_000));
  expect(Source.opened).toHaveLength(1);
  const [source] = Source.opened;
  if (source) source.readyState = Source.CLOSED;
  act(() => source?.onerror?.());
  unmount();
  vi.advanceTimersByTime(60_000);
  expect(Source.opened).toHaveLength(1);
});

it("shows nothing while somebody pauses it, counts each thing once, and shows then what changed", () => {
  const { result, isStale, read } = listen({ stream_after: "7-0" });
  const list = ["partnership", "list", {}];
  const [source] = Source.opened;
  const hear = (id: string) => act(() => {
    source?.told.change?.({ data: JSON.stringify({ noun: "partnerships", id }) });
    vi.advanceTimersByTime(2000);
  });
  act(() => source?.onopen?.());
  expect(result.current.missed).toBeUndefined();
  act(() => result.current.pause());
  expect(result.current.missed).toBe(0);
  for (const id of ["p1", "p1", "p2"]) hear(id);
  expect(result.current.missed).toBe(2);
  expect(isStale(list)).toBe(false);
  act(() => result.current.resume());
  expect(result.current.missed).toBeUndefined();
  expect(isStale(list)).toBe(true);
  read();
  hear("p3");
  expect(isStale(list), "it goes on").toBe(true);
});

it("shows everything after a pause in which nobody knows what changed, and nothing where nothing did", () => {
  const { result, isStale } = listen({ stream_after: "7-0" });
  const list = ["partnership", "list", {}];
  const [source] = Source.opened;
  act(() => source?.onopen?.());
  act(() => result.current.pause());
  act(() => result.current.resume());
  expect(isStale(list)).toBe(false);
  act(() => result.current.pause());
  act(() => source?.onopen?.());
  act(() => source?.told.reset?.({ data: "{}" }));
  expect(isStale(list)).toBe(false);
  act(() => result.current.resume());
  expect(isStale(list)).toBe(true);
});
