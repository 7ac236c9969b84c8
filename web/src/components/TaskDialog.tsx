import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import type { Task } from "../api/schema";
import { localInput } from "../lib/time";
import { ProblemNotice } from "./Notice";
import { PersonSelect } from "./Pickers";

/** What can be done about a task. */
export type Asked = "complete" | "snooze" | "reassign";

const dialogs: Record<Asked, { title: string; verb: string; done: string }> = {
  complete: { title: "Mark this task done", verb: "Mark done", done: "Task done" },
  snooze: { title: "Hide this task until later", verb: "Hide until then", done: "Task hidden until then" },
  reassign: { title: "Give this task to another person", verb: "Give the task", done: "Task given on" },
};

/** The start of the next hour in the form a local date and time field takes. */
function nextHour(): string {
  const at = new Date(Date.now() + 3_600_000);
  return localInput(at).slice(0, 14) + "00";
}

/** Marks a task done, hides it until later, or gives it to somebody else. */
export default function TaskDialog({ task, for: asked, onClose }: { task: Task; for: Asked; onClose: () => void }) {
  const [note, setNote] = useState("");
  const [until, setUntil] = useState(nextHour);
  const [person, setPerson] = useState<string>();
  const words = dialogs[asked];
  const act = useAct({
    run: ({ what, note, until, person }: { what: Asked; note: string; until: string; person: string | undefined }, key) => {
      const params = { path: { id: task.id }, header: { "Idempotency-Key": key } };
      if (what === "complete") return body(api.POST("/v1/tasks/{id}/complete", { params, body: { note: note || undefined } }));
      if (what === "snooze") return body(api.POST("/v1/tasks/{id}/snooze", { params, body: { until: new Date(until).toISOString() } }));
      return body(api.POST("/v1/tasks/{id}/reassign", { params, body: { user_id: person ?? "" } }));
    },
    done: words.done,
    undo: ({ what }) => (what === "complete" ? (key) => body(api.POST("/v1/tasks/{id}/reopen", { params: { path: { id: task.id }, header: { "Idempotency-Key": key } } })) : undefined),
    close: onClose,
    touches: ["task", "partnership"],
  });
  const fields = act.error?.byField ?? {};

  return (
    <Modal opened onClose={onClose} title={words.title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate({ what: asked, note, until, person });
        }}
      >
        <Stack>
          <strong>{task.title}</strong>
          {asked === "complete" && <Textarea label="Note" description="Kept in the history" autosize minRows={2} value={note} onChange={(event) => setNote(event.currentTarget.value)} error={fields.note} />}
          {asked === "snooze" && <TextInput label="Until" description="In your time zone" type="datetime-local" required value={until} onChange={(event) => setUntil(event.currentTarget.value)} error={fields.until} />}
          {asked === "reassign" && <PersonSelect label="To" value={person} onChange={setPerson} error={fields.user_id} />}
          <ProblemNotice problem={act.error} shownFields={["note", "until", "user_id"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Keep as it is</Button>
            <Button type="submit" loading={act.isPending} disabled={asked === "reassign" && !person}>{words.verb}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
