import { Autocomplete, Checkbox, NativeSelect, NumberInput, Select, TextInput } from "@mantine/core";

import type { Branch, CreatorField, SequenceStep } from "../../api/schema";
import classes from "../SequenceEditor.module.css";
import { branchOn, comparisons } from "./steps";
import { comparisonText, replies, stepText, subjects } from "./words";

interface Choice {
  value: string;
  label: string;
}

interface Fields {
  at: number;
  steps: SequenceStep[];
  /** The mails that can be sent. */
  mails: Choice[];
  /** What the brand keeps about creators. */
  own: CreatorField[];
  /** What was refused, by the name of the input in the step. */
  error: (input: string) => string | undefined;
  change: (step: SequenceStep) => void;
}

const platforms = ["youtube", "instagram", "tiktok", "twitch", "x", "blog", "podcast"];

/** The inputs of one step, by its kind. */
export function StepFields({ at, steps, mails, own, error, change }: Fields) {
  const step = steps[at];
  const n = at + 1;
  switch (step?.kind) {
    case "send":
      return (
        <>
          <Select
            aria-label={`Mail of step ${n}`} placeholder="Which mail" searchable value={step.template ?? null} data={withValue(mails, step.template)} className={classes.grow}
            onChange={(template) => change({ ...step, template: template ?? undefined })} error={error("template")}
          />
          <Checkbox
            className={classes.check} label="A person looks at it first" aria-label={`A person looks at the mail of step ${n} first`} checked={step.review ?? false}
            onChange={(event) => change({ ...step, review: event.currentTarget.checked || undefined })} error={error("review")}
          />
        </>
      );
    case "wait":
      return <WaitFields step={step} n={n} error={error} change={change} />;
    case "branch":
      return step.branch && (
        <BranchFields branch={step.branch} at={at} steps={steps} own={own} error={(input) => error(`branch.${input}`) ?? (input === "on" ? error("branch") : undefined)} change={(branch) => change({ ...step, branch })} />
      );
    case "task":
      return (
        <TextInput
          aria-label={`Task of step ${n}`} placeholder="What somebody shall do" value={step.title ?? ""} className={classes.grow}
          onChange={(event) => change({ ...step, title: event.currentTarget.value })} error={error("title")}
        />
      );
    default:
      return null;
  }
}

function WaitFields({ step, n, error, change }: { step: SequenceStep; n: number } & Pick<Fields, "error" | "change">) {
  const calendar = step.days !== undefined;
  const count = (calendar ? step.days : step.business_days) ?? 0;
  return (
    <>
      <NumberInput
        aria-label={`Days of step ${n}`} required min={1} max={calendar ? 365 : 90} allowDecimal={false} value={count === 0 ? "" : count} className={classes.number}
        onChange={(days) => change({ kind: "wait", [calendar ? "days" : "business_days"]: Number(days) || 0 })} error={error("business_days") ?? error("days")}
      />
      <NativeSelect
        aria-label={`Which days of step ${n}`} value={calendar ? "days" : "business_days"} data={[{ value: "business_days", label: "business days" }, { value: "days", label: "calendar days" }]}
        onChange={(event) => change({ kind: "wait", [event.currentTarget.value]: count })}
      />
    </>
  );
}

