import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import type { TaskBatch, TaskBatchCreate, TaskFilter } from "../api/schema";
import { localInput } from "../lib/time";
import { ProblemNotice } from "./Notice";
import { PersonSelect } from "./Pickers";

/** A change to many tasks: those that were chosen one by one, or all that the list showed. */
export type TasksAsk = { act: TaskBatchCreate["act"] } & ({ ids: string[] } | { filter: TaskFilter; count: number });

const asks: Record<TaskBatchCreate["act"], { verb: string; says: string; done: string }> = {
  complete: { verb: "Mark done", says: "They are over for everybody. A task that is over only once it is decided stays open.", done: "done" },
  reopen: { verb: "Open again", says: "They are left to do again, for whom they were before. Only those that you marked done within the last day.", done: "open again" },
  snooze: { verb: "Hide", says: "They leave the list of open tasks and come back at the time you choose.", done: "hidden until then" },
  reassign: { verb: "Give on", says: "They become the tasks of the person you choose.", done: "given on" },
};

/** Says what will happen to how many tasks, does it, and says which stayed as they were and why. */
export default function TasksDialog({ ask, onClose, onDone }: { ask: TasksAsk; onClose: () => void; onDone: () => void }) {
  const [note, setNote] = useState("");
  const [until, setUntil] = useState(() => localInput(new Date(Date.now() + 86_400_000)));
  const [person, setPerson] = useState<string>();
  const [result, setResult] = useState<TaskBatch>();
  const { verb, says, done } = asks[ask.act];
  const n = "ids" in ask ? ask.ids.length : ask.count;
  const many = `${n.toLocaleString("en")} ${n === 1 ? "task" : "tasks"}`;
  const act = useAct({
    run: (create: TaskBatchCreate, key) => body(api.POST("/v1/tasks/batch", { params: { header: { "Idempotency-Key": key } }, body: create })),
    then: (answer) => { setResult(answer); onDone(); },
    touches: ["task", "partnership"],
  });
  const fields = act.error?.byField ?? {};
  if (result) {
    return (
      <Modal opened onClose={onClose} title={`${result.done.toLocaleString("en")} ${result.done === 1 ? "task" : "tasks"} ${done}`}>
        <Stack>
          <p role="status" style={{ margin: 0 }}>{result.refused.length === 0 ? "None was left out." : `${result.refused.length.toLocaleString("en")} stayed as ${result.refused.length === 1 ? "it was" : "they were"}:`}</p>
          <ul style={{ margin: 0, paddingLeft: 18, maxHeight: 320, overflowY: "auto" }}>
            {result.refused.map(({ id, title, link, reason }) => (
              <li key={id}>
                {link?.startsWith("/") ? <Link to={link}>{title}</Link> : title}
                <div className="soft">{reason}</div>
              </li>
            ))}
          </ul>
          <Group justify="flex-end"><Button onClick={onClose}>Back to the list</Button></Group>
        </Stack>
      </Modal>
    );
  }
  return (
    <Modal opened onClose={onClose} title={`${verb}: ${many}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate({
            act: ask.act,
            note: ask.act === "complete" ? note.trim() || undefined : undefined,
            until: ask.act === "snooze" ? new Date(until).toISOString() : undefined,
            user_id: ask.act === "reassign" ? person : undefined,
            ...("ids" in ask ? { task_ids: ask.ids } : { filter: ask.filter, count: ask.count }),
          });
        }}
      >
        <Stack>
          <p style={{ margin: 0 }}>{says}</p>
          {ask.act === "complete" && <Textarea label="Note" description="Kept in the history of each" autosize minRows={2} maxLength={2000} value={note} onChange={(event) => setNote(event.currentTarget.value)} error={fields.note} />}
          {ask.act === "snooze" && <TextInput label="Until" description="In your time zone" type="datetime-local" required value={until} onChange={(event) => setUntil(event.currentTarget.value)} error={fields.until} />}
          {ask.act === "reassign" && <PersonSelect label="To" value={person} onChange={setPerson} error={fields.user_id} />}
          <ProblemNotice problem={act.error} shownFields={["note", "until", "user_id"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Keep them as they are</Button>
            <Button type="submit" loading={act.isPending} disabled={ask.act === "reassign" && !person}>{verb}: {many}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
