import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { markStale } from "./pages";
import { sessionQuery } from "./queries";

/** What the stream says of each change; the pages then read the thing itself. */
interface Change {
  noun: string;
  id: string;
  brand_id?: string;
}

// Changes come in bursts (five hundred partnerships may start at once); pages are refreshed at most this often.
const settleMs = 1000;

// After a refusal it is asked again so much later.
const refusedMs = 5000;

/** A noun as query keys spell it: the stream may speak in the plural, the keys are singular. */
function keyNoun(noun: string): string {
  if (noun.endsWith("ies")) return `${noun.slice(0, -3)}y`;
  return noun.endsWith("s") ? noun.slice(0, -1) : noun;
}

/** Marks stale what shows one of the changes: lists of the noun, the one thing, and the counts. */
export function refresh(queries: QueryClient, changes: Change[]): void {
  const ids = new Map<string, Set<string>>();
  for (const change of changes) {
    const noun = keyNoun(change.noun);
    ids.set(noun, (ids.get(noun) ?? new Set()).add(change.id));
  }
  // A message names its partnership, not its thread.
  const written = ids.get("message");
  // A partnership's page also shows its money, tasks, contract and reviews, whose changes do not name it.
  const about = ["payout", "task", "contract", "review"].some((noun) => ids.has(noun));
  // What stands in a calendar, and what is in the way of it.
  const planned = ["deliverable", "absence", "conflict_override", "campaign", "contract", "brand", "policy"].some((noun) => ids.has(noun));
  markStale(queries, ({ queryKey: [noun, kind, id, part] }) => {
    if (noun === "overview") return true;
    // The running workflow is asked only when somebody asks.
    if (part === "workflow") return false;
    if (noun === "partnership" && kind === "one" && (about || written?.has(String(id)))) return true;
    // What asks for something is read once it is done.
    if (noun === "notification" && kind === "one" && (ids.has("task") || ids.has("review"))) return true;
    // Who waits, and until when, stands in messages and partnerships; what was said, in messages alone.
    if (noun === "thread" && (written || (ids.has("partnership") && part === undefined))) return true;
    // A comparison of the books may let payments go, or keep them back.
    if (noun === "payout" && kind === "gate" && ids.has("reconciliation")) return true;
    if (noun === "calendar" && planned && kind !== "list" && kind !== "one" && kind !== "feeds") return true;
    // The versions of a deliverable are listed by the deliverable.
    if (noun === "submission" && kind === "list" && ids.get("deliverable")?.has(String(id))) return true;
    // Taking back an approval stays as it was looked at.
    if (part === "revocation") return false;
    // One's own roles stand in the session.
    if (noun === "session" && ids.has("user")) return true;
    // Funds move with payouts and top-ups, which both come as payouts.
    if (noun === "brand" && part === "funds" && ids.has("payout")) return true;
    const changed = ids.get(String(noun));
    if (!changed) return false;
    return kind !== "one" || changed.has(String(id));
  });
}

/** How a page hears of changes, and the way to let it stand still. */
export interface Stream {
  /** Whether the connection stands. */
  live: boolean;
  /** How many things changed since somebody paused; absent while nobody did. */
  missed?: number;
  pause: () => void;
  /** Shows what changed meanwhile, and goes on. */
  resume: () => void;
}

/** Listens to what changes and keeps the open page fresh, but not while somebody pauses it. */
export function useStream(): Stream {
  const queries = useQueryClient();
  const [live, setLive] = useState(false);
  const [missed, setMissed] = useState<number>();
  // What changed while it was paused; `everything` after a break, when nobody knows what did.
  const held = useRef<{ changes: Map<string, Change>; everything: boolean }>(undefined);

  const pause = () => {
    held.current ??= { changes: new Map(), everything: false };
    setMissed(held.current.changes.size);
  };
  const resume = () => {
    const was = held.current;
    held.current = undefined;
    setMissed(undefined);
    if (was?.everything) markStale(queries);
    else if (was && was.changes.size > 0) refresh(queries, [...was.changes.values()]);
  };

  useEffect(() => {
    if (typeof EventSource === "undefined") return;
    let pending: Change[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    let source: EventSource;

    // Where the first session of this page stood: everything else was read after it.
    let after = queries.getQueryData(sessionQuery.queryKey)?.stream_after;

    const everything = () => {
      if (held.current) held.current.everything = true;
      else markStale(queries);
    };
    const settle = () => {
      timer = undefined;
      const changes = pending;
      pending = [];
      if (!held.current) {
        refresh(queries, changes);
        return;
      }
      for (const change of changes) held.current.changes.set(`${change.noun} ${change.id}`, change);
      setMissed(held.current.changes.size);
    };

    const listen = () => {
      source = new EventSource(after ? `/v1/stream?after=${after}` : "/v1/stream");
      source.onopen = () => {
        setLive(true);
        // Nobody listened to what changed since the page was read, and after a break it may be older than what the server can resume from.
        if (!after) everything();
        after = undefined;
      };
      source.addEventListener("reset", everything);
      source.onerror = () => {
        setLive(false);
        // The browser mends a broken connection, but never comes back after a refusal: that of a server that starts, or of a session that ended.
        if (source.readyState !== EventSource.CLOSED) return;
        void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
        clearTimeout(again);
        again = setTimeout(listen, refusedMs);
      };
      source.addEventListener("change", (event: MessageEvent<string>) => {
        pending.push(JSON.parse(event.data) as Change);
        timer ??= setTimeout(settle, settleMs);
      });
    };
    listen();

    return () => {
      clearTimeout(timer);
      clearTimeout(again);
      source.close();
    };
  }, [queries]);

  return { live, missed, pause, resume };
}