function BranchFields({ branch, at, steps, own, error, change }: { branch: Branch; change: (branch: Branch) => void } & Pick<Fields, "at" | "steps" | "own" | "error">) {
  const n = at + 1;
  const { on } = branch;
  const field = own.find(({ name }) => name === branch.field);
  const compared = comparisons(on, field?.kind);
  const set = (part: Partial<Branch>) => change({ ...branch, ...part });
  const later: Choice[] = steps.flatMap((step, to) => (to > at ? [{ value: String(to), label: `step ${to + 1}: ${short(stepText({ ...step, review: undefined }, steps.length))}` }] : []));
  const ways = [...later, { value: String(steps.length), label: "the end" }];
  return (
    <div className={classes.branch} role="group" aria-label={`Branch of step ${n}`}>
      <span>If</span>
      <NativeSelect
        aria-label={`What step ${n} depends on`} value={on} data={Object.entries(subjects).map(([value, label]) => ({ value, label }))} error={error("on")}
        onChange={(event) => change({ ...branchOn(event.currentTarget.value as Branch["on"]), then: branch.then, else: branch.else })}
      />
      {on === "field" && (
        <NativeSelect
          aria-label={`Field of step ${n}`} value={branch.field ?? ""} error={error("field")}
          data={[{ value: "", label: own.length > 0 ? "Which field" : "No field exists yet" }, ...withValue(own.map(({ name }) => ({ value: name, label: name })), branch.field)]}
          onChange={(event) => {
            const name = event.currentTarget.value;
            set({ field: name, is: "is", value: own.find((one) => one.name === name)?.kind === "bool" ? "true" : "" });
          }}
        />
      )}
      {compared.length > 0 && (
        <>
          <NativeSelect
            aria-label={`Comparison of step ${n}`} value={branch.is} data={compared.map((is) => ({ value: is, label: comparisonText(on, is) }))} error={error("is")}
            onChange={(event) => set({ is: event.currentTarget.value as Branch["is"] })}
          />
          <ValueField branch={branch} field={field} label={`Value of step ${n}`} error={error("value")} set={(value) => set({ value })} />
        </>
      )}
      <span className={classes.way}>
        go on with
        <NativeSelect aria-label={`Step ${n} goes on with`} value={String(branch.then)} data={ways} onChange={(event) => set({ then: Number(event.currentTarget.value) })} error={error("then")} />
      </span>
      <span className={classes.way}>
        otherwise with
        <NativeSelect aria-label={`Otherwise step ${n} goes on with`} value={String(branch.else)} data={ways} onChange={(event) => set({ else: Number(event.currentTarget.value) })} error={error("else")} />
      </span>
    </div>
  );
}

/** What a branch compares with, asked for as it is kept. */
function ValueField({ branch, field, label, error, set }: { branch: Branch; field: CreatorField | undefined; label: string; error: string | undefined; set: (value: string) => void }) {
  const { on, is, value = "" } = branch;
  const asked = { "aria-label": label, error, value };
  const choose = (data: Choice[]) => <NativeSelect {...asked} data={data} onChange={(event) => set(event.currentTarget.value)} />;
  if (on === "reply") return choose(Object.entries(replies).map(([reply, text]) => ({ value: reply, label: text })));
  if (field?.kind === "bool") return choose([{ value: "true", label: "yes" }, { value: "false", label: "no" }]);
  if (field?.kind === "select") return choose([{ value: "", label: "Which one" }, ...withValue(field.options.map((option) => ({ value: option, label: option })), value)]);
  if (on === "platform") return <Autocomplete {...asked} placeholder="Which platform" data={platforms} onChange={set} className={classes.value} />;
  if (on === "followers" || is === "at_least" || is === "below") {
    return <NumberInput {...asked} placeholder="Number" thousandSeparator="," hideControls onChange={(number) => set(String(number))} className={classes.value} />;
  }
  return (
    <TextInput
      {...asked} className={classes.value} type={field?.kind === "date" ? "date" : undefined}
      placeholder={on === "country" ? "Such as DE" : on === "language" ? "Such as en" : on === "tag" ? "Which tag" : "Value"} maxLength={on === "country" ? 2 : 200}
      onChange={(event) => set(on === "country" ? event.currentTarget.value.toUpperCase() : event.currentTarget.value)}
    />
  );
}

/** The choices with the one that is chosen, even where it is offered no more. */
export function withValue(choices: Choice[], value: string | undefined): Choice[] {
  return !value || choices.some((choice) => choice.value === value) ? choices : [...choices, { value, label: value }];
}

const short = (text: string) => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
