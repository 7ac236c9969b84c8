import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { IconChecklist } from "@tabler/icons-react";

import { tasksQuery } from "../../api/queries";
import { Pager } from "../../components/DataTable";
import { Filters } from "../../components/Filters";
import { EmptyState } from "../../components/Notice";
import { Page, Section } from "../../components/Page";
import { TaskList } from "../../components/TaskList";
import * as url from "../../lib/search";

const filters = url.search({
  whose: url.oneOf(["me", "all"]),
  state: url.oneOf(["open", "snoozed", "done"]),
  cursor: url.cursor,
});

export const Route = createFileRoute("/_app/tasks")({ validateSearch: filters, component: Tasks });

function Tasks() {
  const { brand, whose = "me", state = "open", cursor } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const tasks = useQuery(tasksQuery({ owner: whose === "me" ? "me" : undefined, state, brand_id: brand, cursor }));
  const set = (change: url.Read<typeof filters>) => void navigate({ search: (search) => ({ ...search, cursor: undefined, ...change }) });

  return (
    <Page title="Tasks" under="What somebody must decide or do, by due time.">
      <Filters>
        <SegmentedControl aria-label="Whose tasks" value={whose} onChange={(value) => set({ whose: value })} data={[{ value: "me", label: "Mine" }, { value: "all", label: "Everybody’s" }]} />
        <SegmentedControl
          aria-label="State"
          value={state}
          onChange={(value) => set({ state: value })}
          data={[{ value: "open", label: "Open" }, { value: "snoozed", label: "Snoozed" }, { value: "done", label: "Done" }]}
        />
      </Filters>
      <Section title={whose === "me" ? "Your tasks" : "Everybody’s tasks"} flush>
        {tasks.data?.items.length === 0 ? (
          state === "open" ? (
            <EmptyState icon={IconChecklist} title="Nothing is left to do">
              A task appears when something cannot go on by itself: it has an owner, a due time, and says what happens if it is not done.
            </EmptyState>
          ) : (
            <EmptyState icon={IconChecklist} title={`No ${state} task matches`}>Choose another state above.</EmptyState>
          )
        ) : (
          <TaskList tasks={tasks.data?.items} error={tasks.error} retry={() => void tasks.refetch()} />
        )}
      </Section>
      <Pager shown={tasks.data?.items.length ?? 0} cursor={cursor} nextCursor={tasks.data?.next_cursor} go={(next) => set({ cursor: next })} />
    </Page>
  );
}
