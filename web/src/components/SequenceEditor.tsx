import { ActionIcon, Button, Group, NativeSelect, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import { creatorsQuery, templatesQuery } from "../api/queries";
import type { components, Sequence, SequenceStep } from "../api/schema";
import { words } from "../lib/states";
import { exactText } from "../lib/time";
import { ProblemNotice } from "./Notice";
import classes from "./SequenceEditor.module.css";

type Simulation = components["schemas"]["SequenceSimulation"];

const kinds: { value: SequenceStep["kind"]; label: string }[] = [
  { value: "send", label: "Send a mail" }, { value: "wait", label: "Wait" }, { value: "task", label: "Make a task" }, { value: "stop", label: "Stop" },
];

const fresh: SequenceStep[] = [{ kind: "send", template: "invitation" }, { kind: "wait", business_days: 3 }, { kind: "send", template: "follow_up_1" }, { kind: "stop" }];

/** Changes the steps of a sequence, shows when each would come, and saves them as a new version. */
export function SequenceEditor({ brandId, sequence, close }: { brandId: string; sequence?: Sequence; close: () => void }) {
  const [name, setName] = useState(sequence?.name ?? "");
  const [coolOff, setCoolOff] = useState<number | string>(sequence?.cool_off_days ?? 90);
  const [steps, setSteps] = useState<SequenceStep[]>(sequence?.steps ?? fresh);
  const templates = useQuery(templatesQuery(brandId));
  const save = useAct({
    run: (what: components["schemas"]["SequenceCreate"], key) =>
      body(api.POST("/v1/sequences", { params: { header: { "Idempotency-Key": key } }, body: what })),
    done: ({ version }) => `Saved as version ${version}. Running partnerships keep theirs.`,
    close,
    touches: ["sequence"],
  });
  const errors = save.error?.byField ?? {};
  const change = (at: number, step: SequenceStep) => setSteps(steps.map((old, n) => (n === at ? step : old)));
  const mails = templates.data?.items.map((template) => ({ value: template.name, label: words(template.name) })) ?? [];
  return (
    <form
      className={classes.editor}
      aria-label={sequence ? `Edit ${sequence.name}` : "New sequence"}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ brand_id: brandId, name, steps, cool_off_days: Number(coolOff) });
      }}
    >
      <Stack gap="sm">
        <Group align="start">
          <TextInput label="Name" description="The same name makes a new version" value={name} onChange={(event) => setName(event.currentTarget.value)} error={errors.name} required flex="1 1 220px" />
          <NumberInput label="Cool-off" description="Days until it may begin again" min={0} max={730} value={coolOff} onChange={setCoolOff} error={errors.cool_off_days} w={200} />
        </Group>
        <ol className={classes.steps} aria-label="Steps">
          {steps.map((step, at) => (
            <li key={at}>
              <NativeSelect
                aria-label={`Step ${at + 1}`}
                value={step.kind}
                onChange={(event) => change(at, { kind: event.currentTarget.value as SequenceStep["kind"] })}
                data={kinds}
                error={errors[`steps[${at}].kind`]}
              />
              {step.kind === "send" && (
                <Select
                  aria-label={`Mail of step ${at + 1}`} placeholder="Which mail" searchable value={step.template ?? null} data={mails}
                  onChange={(template) => change(at, { ...step, template: template ?? undefined })} error={errors[`steps[${at}].template`]}
                />
              )}
              {step.kind === "wait" && (
                <NumberInput
                  aria-label={`Business days of step ${at + 1}`} suffix=" business days" min={1} max={90} value={step.business_days ?? ""}
                  onChange={(days) => change(at, { ...step, business_days: Number(days) || undefined })} error={errors[`steps[${at}].business_days`]}
                />
              )}
              {step.kind === "task" && (
                <TextInput
                  aria-label={`Task of step ${at + 1}`} placeholder="What somebody shall do" value={step.title ?? ""}
                  onChange={(event) => change(at, { ...step, title: event.currentTarget.value })} error={errors[`steps[${at}].title`]}
                />
              )}
              <Group gap={2} wrap="nowrap" ml="auto">
                <ActionIcon
                  variant="subtle" color="gray" aria-label={`Move step ${at + 1} up`} disabled={at === 0}
                  onClick={() => setSteps([...steps.slice(0, at - 1), step, ...steps.slice(at - 1, at), ...steps.slice(at + 1)])}
                >
                  <IconArrowUp size={16} aria-hidden />
                </ActionIcon>
                <ActionIcon variant="subtle" color="gray" aria-label={`Remove step ${at + 1}`} disabled={steps.length === 1} onClick={() => setSteps(steps.filter((_, n) => n !== at))}>
                  <IconTrash size={16} aria-hidden />
                </ActionIcon>
              </Group>
            </li>
          ))}
        </ol>
        <Group>
          <Button variant="default" size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setSteps([...steps, { kind: "wait", business_days: 3 }])}>Add a step</Button>
        </Group>
        <Simulator brandId={brandId} steps={steps} />
        <ProblemNotice problem={save.error} shownFields={Object.keys(errors).filter((field) => field === "name" || field === "cool_off_days" || /^steps\[\d+\]/.test(field))} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>Cancel</Button>
          <Button type="submit" loading={save.isPending} disabled={name.trim() === ""}>Save as a new version</Button>
        </Group>
      </Stack>
    </form>
  );
}

const what = ({ kind, template, title }: Simulation["items"][number]) => (kind === "send" ? `Sends “${words(template ?? "")}”` : kind === "task" ? `Makes a task: ${title ?? ""}` : "Ends as unanswered");

/** Says when each step would come, for a creator who never answers. */
function Simulator({ brandId, steps }: { brandId: string; steps: SequenceStep[] }) {
  const [creator, setCreator] = useState<string | null>(null);
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed, 200);
  const creators = useQuery({ ...creatorsQuery({ q, limit: 20 }), enabled: q.trim() !== "" });
  const [start, setStart] = useState("");
  const simulate = useAct({
    run: (creator_id: string | undefined) =>
      body(api.POST("/v1/sequences/simulate", { body: { brand_id: brandId, steps, creator_id, starts_at: start ? new Date(start).toISOString() : undefined } })),
  });
  const found = simulate.data;
  const at = (time: string) => exactText(new Date(time), found?.zone);
  return (
    <fieldset className={classes.simulator}>
      <legend>When would it happen?</legend>
      <Group align="end">
        <Select
          label="For" placeholder="A creator; else the brand’s own hours" searchable clearable clearButtonProps={{ "aria-label": "Clear For" }}
          value={creator} onChange={setCreator} searchValue={typed} onSearchChange={setTyped} flex="1 1 220px"
          data={(creators.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))} nothingFoundMessage={q.trim() === "" ? "Type a creator’s name" : "No such creator"}
        />
        <TextInput type="datetime-local" label="Started" value={start} onChange={(event) => setStart(event.currentTarget.value)} />
        <Button variant="default" loading={simulate.isPending} onClick={() => simulate.mutate(creator ?? undefined)}>Show</Button>
      </Group>
      <ProblemNotice problem={simulate.error} />
      {found && (
        <ol className={classes.found} aria-label="What would happen">
          {found.items.map((item, n) => (
            <li key={n}>
              <strong>{what(item)}</strong> <span>{at(item.at)}</span>
              {item.latest !== item.at && <span className="soft">at the latest {at(item.latest)}</span>}
              <span className="soft">{item.why}</span>
            </li>
          ))}
        </ol>
      )}
    </fieldset>
  );
}
