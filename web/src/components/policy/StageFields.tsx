import { Checkbox, NativeSelect, NumberInput, TextInput } from "@mantine/core";

import type { PolicyStage } from "../../api/schema";
import { ApproverList, errorsOf } from "./ApproverList";
import classes from "./Policy.module.css";
import type { Who } from "./who";
import { scopeChoices, stageName } from "./words";

const rules: { value: PolicyStage["rule"]; label: string }[] = [
  { value: "any", label: "One is enough" }, { value: "all", label: "Everybody asked" }, { value: "quorum", label: "So many of them" },
  { value: "primary", label: "The first decides, the others advise" },
];

const whole = { allowDecimal: false, allowNegative: false };

/** The inputs of one stage. */
export function StageFields({ at, stages, who, error, errors, change }: {
  at: number;
  stages: PolicyStage[];
  who: Who;
  /** What was refused, by the name of the input in the stage. */
  error: (input: string) => string | undefined;
  /** All of it, for the lists. */
  errors: Record<string, string>;
  change: (stage: PolicyStage) => void;
}) {
  const stage = stages[at];
  if (!stage) return null;
  const of = `stage ${at + 1}`;
  const set = (part: Partial<PolicyStage>) => change({ ...stage, ...part });
  const { rule, starts, deadline_days, on_reject, legal = false, keep = false } = stage;
  const earlier = stages.slice(0, at);
  const outsideAsked = stage.approvers.some(({ kind }) => kind === "outside");
  return (
    <div className={classes.fields}>
      <div className={classes.two}>
        <ApproverList
          label="Who is asked" of={of} who={who} value={stage.approvers} onChange={(approvers) => set({ approvers })}
          outside={!legal || outsideAsked} firstDecides={rule === "primary"} errors={errorsOf(errors, `stages.${at}.approvers`)}
        />
        <ApproverList
          label="Who is asked when time runs out" of={of} who={who} levels value={stage.escalate_to ?? []} onChange={(escalate_to) => set({ escalate_to })}
          errors={errorsOf(errors, `stages.${at}.escalate_to`)}
        />
      </div>
      <div className={classes.small}>
        <NativeSelect label="Who must approve" value={rule} data={rules} onChange={(event) => set({ rule: event.currentTarget.value as PolicyStage["rule"], quorum: stage.quorum ?? 2 })} error={error("rule")} />
        {rule === "quorum" && (
          <NumberInput label="How many" {...whole} min={1} value={stage.quorum === 0 ? "" : stage.quorum} onChange={(quorum) => set({ quorum: Number(quorum) || 0 })} error={error("quorum")} />
        )}
        <NumberInput label="Time to decide" {...whole} min={1} max={60} suffix=" business days" value={deadline_days === 0 ? "" : deadline_days} onChange={(days) => set({ deadline_days: Number(days) || 0 })} error={error("deadline_days")} />
        <NativeSelect
          label="A no goes back to" value={on_reject === "stage" ? `stage:${stage.return_to ?? 0}` : on_reject} error={error("on_reject") ?? error("return_to")}
          data={[
            { value: "creator", label: "The creator" },
            ...(at > 0 || on_reject === "previous" ? [{ value: "previous", label: "The stage before" }] : []),
            ...earlier.map((_, n) => ({ value: `stage:${n}`, label: `Stage ${n + 1}: ${stageName(stages, n)}` })),
            { value: "end", label: "Nobody: it ends, rejected" },
          ]}
          onChange={(event) => {
            const [to = "creator", place] = event.currentTarget.value.split(":");
            set({ on_reject: to as PolicyStage["on_reject"], return_to: place === undefined ? undefined : Number(place) });
          }}
        />
        <NativeSelect
          label="Starts" value={starts} error={error("starts")}
          data={[
            { value: "after_previous", label: at === 0 ? "At once" : "When those before it approved" },
            ...(at > 0 ? [{ value: "in_parallel", label: `Together with ${stageName(stages, at - 1)}` }] : []),
            { value: "by_date", label: "By a date" },
          ]}
          onChange={(event) => {
            const to = event.currentTarget.value as PolicyStage["starts"];
            set({ starts: to, ...(to === "by_date" && { start_days: stage.start_days ?? 2, start_from: stage.start_from ?? "publish_by" }) });
          }}
        />
        {starts === "by_date" && (
          <>
            <NumberInput label="Business days" {...whole} min={0} max={365} value={stage.start_days ?? 0} onChange={(days) => set({ start_days: Number(days) || 0 })} error={error("start_days")} />
            <NativeSelect
              label="Counted" value={stage.start_from ?? "review"} data={[{ value: "review", label: "After the review opened" }, { value: "publish_by", label: "Before the publish date" }]} error={error("start_from")}
              onChange={(event) => set({ start_from: event.currentTarget.value as PolicyStage["start_from"] })}
            />
          </>
        )}
      </div>
      <div className={classes.switches}>
        <Checkbox label="This is a legal stage" description="People of the house decide, and silence never approves" checked={legal} onChange={(event) => set({ legal: event.currentTarget.checked || undefined })} error={error("legal")} />
        <div className={classes.keep}>
          <Checkbox label={`Keep approvals for a newer version${keep ? " when" : ""}`} description={keep ? undefined : "Else a newer version is asked about again"} checked={keep} onChange={(event) => set({ keep: event.currentTarget.checked || undefined, scope: stage.scope ?? "all" })} error={error("keep")} />
          {keep && (
            <NativeSelect aria-label={`Keep approvals of ${of} when`} size="xs" value={stage.scope ?? "all"} data={scopeChoices} onChange={(event) => set({ scope: event.currentTarget.value as PolicyStage["scope"] })} error={error("scope")} />
          )}
        </div>
      </div>
    </div>
  );
}

/** The name of a stage, which stands at its head. */
export function StageName({ at, stage, error, change }: { at: number; stage: PolicyStage; error: string | undefined; change: (stage: PolicyStage) => void }) {
  return <TextInput aria-label={`Name of stage ${at + 1}`} placeholder="Name, such as Brand or Legal" required maxLength={200} value={stage.name} onChange={(event) => change({ ...stage, name: event.currentTarget.value })} error={error} flex={1} />;
}
