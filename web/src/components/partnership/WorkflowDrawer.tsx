import { Button, Drawer, Group, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconRefresh } from "@tabler/icons-react";

import { partnershipWorkflowQuery } from "../../api/queries";
import { LoadingLines } from "../Loading";
import { LoadFailed } from "../Notice";
import { Facts, Section } from "../Page";
import { TimerList } from "./Waiting";
import classes from "./Waiting.module.css";

/** What the running workflow answers right now, for operators: not what Postgres remembers of it. */
export default function WorkflowDrawer({ partnershipId, onClose }: { partnershipId: string; onClose: () => void }) {
  const workflow = useQuery(partnershipWorkflowQuery(partnershipId));
  return (
    <Drawer opened onClose={onClose} title="Live workflow" size="lg">
      <Stack>
        <Group justify="space-between">
          <span className="soft">Asked of the workflow itself, each time you open this.</span>
          <Button size="xs" variant="default" leftSection={<IconRefresh size={14} aria-hidden />} loading={workflow.isFetching} onClick={() => void workflow.refetch()}>
            Ask again
          </Button>
        </Group>
        {workflow.error ? (
          <LoadFailed error={workflow.error} retry={() => void workflow.refetch()} />
        ) : !workflow.data ? (
          <LoadingLines />
        ) : (
          <>
            <Facts
              facts={[
                ["Workflow", <code key="id">{workflow.data.workflow_id}</code>],
                ["Run", <code key="run">{workflow.data.run_id}</code>],
                ["Status", workflow.data.status],
                ["Events in this run", workflow.data.history_length],
              ]}
            />
            <Section title="Armed timers">
              <TimerList timers={workflow.data.timers} />
            </Section>
            <Section title="State">
              <pre className={classes.json} tabIndex={0}>{JSON.stringify(workflow.data.state, null, 2)}</pre>
            </Section>
          </>
        )}
      </Stack>
    </Drawer>
  );
}
