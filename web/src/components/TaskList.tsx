import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import type { Task } from "../api/schema";
import { roleWords } from "../lib/session";
import { useTimeText } from "../lib/time";
import { LoadingLines } from "./Loading";
import { LoadFailed, ProblemNotice } from "./Notice";
import { PersonSelect } from "./Pickers";
import { RelativeTime } from "./RelativeTime";
import { StatusChip } from "./StatusChip";
import classes from "./TaskList.module.css";

type Asked = "complete" | "snooze" | "reassign";

/** Tasks with what to do about each: go there, mark done, later, or to somebody else. */
export function TaskList({ tasks, error, retry }: { tasks: Task[] | undefined; error?: unknown; retry?: () => void }) {
  const [asked, setAsked] = useState<{ task: Task; for: Asked } | null>(null);
  if (error && !tasks) return <LoadFailed error={error} retry={retry} />;
  if (!tasks) return <div className={classes.loading}><LoadingLines /></div>;
  return (
    <>
      <ul className={classes.list}>
        {tasks.map((task) => (
          <TaskRow key={task.id} task={task} ask={(what) => setAsked({ task, for: what })} />
        ))}
      </ul>
      {asked && <TaskDialog key={`${asked.task.id}-${asked.for}`} {...asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function TaskRow({ task, ask }: { task: Task; ask: (what: Asked) => void }) {
  const overdue = useTimeText((now) => (task.state === "open" && task.due_at && new Date(task.due_at) < now ? "overdue" : "")) === "overdue";
  const link = task.link?.startsWith("/") ? task.link : task.partnership_id && `/partnerships/${task.partnership_id}`;
  const active = task.state === "open" || task.state === "snoozed";
  return (
    <li className={classes.task}>
      <div className={classes.words}>
        <div className={classes.title}>
          {link ? <Link to={link}>{task.title}</Link> : task.title}
          {task.state !== "open" && <StatusChip noun="task" state={task.state} />}
        </div>
        {task.detail && <div className="soft">{task.detail}</div>}
        <div className={classes.facts}>
          {task.creator && <span>{task.creator.name}</span>}
          {(task.owner ?? task.owner_role) && <span>{task.owner?.name ?? `Anyone: ${roleWords[task.owner_role!]}`}</span>}
          {task.if_not_done && active && <span>If not done: {task.if_not_done}</span>}
        </div>
      </div>
      <div className={classes.side}>
        <span className={overdue ? classes.overdue : "soft"}>
          {task.due_at ? <>{overdue ? "Overdue, due " : "Due "}<RelativeTime at={task.due_at} /></> : "No due time"}
        </span>
        {active && (
          <Group gap={4} justify="flex-end">
            <Button size="compact-sm" variant="default" onClick={() => ask("complete")} aria-label={`Done: ${task.title}`}>Done</Button>
            <Button size="compact-sm" variant="subtle" color="gray" onClick={() => ask("snooze")} aria-label={`Later: ${task.title}`}>Later</Button>
            <Button size="compact-sm" variant="subtle" color="gray" onClick={() => ask("reassign")} aria-label={`Give to another person: ${task.title}`}>Give to</Button>
          </Group>
        )}
      </div>
    </li>
  );
}

const dialogs: Record<Asked, { title: string; verb: string; done: string }> = {
  complete: { title: "Mark this task done", verb: "Mark done", done: "Task done" },
  snooze: { title: "Hide this task until later", verb: "Hide until then", done: "Task hidden until then" },
  reassign: { title: "Give this task to another person", verb: "Give the task", done: "Task given on" },
};

/** The start of the next hour in the form a local date and time field takes. */
function nextHour(): string {
  const at = new Date(Date.now() + 3_600_000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 14) + "00";
}

function TaskDialog({ task, for: asked, onClose }: { task: Task; for: Asked; onClose: () => void }) {
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
    then: onClose,
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
