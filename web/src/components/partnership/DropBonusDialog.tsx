import { Button, Group, Modal, Select, Stack, Textarea } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { Partnership } from "../../api/schema";
import { ProblemNotice } from "../Notice";
import { goalText, goalsOf } from "./goals";

/** Says that a bonus is not owed, because its number was not reached or cannot be known. */
export default function DropBonusDialog({ partnership, onClose }: { partnership: Partnership; onClose: () => void }) {
  const goals = goalsOf(partnership);
  const [chosen, setChosen] = useState<string | null>(goals.length === 1 ? (goals[0]?.id ?? null) : null);
  const [reason, setReason] = useState("");
  const act = useAct({
    run: (drop: { milestone_id: string; reason: string }, key) =>
      body(api.POST("/v1/partnerships/{id}/commands", { params: { path: { id: partnership.summary.id }, header: { "Idempotency-Key": key } }, body: { command: "drop_bonus", ...drop } })),
    done: "The bonus is not owed any more",
    close: onClose,
    touches: ["partnership", "campaign", "task"],
  });
  const fields = act.error?.byField ?? {};
  const goal = goals.find(({ id }) => id === chosen);
  return (
    <Modal opened onClose={onClose} title="Drop a bonus">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (goal) act.mutate({ milestone_id: goal.id, reason });
        }}
      >
        <Stack>
          <Select label="Bonus" required value={chosen} onChange={setChosen} data={goals.map((each) => ({ value: each.id, label: each.title }))} />
          {goal && <p style={{ margin: 0 }}>The contract owes it when the post has {goalText(goal.threshold)}. Dropped, it is not paid, and its budget is free again. This cannot be undone.</p>}
          <Textarea label="Why it is not owed" required autosize minRows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={fields.reason} />
          <ProblemNotice problem={act.error} shownFields={["reason"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Keep it</Button>
            <Button type="submit" color="red" loading={act.isPending} disabled={!goal || !reason.trim()}>Drop the bonus</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
