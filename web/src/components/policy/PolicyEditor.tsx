import { ActionIcon, Button, Group, NumberInput, Radio, Stack, TextInput, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { flushSync } from "react-dom";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { brandsQuery } from "../../api/queries";
import type { Policy, PolicyCreate, PolicyStage } from "../../api/schema";
import { refusedAt } from "../../lib/fields";
import { toMajor } from "../../lib/money";
import { ProblemNotice } from "../Notice";
import { Section } from "../Page";
import { movedUp, removed } from "../sequence/steps";
import classes from "./Policy.module.css";
import { PolicySimulator } from "./PolicySimulator";
import { PolicyWords } from "./PolicyWords";
import { StageFields, StageName } from "./StageFields";
import { arrangeStages, cleanStage, emptyStage, freshStages, stageInputs, whyNoSilentApproval } from "./stages";
import { WhenFields, whenOf, type TypedWhen } from "./WhenFields";
import { useWho } from "./who";
import { stageName } from "./words";
import { Unsaved } from "../Unsaved";

const silences: { value: Policy["on_silence"]; label: string; description: string }[] = [
  { value: "hold", label: "Hold the review", description: "It waits, with a task for the admins, until somebody decides" },
  { value: "auto_approve", label: "Approve by itself", description: "Only for content that may go out unseen" },
  { value: "auto_reject", label: "Reject by itself", description: "The content is not used" },
];

const shown = new RegExp(`^(name|rank|on_silence|when(\\..+)?|stages\\.\\d+\\.(${stageInputs.join("|")})(\\..+)?)$`);

/** The stages as they are edited, and a name for each that goes along when it moves, so that the keyboard stays with it. */
function useStages(given: PolicyStage[]) {
  const [{ stages, names, next }, set] = useState({ stages: given, names: given.map((_, at) => at), next: given.length });
  return {
    stages,
    names,
    change: (at: number, stage: PolicyStage) => set({ stages: stages.map((old, n) => (n === at ? stage : old)), names, next }),
    order: (order: (number | PolicyStage)[]) =>
      set({ stages: arrangeStages(stages, order), names: order.map((from) => (typeof from === "number" ? (names[from] ?? next) : next)), next: next + 1 }),
  };
}

/** Changes an approval policy, says in words what it does, tries it on past submissions, and saves it as a new version. */
export function PolicyEditor({ brandId, policy: newest, saved, close }: { brandId: string; policy?: Policy; saved: (policy: Policy) => void; close: () => void }) {
  const [policy] = useState(newest); // what is edited stays what was opened, also when somebody else saves a newer version
  const who = useWho(brandId);
  const brand = useQuery(brandsQuery).data?.items.find(({ id }) => id === brandId);
  const [name, setName] = useState(policy?.name ?? "");
  const [by, setBy] = useState<"content" | "campaign">(policy?.when ? "content" : "campaign");
  const [typedWhen, setWhen] = useState<Omit<TypedWhen, "fee"> & { fee?: TypedWhen["fee"] }>(() => {
    const { fee_at_least, ...rest } = policy?.when ?? {};
    return { ...rest, fee: fee_at_least && { amount: toMajor(fee_at_least), currency: fee_at_least.currency } };
  });
  const [rank, setRank] = useState<number | string>(policy?.when ? policy.rank : 100);
  const [silence, setSilence] = useState<Policy["on_silence"]>(policy?.on_silence ?? "hold");
  const { stages, names, change, order } = useStages(policy?.stages ?? freshStages);
  // What was refused about which input, whether by saving or by trying; what is said of stages is forgotten when they take other places.
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [moved, setMoved] = useState("");
  const list = useRef<HTMLOListElement>(null);
  const save = useAct({
    run: (what: PolicyCreate, key) => body(api.POST("/v1/policies", { params: { header: { "Idempotency-Key": key } }, body: { ...what, from_version: what.name === policy?.name ? policy.version : 0 } })),
    done: ({ version }) => `Saved as version ${version}. Running reviews keep theirs.`,
    then: saved,
    touches: ["policy"],
  });

  // After a refusal the first field that must change gets the keyboard.
  useEffect(() => {
    if (save.error) document.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [save.error]);

  const when: TypedWhen = { ...typedWhen, fee: typedWhen.fee ?? { amount: "", currency: brand?.second_pair_threshold.currency ?? "usd" } };
  const sent = { brand_id: brandId, stages: stages.map(cleanStage), on_silence: silence, when: by === "content" ? whenOf(when) : undefined };
  const noSilence = whyNoSilentApproval(stages);
  const shownFields = Object.keys(save.error?.byField ?? {}).filter((field) => shown.test(field));

  const rearrange = (to: (number | PolicyStage)[], say: string) => {
    const focused = document.activeElement;
    setErrors((before) => Object.fromEntries(Object.entries(before).filter(([field]) => !field.startsWith("stages."))));
    setMoved(say);
    flushSync(() => order(to));
    // What moves in the page loses the keyboard.
    if (focused instanceof HTMLElement && focused.isConnected) focused.focus();
  };
  const up = (at: number, mover: number) => rearrange(movedUp(stages.length, at), `${stageName(stages, mover)} is now stage ${mover === at ? at : at + 1} of ${stages.length}`);
  const moveUp = (at: number) => at > 0 && up(at, at);
  const moveDown = (at: number) => at < stages.length - 1 && up(at + 1, at);
  const remove = (at: number) => {
    rearrange(removed(stages.length, at), `${stageName(stages, at)} was removed`);
    list.current?.children[Math.min(at, stages.length - 2)]?.querySelector<HTMLElement>("input")?.focus();
  };
  const add = () => {
    rearrange(withOneMore(stages.length), "");
    list.current?.lastElementChild?.querySelector<HTMLElement>("input")?.focus();
  };
  const onKey = (at: number) => (event: KeyboardEvent) => {
    if (!event.altKey || !event.shiftKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    if (event.key === "ArrowUp") moveUp(at);
    else moveDown(at);
  };

  return (
    <form
      className={classes.editor}
      aria-label={policy ? `Edit ${policy.name}` : "New policy"}
      noValidate
      onKeyDown={(event) => {
        // Enter on a search that finds nothing would save everything.
        if (event.key === "Enter" && event.target instanceof HTMLElement && event.target.matches("[role=combobox]")) event.preventDefault();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(
          { ...sent, name: name.trim(), rank: by === "content" ? Number(rank) || 0 : undefined },
          { onError: (problem) => setErrors(problem.byField), onSuccess: () => setErrors({}) },
        );
      }}
    >
      <Unsaved of={[name, by, typedWhen, rank, silence, stages]} step={save} />
      <div className={classes.main}>
        <Section title="Name and when it is chosen">
          <Stack>
            <TextInput
              label="Name" required maxLength={200} data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} error={errors.name}
              description={!policy ? "Such as Standard, or Alcohol in Germany" : name.trim() === policy.name ? `Saved as version ${policy.version + 1}` : `Another name makes another policy; “${policy.name}” stays as it is`}
            />
            <WhenFields by={by} value={when} who={who} errors={errors} changeBy={setBy} change={setWhen} />
            {by === "content" && (
              <NumberInput
                label="Rank" description="Where several policies fit, one with a legal stage comes first, then the lowest rank, then the most conditions" min={0} max={1000} allowDecimal={false}
                value={rank} onChange={setRank} error={errors.rank}
              />
            )}
          </Stack>
        </Section>
        <Section title="Stages">
          <Stack>
            <ol className={classes.stages} aria-label="Stages in their order" ref={list}>
              {stages.map((stage, at) => (
                <li key={names[at]} aria-label={`Stage ${at + 1}`} onKeyDown={onKey(at)}>
                  <div className={classes.head}>
                    <span className={classes.place} aria-hidden>{at + 1}</span>
                    <StageName at={at} stage={stage} error={errors[`stages.${at}.name`]} change={(to) => change(at, to)} />
                    <Group gap={2} wrap="nowrap">
                      <ActionIcon className={classes.move} aria-label={`Move stage ${at + 1} up`} aria-keyshortcuts="Alt+Shift+ArrowUp" data-disabled={at === 0 || undefined} aria-disabled={at === 0} onClick={() => moveUp(at)}>
                        <IconArrowUp size={16} aria-hidden />
                      </ActionIcon>
                      <ActionIcon className={classes.move} aria-label={`Move stage ${at + 1} down`} aria-keyshortcuts="Alt+Shift+ArrowDown" data-disabled={at === stages.length - 1 || undefined} aria-disabled={at === stages.length - 1} onClick={() => moveDown(at)}>
                        <IconArrowDown size={16} aria-hidden />
                      </ActionIcon>
                      <ActionIcon aria-label={`Remove stage ${at + 1}`} disabled={stages.length === 1} onClick={() => remove(at)}>
                        <IconTrash size={16} aria-hidden />
                      </ActionIcon>
                    </Group>
                  </div>
                  <StageFields at={at} stages={stages} who={who} errors={errors} error={(input) => refusedAt(errors, `stages.${at}.${input}`)} change={(to) => change(at, to)} />
                </li>
              ))}
            </ol>
            <Group justify="space-between">
              <Button variant="default" size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>Add a stage</Button>
              {stages.length > 1 && <span className="soft">Alt Shift ↑ and ↓ move the stage that you are in</span>}
            </Group>
            <VisuallyHidden role="status">{moved}</VisuallyHidden>
          </Stack>
        </Section>
        <Section title="When nobody decides">
          <Radio.Group
            label="After one and a half times the stage’s time, or that of its last escalation" value={silence} onChange={(to) => setSilence(to)}
            error={errors.on_silence ?? (silence === "auto_approve" ? noSilence : undefined)}
          >
            <Stack gap={6} mt={4}>
              {silences.map(({ value, label, description }) => (
                <Radio
                  key={value} value={value} label={label} disabled={value === "auto_approve" && noSilence !== undefined && silence !== value}
                  description={value === "auto_approve" && noSilence !== undefined && silence !== value ? noSilence : description}
                />
              ))}
            </Stack>
          </Radio.Group>
        </Section>
      </div>
      <div className={classes.side}>
        <div className={classes.aside}>
          <Section title="In words">
            <PolicyWords policy={{ ...sent, stages, on_silence: silence }} names={who.names} label="Stages in words" />
          </Section>
        </div>
      </div>
      <div className={classes.foot}>
        <PolicySimulator policy={sent} refused={setErrors} isShown={(field) => shown.test(field)} />
        <ProblemNotice problem={save.error} shownFields={shownFields} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{policy ? "Leave it as it is" : "Make none"}</Button>
          <Button type="submit" loading={save.isPending} disabled={name.trim() === ""}>{policy ? "Save as a new version" : "Save policy"}</Button>
        </Group>
      </div>
    </form>
  );
}

/** The order with an empty stage behind all others. */
const withOneMore = (count: number): (number | PolicyStage)[] => [...Array.from({ length: count }, (_, at) => at), emptyStage];
