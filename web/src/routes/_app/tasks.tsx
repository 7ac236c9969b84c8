import { Button, Checkbox, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconChecklist } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

import { arrive, taskCountQuery, tasksQuery } from "../../api/queries";
import type { Task } from "../../api/schema";
import { Pager } from "../../components/DataTable";
import { Downloads } from "../../components/Downloads";
import { Filters } from "../../components/Filters";
import { EmptyState } from "../../components/Notice";
import { Page, Section } from "../../components/Page";
import { TaskList } from "../../components/TaskList";
import type { TasksAsk } from "../../components/TasksDialog";
import { choose, useChosen } from "../../lib/choose";
import { hasRole, houseRoles, useSession, workRoles } from "../../lib/session";
import * as url from "../../lib/search";

const ChosenBar = lazy(() => import("../../components/ChosenBar"));
const TasksDialog = lazy(() => import("../../components/TasksDialog"));

const filters = url.search({
  whose: url.oneOf(["me", "all"]),
  state: url.oneOf(["open", "snoozed", "done"]),
  cursor: url.cursor,
});

type Address = url.Read<typeof filters> & { brand?: string };

const filterOf = ({ brand, whose = "me", state = "open" }: Address) => ({ owner: whose === "me" ? "me" : undefined, state, brand_id: brand });

export const Route = createFileRoute("/_app/tasks")({
  validateSearch: filters,
  loader: ({ context, location }) => {
    const address = location.search as Address;
    return arrive(context.queryClient.query(tasksQuery({ ...filterOf(address), cursor: address.cursor })));
  },
  component: Tasks,
});

function Tasks() {
  const address = Route.useSearch();
  const { brand, whose = "me", state = "open", cursor } = address;
  const navigate = useNavigate({ from: Route.fullPath });
  const session = useSession();
  const filter = filterOf(address);
  const tasks = useQuery(tasksQuery({ ...filter, cursor }));
  const chosen = useChosen(filter);
  const [asked, setAsked] = useState<TasksAsk>();
  const may = ({ brand_id, may_reopen }: Task) => hasRole(session, workRoles, brand_id) && (state !== "done" || may_reopen === true);
  const mine = tasks.data?.items.filter(may) ?? [];
  const every = mine.length > 0 && mine.every(({ id }) => chosen.value[id]);
  const ask = (act: TasksAsk["act"]) => setAsked(chosen.all === undefined ? { act, ids: chosen.ids } : { act, filter, count: chosen.all });
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });

  return (
    <Page title="Tasks" under="What somebody must decide or do, by due time." actions={hasRole(session, houseRoles, brand) && <Downloads path="/v1/tasks/export" query={filter} as={["csv", "xlsx"]} />}>
      <Filters>
        <SegmentedControl aria-label="Whose tasks" value={whose} onChange={(value) => set({ whose: value })} data={[{ value: "me", label: "Mine" }, { value: "all", label: "Everybody’s" }]} />
        <SegmentedControl
          aria-label="State"
          value={state}
          onChange={(value) => set({ state: value })}
          data={[{ value: "open", label: "Open" }, { value: "snoozed", label: "Snoozed" }, { value: "done", label: "Done" }]}
        />
        {mine.length > 1 && (
          <Checkbox label="Choose all of this page" py={8} checked={every} indeterminate={!every && chosen.ids.length > 0} onChange={() => chosen.set(choose(mine.map(({ id }) => id), chosen.value, !every))} />
        )}
      </Filters>
      {chosen.ids.length > 0 && (
        <Suspense>
          <ChosenBar noun="tasks" most={1000} chosen={chosen} whole={every && Boolean(cursor ?? tasks.data?.next_cursor)} count={taskCountQuery(filter)}>
            {state === "done" ? <Button size="xs" onClick={() => ask("reopen")}>Open again…</Button> : (
              <>
                <Button size="xs" onClick={() => ask("complete")}>Mark done…</Button>
                <Button size="xs" variant="default" onClick={() => ask("snooze")}>Later…</Button>
                <Button size="xs" variant="default" onClick={() => ask("reassign")}>Give to…</Button>
              </>
            )}
          </ChosenBar>
        </Suspense>
      )}
      <Section title={whose === "me" ? "Your tasks" : "Everybody’s tasks"} flush>
        {tasks.data?.items.length === 0 ? (
          state === "open" ? (
            <EmptyState icon={IconChecklist} title="Nothing is left to do" action={whose === "me" ? <Button variant="default" onClick={() => set({ whose: "all" })}>See everybody’s tasks</Button> : <Link to="/partnerships">See the partnerships</Link>}>
              A task appears when something cannot go on by itself: it has an owner, a due time, and says what happens if it is not done.
            </EmptyState>
          ) : (
            <EmptyState icon={IconChecklist} title={`No ${state} task matches`} action={<Button variant="default" onClick={() => set({ state: undefined })}>See the open tasks</Button>}>What is put off or done is kept here.</EmptyState>
          )
        ) : (
          <TaskList tasks={tasks.data?.items} error={tasks.error} retry={() => void tasks.refetch()} chosen={{ value: chosen.value, onChange: chosen.set, may }} />
        )}
      </Section>
      <Pager shown={tasks.data?.items.length ?? 0} cursor={cursor} nextCursor={tasks.data?.next_cursor} go={(next) => set({ cursor: next })} />
      <Suspense>
        {asked && <TasksDialog ask={asked} onClose={() => setAsked(undefined)} onDone={chosen.clear} />}
      </Suspense>
    </Page>
  );
}
