import { Button } from "@mantine/core";
import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { IconAlarmSnooze, IconArrowBackUp, IconCheck, IconUserPlus } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

import { useAct, type Undo } from "../../api/act";
import { api, body } from "../../api/client";
import { threadQuery, usersQuery } from "../../api/queries";
import type { Thread, ThreadList, UserRef } from "../../api/schema";
import { useSession } from "../../lib/session";
import { useShortcuts } from "../../lib/shortcuts";
import { ProblemNotice } from "../Notice";
import { before } from "./before";
import classes from "./ThreadActions.module.css";

// Dialogs come when they are first asked for.
const PickDialog = lazy(async () => ({ default: (await import("./PickDialog")).PickDialog }));
const SnoozeDialog = lazy(async () => ({ default: (await import("./SnoozeDialog")).SnoozeDialog }));

const nobody = "nobody";

/** Shows who has a thread before the API has said so; what it answers with takes that back. */
function showAssignee(queries: QueryClient, id: string, assignee: UserRef | undefined): () => void {
  const one = threadQuery(id).queryKey;
  const lists = queries.getQueriesData<ThreadList>({ queryKey: ["thread", "list"] });
  const before = queries.getQueryData(one);
  queries.setQueryData(one, (thread) => thread && { ...thread, assignee });
  queries.setQueriesData<ThreadList>({ queryKey: ["thread", "list"] }, (list) => list && { ...list, items: list.items.map((thread) => (thread.id === id ? { ...thread, assignee } : thread)) });
  return () => {
    queries.setQueryData(one, before);
    for (const [key, list] of lists) queries.setQueryData(key, list);
  };
}

/** What is done to a thread many times a day: give it to somebody, put it off, be done with it. */
export function ThreadActions({ thread, onLeft }: { thread: Thread; onLeft: () => void }) {
  const queries = useQueryClient();
  const session = useSession();
  const [asked, setAsked] = useState<"assign" | "snooze" | null>(null);
  const [askedAt, setAskedAt] = useState(() => new Date());
  const users = useQuery({ ...usersQuery({ limit: 200 }), retry: false, enabled: asked === "assign" });
  const assign = useAct({
    run: async ({ to }: { to: UserRef | undefined; back: Undo }, key) => {
      const undo = showAssignee(queries, thread.id, to);
      try {
        return await body(api.POST("/v1/threads/{id}/assign", { params: { path: { id: thread.id }, header: { "Idempotency-Key": key } }, body: { user_id: to?.id } }));
      } catch (error) {
        undo();
        throw error;
      }
    },
    done: ({ assignee }) => (assignee ? `Given to ${assignee.id === session?.user_id ? "you" : assignee.name}` : "Nobody has it now"),
    undo: ({ back }) => back,
    touches: ["thread", "task"],
  });
  const state = useAct({
    run: ({ state }: { state: "open" | "done"; back: Undo }, key) => body(api.POST("/v1/threads/{id}/state", { params: { path: { id: thread.id }, header: { "Idempotency-Key": key } }, body: { state } })),
    done: ({ state }) => (state === "done" ? "Done. It comes back when the creator writes." : "The thread is open again"),
    undo: ({ back }) => back,
    then: ({ state }) => {
      if (state === "done") onLeft();
    },
    touches: ["thread", "partnership"],
  });
  const ask = (what: "assign" | "snooze") => {
    setAskedAt(new Date());
    setAsked(what);
  };
  const next = thread.state === "done" ? "open" : "done";
  const turn = () => {
    if (!state.isPending) state.mutate({ state: next, back: before(thread).state });
  };
  useShortcuts("Thread", [
    { keys: "a", label: "Assign", run: () => ask("assign") },
    { keys: "s", label: "Snooze", run: () => ask("snooze") },
    { keys: "e", label: next === "done" ? "Done" : "Open again", run: turn },
  ]);

  // Whoever answers is at the top; those who may not list people can still take it themselves.
  const people: UserRef[] = (users.data?.items ?? [])
    .filter(({ id, disabled, brands }) => id !== session?.user_id && !disabled && brands.some(({ brand_id }) => brand_id === thread.brand_id))
    .map(({ id, name }) => ({ id, name }))
    .sort((a, b) => a.name.localeCompare(b.name));
  if (session) people.unshift({ id: session.user_id, name: session.name });
  const choices = [
    ...people.map(({ id, name }) => ({ id, label: id === session?.user_id ? `${name} (you)` : name, current: id === thread.assignee?.id })),
    { id: nobody, label: "Nobody", hint: `${thread.owner.name}, the owner, answers then`, current: !thread.assignee },
  ];

  return (
    <>
      <div className={classes.buttons}>
        <Button size="compact-sm" variant="default" leftSection={<IconUserPlus size={15} aria-hidden />} onClick={() => ask("assign")} aria-haspopup="dialog">
          {thread.assignee ? (thread.assignee.id === session?.user_id ? "Yours" : thread.assignee.name) : "Assign"}
        </Button>
        <Button size="compact-sm" variant="default" leftSection={<IconAlarmSnooze size={15} aria-hidden />} onClick={() => ask("snooze")} aria-haspopup="dialog">
          {thread.state === "snoozed" ? "Snoozed" : "Snooze"}
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={next === "done" ? <IconCheck size={15} aria-hidden /> : <IconArrowBackUp size={15} aria-hidden />}
          loading={state.isPending}
          onClick={turn}
        >
          {next === "done" ? "Done" : "Reopen"}
        </Button>
      </div>
      <ProblemNotice problem={assign.error ?? state.error} />
      <Suspense>
        {asked === "assign" && (
          <PickDialog
            title="Who answers this thread?"
            label="Search people"
            choices={users.isLoading ? undefined : choices}
            none="There is nobody to choose."
            onClose={() => setAsked(null)}
            onPick={(id) => {
              setAsked(null);
              assign.mutate({ to: people.find((person) => person.id === id), back: before(thread).assignee });
            }}
          />
        )}
        {asked === "snooze" && <SnoozeDialog thread={thread} now={askedAt} onSnoozed={onLeft} onClose={() => setAsked(null)} />}
      </Suspense>
    </>
  );
}
