import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";

import { refresh } from "./stream";

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
