import type { Undo } from "../../api/act";
import { api, body } from "../../api/client";
import type { Thread } from "../../api/schema";

/** What takes a thread back to what it was before somebody gave it away, put it off, or was done with it. */
export function before({ id, state, snoozed_until, assignee }: Thread): Record<"assignee" | "state" | "snooze", Undo> {
  const params = (key: string) => ({ path: { id }, header: { "Idempotency-Key": key } });
  const turn = (state: "open" | "done"): Undo => (key) => body(api.POST("/v1/threads/{id}/state", { params: params(key), body: { state } }));
  const snooze: Undo = (key) => body(api.POST("/v1/threads/{id}/snooze", { params: params(key), body: { until: snoozed_until } }));
  return {
    assignee: (key) => body(api.POST("/v1/threads/{id}/assign", { params: params(key), body: { user_id: assignee?.id } })),
    state: state === "snoozed" ? snooze : turn(state),
    snooze: state === "done" ? turn("done") : snooze,
  };
}
