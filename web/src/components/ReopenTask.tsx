import { Button } from "@mantine/core";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import type { Task } from "../api/schema";

/** Takes back that a task is done: for a day, for who marked it. */
export default function ReopenTask({ task: { id, title } }: { task: Task }) {
  const reopen = useAct({
    run: (_: undefined, key) => body(api.POST("/v1/tasks/{id}/reopen", { params: { path: { id }, header: { "Idempotency-Key": key } } })),
    done: "The task is open again",
    touches: ["task", "partnership"],
    announce: true,
  });
  return <Button size="compact-sm" variant="default" loading={reopen.isPending} onClick={() => reopen.mutate(undefined)} aria-label={`Open again: ${title}`}>Open again</Button>;
}
