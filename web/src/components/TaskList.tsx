import { Button, Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";

import type { Task } from "../api/schema";
import { roleWords } from "../lib/session";
import { useTimeText } from "../lib/time";
import { LoadingLines } from "./Loading";
import { LoadFailed } from "./Notice";
import { RelativeTime } from "./RelativeTime";
import { StatusChip } from "./StatusChip";
import type { Asked } from "./TaskDialog";
import classes from "./TaskList.module.css";

const TaskDialog = lazy(() => import("./TaskDialog"));

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
      <Suspense>
        {asked && <TaskDialog key={`${asked.task.id}-${asked.for}`} {...asked} onClose={() => setAsked(null)} />}
      </Suspense>
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
          {task.owner ? <span>{task.owner.name}</span> : task.owner_role && <span>Anyone: {roleWords[task.owner_role]}</span>}
          {task.if_not_done && active && <span>If not done: {task.if_not_done}</span>}
        </div>
      </div>
      <div className={classes.side}>
        <span className={overdue ? classes.overdue : "soft"}>
          {task.due_at ? <>{overdue ? "Overdue, due " : "Due "}<RelativeTime at={task.due_at} /></> : "No due time"}
        </span>
        {active && (
          <Group gap={4} justify="flex-end">
            {task.closes_itself ? (
              link && <Button size="compact-sm" variant="default" component={Link} to={link} aria-label={`Decide: ${task.title}`}>Decide</Button>
            ) : (
              <Button size="compact-sm" variant="default" onClick={() => ask("complete")} aria-label={`Done: ${task.title}`}>Done</Button>
            )}
            <Button size="compact-sm" variant="subtle" color="gray" onClick={() => ask("snooze")} aria-label={`Later: ${task.title}`}>Later</Button>
            <Button size="compact-sm" variant="subtle" color="gray" onClick={() => ask("reassign")} aria-label={`Give to another person: ${task.title}`}>Give to</Button>
          </Group>
        )}
      </div>
    </li>
  );
}
