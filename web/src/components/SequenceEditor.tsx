import { ActionIcon, Button, Group, NativeSelect, NumberInput, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconArrowUp, IconPlus, IconRowInsertBottom, IconTrash } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import { creatorFieldsQuery, templatesQuery } from "../api/queries";
import type { Sequence, SequenceCreate, SequenceStep } from "../api/schema";
import { words } from "../lib/states";
import { ProblemNotice } from "./Notice";
import classes from "./SequenceEditor.module.css";
import { Simulator } from "./sequence/Simulator";
import { StepFields } from "./sequence/StepFields";
import { arrange, freshSteps, inputsOf, insertedBehind, movedUp, type Order, removed, stepOfKind } from "./sequence/steps";
import { TriggerFields, triggerInputs } from "./sequence/TriggerFields";
import { Unsaved } from "./Unsaved";

const kinds: { value: SequenceStep["kind"]; label: string }[] = [
  { value: "send", label: "Send a mail" }, { value: "wait", label: "Wait" }, { value: "branch", label: "Branch" }, { value: "task", label: "Make a task" }, { value: "stop", label: "Stop" },
];

const wait: SequenceStep = { kind: "wait", business_days: 3 };

/** The steps as they are edited, and a name for each that goes along when it moves, so that the keyboard stays with it. */
function useSteps(given: SequenceStep[]) {
  const [{ steps, names, next }, set] = useState({ steps: given, names: given.map((_, at) => at), next: given.length });
  return {
    steps,
    names,
    change: (at: number, step: SequenceStep) => set({ steps: steps.map((old, n) => (n === at ? step : old)), names, next }),
    order: (order: Order) => set({ steps: arrange(steps, order), names: order.map((from) => (typeof from === "number" ? names[from] ?? next : next)), next: next + 1 }),
  };
}

/** Changes the steps of a sequence and what starts it, shows when each step would come, and saves them as a new version. */
export function SequenceEditor({ brandId, sequence, close }: { brandId: string; sequence?: Sequence; close: () => void }) {
  const [name, setName] = useState(sequence?.name ?? "");
  const [coolOff, setCoolOff] = useState<number | string>(sequence?.cool_off_days ?? 90);
  const [trigger, setTrigger] = useState(sequence?.trigger);
  const { steps, names, change, order } = useSteps(sequence?.steps ?? freshSteps);
  // What was refused about which input, whether by saving or by simulating; forgotten when steps take other places.
  const [errors, setErrors] = useState<Record<string, string>>({});
  const templates = useQuery(templatesQuery(brandId));
  const fields = useQuery(creatorFieldsQuery(brandId));
  const save = useAct({
    run: (what: SequenceCreate, key) => body(api.POST("/v1/sequences", { params: { header: { "Idempotency-Key": key } }, body: what })),
    done: ({ version }) => `Saved as version ${version}. Running partnerships keep theirs.`,
    close,
    touches: ["sequence"],
  });
  const mails = templates.data?.items.map((template) => ({ value: template.name, label: words(template.name) })) ?? [];
  const own = fields.data?.items ?? [];
  const shownFields = ["name", ...(trigger ? [] : ["cool_off_days"]), ...triggerInputs(trigger), ...steps.flatMap(inputsOf)];
  const rearrange = (to: Order) => {
    setErrors({});
    save.reset(); // its words would be about another step
    order(to);
  };
  return (
    <form
      className={classes.editor}
      aria-label={sequence ? `Edit ${sequence.name}` : "New sequence"}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(
          { brand_id: brandId, name, steps, trigger, cool_off_days: trigger ? sequence?.cool_off_days : Number(coolOff) },
          { onError: (problem) => setErrors(problem.byField) },
        );
      }}
    >
      <Unsaved of={[name, coolOff, trigger, steps]} step={save} />
      <Stack gap="sm">
        <Group align="start">
          <TextInput label="Name" description="The same name makes a new version" value={name} onChange={(event) => setName(event.currentTarget.value)} error={errors.name} required flex="1 1 220px" />
          {!trigger && <NumberInput label="Cool-off" description="Until it may begin again" suffix=" days" min={0} max={730} value={coolOff} onChange={setCoolOff} error={errors.cool_off_days} w={200} />}
        </Group>
        <TriggerFields trigger={trigger} own={own} error={(input) => errors[`trigger.${input}`]} change={setTrigger} />
        <ol className={classes.steps} aria-label="Steps">
          {steps.map((step, at) => (
            <li key={names[at]}>
              <span className={classes.place} aria-hidden>{at + 1}</span>
              <NativeSelect
                aria-label={`Step ${at + 1}`}
                value={step.kind}
                onChange={(event) => change(at, stepOfKind(event.currentTarget.value as SequenceStep["kind"], at, steps.length))}
                data={kinds}
                error={errors[`steps.${at}.kind`]}
              />
              <div className={classes.fields}>
                <StepFields at={at} steps={steps} mails={mails} own={own} error={(input) => errors[`steps.${at}.${input}`]} change={(to) => change(at, to)} />
              </div>
              <Group className={classes.tools} gap={2} wrap="nowrap">
                <ActionIcon variant="subtle" color="gray" aria-label={`Move step ${at + 1} up`} disabled={at === 0} onClick={() => rearrange(movedUp(steps.length, at))}>
                  <IconArrowUp size={16} aria-hidden />
                </ActionIcon>
                <ActionIcon variant="subtle" color="gray" aria-label={`Insert a step behind step ${at + 1}`} onClick={() => rearrange(insertedBehind(steps.length, at, wait))}>
                  <IconRowInsertBottom size={16} aria-hidden />
                </ActionIcon>
                <ActionIcon variant="subtle" color="gray" aria-label={`Remove step ${at + 1}`} disabled={steps.length === 1} onClick={() => rearrange(removed(steps.length, at))}>
                  <IconTrash size={16} aria-hidden />
                </ActionIcon>
              </Group>
            </li>
          ))}
        </ol>
        <Group>
          <Button variant="default" size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => rearrange(insertedBehind(steps.length, steps.length - 1, wait))}>Add a step</Button>
        </Group>
        <Simulator brandId={brandId} steps={steps} outreach={!trigger} shownFields={shownFields} refused={setErrors} />
        <ProblemNotice problem={save.error} shownFields={shownFields} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>Cancel</Button>
          <Button type="submit" loading={save.isPending} disabled={name.trim() === ""}>Save as a new version</Button>
        </Group>
      </Stack>
    </form>
  );
}
