import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";

import { language } from "../lib/language";
import { askForProof } from "../lib/proof";
import { say } from "../lib/toasts";
import { isPending } from "./client";
import { asProblem, Problem } from "./problem";
import type { Pending } from "./schema";

/** Sends what takes a step back. */
export type Undo = (key: string) => Promise<unknown>;

interface Act<V, R> {
  /** Sends the step; the key goes out as `Idempotency-Key`. */
  run: (what: V, key: string) => Promise<R>;
  /** What to say once it is done; nothing is said without it. */
  done?: string | ((answer: Exclude<R, Pending>) => string);
  /** What takes the step back, where something does; it is offered beside what `done` says. */
  undo?: (what: V) => Undo | undefined;
  /** Called once the step was taken, whether or not it is finished: closes what asked for it. */
  close?: () => void;
  /** Called after a definite yes, before anything is shown. */
  then?: (answer: Exclude<R, Pending>) => void;
  /** The nouns whose pages are stale afterwards. */
  touches?: string[];
  /** Show a refusal as a notice in the corner, for buttons that have no form to show it in. */
  announce?: boolean;
}

const lookAgainMs = [1_000, 3_000, 6_000, 12_000];

/** A file has no own properties, so two files would look alike; its name, size and date tell them apart. */
function nameFile(_: string, value: unknown): unknown {
  return value instanceof File ? [value.name, value.size, value.lastModified] : value;
}

/** Runs a step. When it needs a proof that it is the person, asks for one and goes on with the same step under the same key. */
async function proved<V, R>(run: Act<V, R>["run"], what: V, key: string): Promise<R> {
  try {
    return await run(what, key);
  } catch (error) {
    if (asProblem(error).code !== "second_factor_required" || !(await askForProof())) throw error;
    return run(what, key);
  }
}

/**
 * One acting step of a person. Its key stays the same while the outcome is uncertain (no answer, or a
 * server error), so pressing again never does the thing twice; after a definite answer, or when the person
 * changed what is sent, the next press is a new intent with a new key.
 */
export function useAct<V, R>({ run, done, undo, close, then, touches = [], announce = false }: Act<V, R>) {
  const queries = useQueryClient();
  const intent = useRef<{ what: string; key: string } | null>(null);

  const refresh = () => Promise.all([...touches, "overview"].map((noun) => queries.invalidateQueries({ queryKey: [noun] })));

  // Whoever presses Undo may be on another page by then. The key stays, so that pressing again after no answer takes it back once.
  const takeBack = (back: Undo, key = crypto.randomUUID()) => () => {
    back(key).then(() => say({ tone: "done", message: "Undone" }), (error: unknown) => {
      const { title, detail, isUncertain } = asProblem(error);
      say({ tone: "danger", title, message: detail, undo: isUncertain ? takeBack(back, key) : undefined });
    }).finally(() => void refresh());
  };

  return useMutation<R, Problem, V>({
    mutationFn: async (what) => {
      const fingerprint = JSON.stringify([what], nameFile);
      if (intent.current?.what !== fingerprint) intent.current = { what: fingerprint, key: crypto.randomUUID() };
      try {
        const answer = await proved(run, what, intent.current.key);
        intent.current = null;
        return answer;
      } catch (error) {
        const problem = asProblem(error);
        if (!problem.isUncertain) intent.current = null;
        throw problem;
      }
    },
    onSuccess: async (answer, what) => {
      close?.();
      if (isPending(answer)) {
        say({
          tone: "held",
          title: language().parts.pendingTitle,
          message: language().parts.pendingText,
        });
      } else {
        const settled = answer as Exclude<R, Pending>;
        then?.(settled);
        const back = undo?.(what);
        if (done) say({ tone: "done", message: typeof done === "string" ? done : done(settled), undo: back && takeBack(back) });
      }
      // The creator's pages hear no stream, so they look again until the step is likely to be done.
      if (isPending(answer)) for (const ms of lookAgainMs) setTimeout(() => void refresh(), ms);
      await refresh();
    },
    onError: (problem) => {
      if (announce) say({ tone: "danger", title: problem.title, message: problem.detail });
      if (problem.status === 409 || problem.status === 412) {
        for (const noun of touches) void queries.invalidateQueries({ queryKey: [noun] });
      }
    },
  });
}
