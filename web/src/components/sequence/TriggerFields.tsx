import { NativeSelect, NumberInput } from "@mantine/core";
import { useState } from "react";

import type { CreatorField, SequenceTrigger, Stage } from "../../api/schema";
import { stages } from "../../lib/states";
import classes from "../SequenceEditor.module.css";
import { withValue } from "./StepFields";
import { dates, dateWords, events, fieldDate, isFieldDate } from "./words";

type Start = SequenceTrigger["on"] | "partnership";

const starts: { value: Start; label: string }[] = [
  { value: "partnership", label: "With the partnership, as a campaign’s outreach" },
  { value: "stage", label: "When a stage is entered" },
  { value: "silence", label: "After business days without something" },
  { value: "date", label: "Before or after a date" },
];

const fresh: Record<SequenceTrigger["on"], SequenceTrigger> = {
  stage: { on: "stage", stage: "active" },
  silence: { on: "silence", after: "offer_sent", without: "offer_decided", business_days: 3 },
  date: { on: "date", date: "draft_due", days: -3 },
};

const stageChoices = Object.entries(stages).map(([value, { word }]) => ({ value, label: word }));

interface Fields {
  trigger: SequenceTrigger | undefined;
  /** What the brand keeps about creators; sequences start by its dates. */
  own: CreatorField[];
  error: (input: string) => string | undefined;
  change: (trigger: SequenceTrigger | undefined) => void;
}

/** What starts a sequence. */
export function TriggerFields({ trigger, own, error, change }: Fields) {
  return (
    <div className={classes.trigger}>
      <NativeSelect
        label="Starts" value={trigger?.on ?? "partnership"} data={starts} error={error("on")}
        onChange={(event) => {
          const on = event.currentTarget.value as Start;
          change(on === "partnership" ? undefined : fresh[on]);
        }}
      />
      {trigger && (
        <div className={classes.branch} role="group" aria-label="What starts it">
          {trigger.on === "stage" && (
            <NativeSelect aria-label="Stage" value={trigger.stage ?? ""} data={stageChoices} error={error("stage")} onChange={(event) => change({ ...trigger, stage: event.currentTarget.value as Stage })} />
          )}
          {trigger.on === "silence" && <SilenceFields trigger={trigger} error={error} change={change} />}
          {trigger.on === "date" && <DateFields trigger={trigger} own={own} error={error} change={change} />}
          {trigger.on !== "stage" && (
            <span className={classes.way}>
              only in
              <NativeSelect
                aria-label="Only in stage" value={trigger.stage ?? ""} data={[{ value: "", label: "any stage" }, ...stageChoices]} error={error("stage")}
                onChange={(event) => change({ ...trigger, stage: (event.currentTarget.value || undefined) as Stage | undefined })}
              />
            </span>
          )}
        </div>
      )}
    </div>
  );
}

function SilenceFields({ trigger, error, change }: { trigger: SequenceTrigger } & Pick<Fields, "error" | "change">) {
  const choices = (way: "after" | "without") => Object.entries(events).map(([value, text]) => ({ value, label: text[way] }));
  return (
    <>
      <NumberInput
        aria-label="Business days" required min={1} max={90} allowDecimal={false} value={trigger.business_days === 0 ? "" : trigger.business_days} className={classes.number}
        onChange={(days) => change({ ...trigger, business_days: Number(days) || 0 })} error={error("business_days")}
      />
      <span className={classes.way}>
        business days after
        <NativeSelect aria-label="After" value={trigger.after} data={choices("after")} onChange={(event) => change({ ...trigger, after: event.currentTarget.value })} error={error("after")} />
      </span>
      <span className={classes.way}>
        without
        <NativeSelect aria-label="Without" value={trigger.without} data={choices("without")} onChange={(event) => change({ ...trigger, without: event.currentTarget.value })} error={error("without")} />
      </span>
    </>
  );
}

function DateFields({ trigger, own, error, change }: { trigger: SequenceTrigger } & Omit<Fields, "trigger">) {
  const days = trigger.days ?? 0;
  // Kept beside the number, which may be empty while it is typed.
  const [side, setSide] = useState(days < 0 ? "before" : days > 0 ? "after" : "on");
  const put = (count: number, to: string) => change({ ...trigger, days: to === "on" ? 0 : to === "before" ? -count : count });
  const mine = own.filter(({ kind }) => kind === "date").map(({ name }) => ({ value: fieldDate(name), label: dateWords(fieldDate(name)) }));
  const known = Object.entries(dates).map(([value, label]) => ({ value, label }));
  const choices = withValue([...known, ...mine], trigger.date).map(({ value }) => ({ value, label: dateWords(value) }));
  return (
    <>
      {side !== "on" && (
        <span className={classes.way}>
          <NumberInput
            aria-label="Days" required min={1} max={365} allowDecimal={false} allowNegative={false} value={days === 0 ? "" : Math.abs(days)} className={classes.number}
            onChange={(count) => put(Number(count) || 0, side)} error={error("days")}
          />
          days
        </span>
      )}
      <NativeSelect
        aria-label="Before or after" value={side} data={[{ value: "before", label: "before" }, { value: "on", label: isFieldDate(trigger.date) ? "on" : "on the day on which" }, { value: "after", label: "after" }]}
        onChange={(event) => {
          setSide(event.currentTarget.value);
          put(Math.abs(days) || 1, event.currentTarget.value);
        }}
      />
      <NativeSelect aria-label="Date" value={trigger.date} data={choices} onChange={(event) => change({ ...trigger, date: event.currentTarget.value })} error={error("date")} />
    </>
  );
}

/** The names of the inputs, as refusals name them. */
export const triggerInputs = (trigger: SequenceTrigger | undefined): string[] =>
  ["on", ...(trigger ? { stage: ["stage"], silence: ["after", "without", "business_days", "stage"], date: ["date", "days", "stage"] }[trigger.on] : [])].map((name) => `trigger.${name}`);
