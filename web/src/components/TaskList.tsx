import { Button, Checkbox, Group } from "@mantine/core";
import { Link, useLocation } from "@tanstack/react-router";
import { Fragment, lazy, Suspense, useState, type ReactNode } from "react";

import type { Need, ReviewSummary, Task } from "../api/schema";
import { useChooseRange, type Choice } from "../lib/choose";
import { roleWords } from "../lib/session";
import { useTimeText } from "../lib/time";
import { LoadingLines } from "./Loading";
import { LoadFailed } from "./Notice";
import { RelativeTime } from "./RelativeTime";
import { StatusChip } from "./StatusChip";
import type { Asked } from "./TaskDialog";
import classes from "./TaskList.module.css";

const TaskDialog = lazy(() => import("./TaskDialog"));
const ReopenTask = lazy(() => import("./ReopenTask"));

/** Chosen tasks, where many can be changed at once, and which of them may be. */
export interface ChosenTasks {
  value: Choice;
  onChange: (value: Choice) => void;
  may: (task: Task) => boolean;
}

/** Tasks with what to do about each: go there, mark done, later, or to somebody else. */
export function TaskList({ tasks, ...rest }: { tasks: Task[] | undefined; error?: unknown; retry?: () => void; chosen?: ChosenTasks }) {
  return <NeedList needs={tasks?.map((task) => ({ task }))} {...rest} />;
}

/** Tasks, and reviews in which somebody is asked, each with what happens else. */
export function NeedList({ needs, error, retry, chosen }: { needs: Need[] | undefined; error?: unknown; retry?: () => void; chosen?: ChosenTasks }) {
  const [asked, setAsked] = useState<{ task: Task; for: Asked } | null>(null);
  const ids = needs?.flatMap(({ task }) => (task && chosen?.may(task) ? [task.id] : [])) ?? [];
  const choose = useChooseRange(ids, chosen?.value ?? {}, (value) => chosen?.onChange(value));
  if (error && !needs) return <LoadFailed error={error} retry={retry} />;
  if (!needs) return <div className={classes.loading}><LoadingLines /></div>;
  return (
    <>
      <ul className={classes.list}>
        {needs.map(({ task, review, if_not, if_not_at }) => (
          <Fragment key={task?.id ?? review?.id}>
            {task && <TaskRow task={task} ask={(what) => setAsked({ task, for: what })} box={chosen?.may(task) && (
              <Checkbox size="xs" aria-label={`Choose ${task.title}${task.creator ? `, ${task.creator.name}` : ""}`} checked={chosen.value[task.id] ?? false} onChange={(event) => choose(task.id, event.currentTarget.checked, (event.nativeEvent as MouseEvent).shiftKey)} />
            )} />}
            {review && <ReviewRow review={review} ifNot={if_not} ifNotAt={if_not_at} />}
          </Fragment>
        ))}
      </ul>
      <Suspense>
        {asked && <TaskDialog key={`${asked.task.id}-${asked.for}`} {...asked} onClose={() => setAsked(null)} />}
      </Suspense>
    </>
  );
}

function Due({ at, overdue }: { at: string | undefined; overdue: boolean }) {
  return (
    <span className={overdue ? classes.overdue : "soft"}>
      {at ? <>{overdue ? "Overdue, due " : "Due "}<RelativeTime at={at} /></> : "No due time"}
    </span>
  );
}

function useOverdue(at: string | undefined): boolean {
  return useTimeText((now) => (at && new Date(at) < now ? "overdue" : "")) === "overdue";
}

function ReviewRow({ review, ifNot, ifNotAt }: { review: ReviewSummary; ifNot: string | undefined; ifNotAt: string | undefined }) {
  const overdue = useOverdue(review.due_at);
  const title = `Decide on “${review.deliverable_title}”`;
  return (
    <li className={classes.task}>
      <div className={classes.words}>
        <div className={classes.title}>
          <Link to="/reviews/$id" params={{ id: review.id }}>{title}</Link>
          {review.state === "held" && <StatusChip noun="review" state={review.state} />}
        </div>
        <div className={classes.facts}>
          <span>{review.creator.name}</span>
          <span>{review.campaign_name}</span>
          {review.behalf && <span>For {review.behalf.name}</span>}
          {ifNot && <span>If not done: {ifNot}{ifNotAt && <>, <RelativeTime at={ifNotAt} /></>}</span>}
        </div>
      </div>
      <div className={classes.side}>
        <Due at={review.due_at} overdue={overdue} />
        <Group gap={4} justify="flex-end">
          <Button size="compact-sm" variant="default" renderRoot={(props) => <Link to="/reviews/$id" params={{ id: review.id }} {...props} />} aria-label={`Decide: ${title}, ${review.creator.name}`}>Decide</Button>
        </Group>
      </div>
    </li>
  );
}

function TaskRow({ task, ask, box }: { task: Task; ask: (what: Asked) => void; box?: ReactNode }) {
  const overdue = useOverdue(task.state === "open" ? task.due_at : undefined);
  const { pathname } = useLocation();
  const page = task.link?.startsWith("/") ? task.link : task.partnership_id && `/partnerships/${task.partnership_id}`;
  // A link to the page that is open would seem broken.
  const link = page === pathname ? undefined : page;
  const active = task.state === "open" || task.state === "snoozed";
  return (
    <li className={classes.task}>
      {box}
      <div className={classes.words}>
        <div className={classes.title}>
          {link ? <Link to={link}>{task.title}</Link> : task.title}
          {task.state !== "open" && <StatusChip noun="task" state={task.state} />}
        </div>
        {task.detail && <div className="soft">{task.detail}</div>}
        <div className={classes.facts}>
          {task.creator && <span>{task.creator.name}</span>}
          {task.owner ? <span>{task.owner.name}</span> : task.owner_role && <span>Anyone: {roleWords[task.owner_role]}</span>}
          {task.state === "done" && task.done_at && <span>Done {task.done_by && `by ${task.done_by.name}, `}<RelativeTime at={task.done_at} /></span>}
          {task.if_not_done && active && <span>If not done: {task.if_not_done}</span>}
        </div>
      </div>
      <div className={classes.side}>
        <Due at={task.due_at} overdue={overdue} />
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
        {task.may_reopen && <Suspense><ReopenTask task={task} /></Suspense>}
      </div>
    </li>
  );
}
