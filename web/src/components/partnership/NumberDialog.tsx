import { Button, Group, Modal, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { Partnership, PostNumberCreate } from "../../api/schema";
import { exactText, localInput } from "../../lib/time";
import { goalText, goalsOf } from "./goals";
import { ProblemNotice } from "../Notice";

/** Enters a number of a post that a bonus depends on; what it decides is said before. */
export default function NumberDialog({ partnership, onClose }: { partnership: Partnership; onClose: () => void }) {
  const goals = goalsOf(partnership);
  const [chosen, setChosen] = useState<string | null>(goals[0]?.id ?? null);
  const [value, setValue] = useState<number | string>("");
  const [stood, setStood] = useState(() => localInput(new Date()));
  const [source, setSource] = useState("");
  const [url, setUrl] = useState("");
  const act = useAct({
    run: ({ deliverable, number }: { deliverable: string; number: PostNumberCreate }, key) =>
      body(api.POST("/v1/deliverables/{id}/numbers", { params: { path: { id: deliverable }, header: { "Idempotency-Key": key } }, body: number })),
    done: "The number is entered",
    close: onClose,
    touches: ["partnership", "campaign", "payout", "task"],
  });
  const fields = act.error?.byField ?? {};
  const goal = goals.find(({ id }) => id === chosen);
  return (
    <Modal opened onClose={onClose} title="Enter the number that a bonus depends on">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (goal && typeof value === "number") {
            act.mutate({ deliverable: goal.deliverable_id, number: { metric: goal.threshold.metric, value, stood_at: new Date(stood).toISOString(), source, url: url || undefined } });
          }
        }}
      >
        <Stack>
          <Select label="Bonus" required allowDeselect={false} value={chosen} onChange={setChosen} data={goals.map((each) => ({ value: each.id, label: each.title }))} />
          {goal && <p style={{ margin: 0 }}>Owed when the post has {goalText(goal.threshold)}. It counts until {exactText(new Date(goal.counts_until))}.</p>}
          <NumberInput label={goal ? `How many ${goal.threshold.metric}` : "The number"} required min={0} allowDecimal={false} thousandSeparator="," value={value} onChange={setValue} error={fields.value} />
          <TextInput label="When it stood there" type="datetime-local" required value={stood} onChange={(event) => setStood(event.currentTarget.value)} error={fields.stood_at} />
          <TextInput label="Where you read it" description="Finance reads it before the money leaves" placeholder="The creator’s statistics page" required maxLength={500} value={source} onChange={(event) => setSource(event.currentTarget.value)} error={fields.source} />
          <TextInput label="A page or picture that shows it" placeholder="https://" value={url} onChange={(event) => setUrl(event.currentTarget.value)} error={fields.url} />
          <ProblemNotice problem={act.error} shownFields={["value", "stood_at", "source", "url"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Enter nothing</Button>
            <Button type="submit" loading={act.isPending} disabled={!goal || value === "" || !source.trim()}>Enter the number</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
