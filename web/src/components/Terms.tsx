import { ActionIcon, Button, Group, NativeSelect, NumberInput, SimpleGrid, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { ChangeEvent, ReactNode } from "react";

import type { CampaignDate, ContractTerms, DeliverableTerms, LateTerms, Metric, MilestoneTrigger, RenewalOption, Threshold } from "../api/schema";
import { addDays, dayOf } from "../lib/days";
import { exponent, moneyText, toMajor, toMinor } from "../lib/money";
import { dateText } from "../lib/time";
import { Facts } from "./Page";
import { goalText } from "./partnership/goals";
import classes from "./Terms.module.css";

/** When a milestone is met, in words. */
export const triggerWords: Record<MilestoneTrigger, string> = {
  signature: "on signature",
  approval: "on approval",
  posted: "when posted",
  verified: "when verified",
  date: "at the end of the term",
  campaign_end: "at the campaign's end",
  threshold: "number reached",
  given: "given by a person",
};

const metrics: Metric[] = ["views", "likes", "comments", "shares", "saves", "clicks", "conversions"];
const platforms = ["youtube", "instagram", "tiktok", "twitch", "x", "blog", "podcast"];
const contentKinds = ["video", "short", "reel", "story", "post"];

/** When a milestone is met, in words, with the day that its terms may name. */
export const whenText = (trigger: MilestoneTrigger, owedOn: string | undefined) => (owedOn ? `on ${dateText(owedOn)}` : triggerWords[trigger]);

/** What else than the signatures the time for a draft can begin with. */
const draftAfter = [{ value: "product_delivered", label: "the product’s arrival" }] satisfies { value: NonNullable<DeliverableTerms["draft_after"]>; label: string }[];

/** What a share of the fee can wait for, and what a bonus can. */
export const triggers = (bonus: boolean) =>
  Object.entries(triggerWords).filter(([value]) => value !== "given" && (bonus || value !== "threshold")).map(([value, label]) => ({ value, label: value === "date" ? "on a day" : label }));

const usualThreshold: Threshold = { metric: "views", at_least: 100_000, within_days: 30 };
const usualDeliverable: DeliverableTerms = { title: "Video", platform: "youtube", kind: "video", draft_due_days: 10, publish_days: 5 };

/** That a piece is due on days of its own, and not so many days after something. */
const onDays = "days";
const hasDays = ({ draft_due_on: due, publish_until: until }: DeliverableTerms) => due !== undefined || until !== undefined;

/** What changes of a piece whose dates are to be counted from something, or to stand by themselves. */
function datesFrom({ draft_due_days: draft, publish_days: publish }: DeliverableTerms, from: string): Partial<DeliverableTerms> {
  const counted = { draft_due_days: draft || usualDeliverable.draft_due_days, publish_days: publish || usualDeliverable.publish_days, draft_due_on: undefined, publish_from: undefined, publish_until: undefined };
  if (from !== onDays) return { ...counted, draft_after: draftAfter.find(({ value }) => value === from)?.value };
  const inDays = (count: number) => addDays(dayOf(new Date()), count);
  return { ...counted, draft_after: undefined, draft_due_on: inDays(14), publish_until: inDays(28) };
}

/** What changes of a piece that is for a date of the campaign, and published then; its draft a week before. For none, its days stay as they are. */
function pieceFor(piece: DeliverableTerms, date: CampaignDate | undefined): Partial<DeliverableTerms> {
  if (!date) return { campaign_date: undefined };
  return { ...datesFrom(piece, onDays), campaign_date: date.id, draft_due_on: addDays(date.from, -7), publish_from: date.from, publish_until: date.to };
}

/** The terms that a new campaign starts from: the usual split, two rounds, a year. */
export const usualTerms: ContractTerms = {
  deliverables: [usualDeliverable],
  milestones: [
    { title: "On signature", trigger: "signature", percent: 30, net_days: 0 },
    { title: "On approval", trigger: "approval", percent: 40, net_days: 0 },
    { title: "After verification", trigger: "verified", percent: 30, net_days: 10 },
  ],
  revision_rounds: 2,
  duration_days: 365,
  notice_days: 30,
};

const days = (count: number | undefined) => (count === undefined ? undefined : `${count} ${count === 1 ? "day" : "days"}`);

/** When something is late and what follows, in words. */
function lateText({ grace_hours: grace, missed_after_days: missed, remedy }: LateTerms) {
  const after = `${grace} ${grace === 1 ? "hour" : "hours"} after its day`;
  return remedy ? `${after}; missed after ${missed} business days: ${remedies[remedy].toLowerCase()}` : after;
}

const remedies: Record<NonNullable<LateTerms["remedy"]>, string> = { falls_away: "Its money falls away", termination: "You may end the contract" };
/** What applies where the terms say nothing. */
const usualLate: LateTerms = { grace_hours: 24 };

/** When a draft is due and its post published, in words. */
function datesText({ draft_due_days: draft, draft_after: after, draft_due_on: dueOn, publish_days: publish, publish_from: from, publish_until: until }: DeliverableTerms) {
  const due = dueOn ? `draft by ${dateText(dueOn)}` : `draft within ${draft} business days${after ? " after the product has arrived" : ""}`;
  if (!until) return `${due}, posted within ${publish} more`;
  return `${due}, posted ${from ? `from ${dateText(from)} to` : "by"} ${dateText(until)}`;
}

/** Contract terms to read. */
export function TermsView({ terms, currency, dates = [] }: { terms: ContractTerms; currency: string; dates?: CampaignDate[] | undefined }) {
  return (
    <Stack gap="sm">
      <ul className={classes.list} aria-label="Deliverables">
        {terms.deliverables.map((deliverable, at) => (
          <li key={at}>
            <strong>{deliverable.title}</strong>
            <span className="soft">
              {deliverable.kind} on {deliverable.platform}; {datesText(deliverable)}
              {dates.filter(({ id }) => id === deliverable.campaign_date).map(({ name }) => `, for “${name}”`)}
            </span>
          </li>
        ))}
      </ul>
      <ul className={classes.list} aria-label="Milestones">
        {terms.milestones.map((milestone, at) => (
          <li key={at}>
            <strong className="tabular">{milestone.bonus ? `Bonus ${moneyText({ amount: milestone.bonus, currency })}` : `${milestone.percent} %`}</strong>{" "}
            <span>
              {milestone.threshold ? `when the post has ${goalText(milestone.threshold)}` : whenText(milestone.trigger, milestone.owed_on)}
              {milestone.net_days > 0 && `, ${days(milestone.net_days)} later`}
              {milestone.hold_until && `, held until finance has: ${milestone.hold_until}`}
              {milestone.deliverable !== undefined && `: ${terms.deliverables[milestone.deliverable]?.title ?? ""}`}
            </span>
          </li>
        ))}
      </ul>
      <Facts
        facts={[
          ["Revision rounds", terms.revision_rounds],
          ["Runs for", days(terms.duration_days)],
          ["Notice", days(terms.notice_days)],
          ["Usage rights", days(terms.usage_rights_days)],
          ["Allow-listing", days(terms.allowlisting_days)],
          ["Exclusivity", days(terms.exclusivity_days)],
          ["Option to renew", terms.renewal_option && `Another term for ${moneyText({ amount: terms.renewal_option.fee, currency })}, used at the latest ${days(terms.renewal_option.notice_days)} before the end`],
          ["Late", terms.late && lateText(terms.late)],
          ["Other clauses", terms.extra_clauses && <span className="prewrap">{terms.extra_clauses}</span>],
        ]}
      />
    </Stack>
  );
}

/** A form that holds contract terms under `terms`. */
export interface HoldsTerms {
  terms: ContractTerms;
}

/** One piece to write, of a contract or of an amendment: what it is, and when it is due. */
export function PieceFields({ piece, dates, error, onChange, label = "Title" }: {
  piece: DeliverableTerms; dates: CampaignDate[]; error: (part: keyof DeliverableTerms) => ReactNode; onChange: (change: Partial<DeliverableTerms>) => void; label?: string;
}) {
  const held = (part: "title" | "platform" | "kind" | "draft_due_on" | "publish_from" | "publish_until") => ({
    value: piece[part] ?? "", error: error(part),
    onChange: ({ currentTarget: { value } }: ChangeEvent<HTMLInputElement | HTMLSelectElement>) => onChange({ [part]: value }),
  });
  const counted = (part: "draft_due_days" | "publish_days") => ({
    suffix: " business days", hideControls: true, min: 0, value: piece[part] || "", error: error(part),
    onChange: (value: number | string) => onChange({ [part]: typeof value === "number" ? Math.round(value) : 0 }),
  });
  return (
    <>
      <TextInput label={label} required withAsterisk={false} {...held("title")} />
      <NativeSelect label="Platform" data={platforms} {...held("platform")} />
      <NativeSelect label="Kind" data={contentKinds} {...held("kind")} />
      {dates.length > 0 && (
        <NativeSelect
          label="For"
          data={[{ value: "", label: "No particular date" }, ...dates.map(({ id, name }, at) => ({ value: id, label: name || `Date ${at + 1}` }))]}
          value={piece.campaign_date ?? ""}
          onChange={({ currentTarget: { value } }) => onChange(pieceFor(piece, dates.find(({ id }) => id === value)))}
          error={error("campaign_date")}
        />
      )}
      <NativeSelect
        label="Dates"
        data={[{ value: "", label: "counted from the signatures" }, ...draftAfter.map(({ value, label: from }) => ({ value, label: `counted from ${from}` })), { value: onDays, label: "on fixed days" }]}
        value={hasDays(piece) ? onDays : piece.draft_after ?? ""}
        onChange={({ currentTarget: { value } }) => onChange(datesFrom(piece, value))}
        error={error("draft_after")}
      />
      {hasDays(piece) ? (
        <>
          <TextInput type="date" label="Draft due on" required withAsterisk={false} {...held("draft_due_on")} />
          <TextInput type="date" label="Publish from" {...held("publish_from")} onChange={({ currentTarget: { value } }) => onChange({ publish_from: value || undefined })} />
          <TextInput type="date" label="Publish until" required withAsterisk={false} {...held("publish_until")} />
        </>
      ) : (
        <>
          <NumberInput label="Draft after" {...counted("draft_due_days")} />
          <NumberInput label="Publish after" {...counted("publish_days")} />
        </>
      )}
    </>
  );
}

/** Contract terms to write, bonuses in the currency of the fee, pieces for a date of their campaign where it has some; the errors of the API land under their inputs by path. */
export function TermsEditor<F extends HoldsTerms>({ form: wide, currency, dates = [] }: { form: UseFormReturnType<F>; currency: string; dates?: CampaignDate[] | undefined }) {
  // The editor touches only `terms.*`; the rest of the form's shape does not matter to it.
  const form = wide as unknown as UseFormReturnType<HoldsTerms>;
  const { terms } = form.values;
  const total = terms.milestones.reduce((sum, { percent }) => sum + (typeof percent === "number" ? percent : 0), 0);

  return (
    <Stack gap="md">
      <fieldset className={classes.group}>
        <legend>Deliverables</legend>
        {terms.deliverables.map((piece, at) => (
          <div className={classes.line} key={at}>
            <PieceFields
              piece={piece} dates={dates} error={(part) => form.errors[`terms.deliverables.${at}.${part}`]}
              // Each field by its own path, which takes its error away.
              onChange={(change) => Object.entries(change).forEach(([part, value]) => form.setFieldValue(`terms.deliverables.${at}.${part}`, value))}
            />
            <ActionIcon
              className={classes.remove}
              aria-label={`Remove deliverable ${at + 1}`}
              disabled={terms.deliverables.length === 1}
              onClick={() => form.removeListItem("terms.deliverables", at)}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </div>
        ))}
        <Group justify="space-between">
          <span className="soft">Business days: the draft’s after both have signed or the product has arrived, the post’s after the draft is due. Fixed days are the creator’s</span>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => form.insertListItem("terms.deliverables", { ...usualDeliverable, title: "" })}
          >
            Add a deliverable
          </Button>
        </Group>
      </fieldset>

      <fieldset className={classes.group}>
        <legend>When money is owed</legend>
        {terms.milestones.map((milestone, at) => (
          <div className={classes.line} key={at}>
            <TextInput label="Title" required withAsterisk={false} {...form.getInputProps(`terms.milestones.${at}.title`)} />
            <NativeSelect
              label="When"
              data={triggers(milestone.bonus !== undefined)}
              {...form.getInputProps(`terms.milestones.${at}.trigger`)}
              onChange={({ currentTarget: { value } }) =>
                form.setFieldValue(`terms.milestones.${at}`, {
                  ...milestone,
                  trigger: value as MilestoneTrigger,
                  owed_on: undefined,
                  ...(value === "threshold" ? { threshold: usualThreshold, deliverable: milestone.deliverable ?? 0 } : { threshold: undefined }),
                })}
            />
            {milestone.trigger === "date" && (
              <TextInput type="date" label="Owed on" description="None: when the term ends" {...form.getInputProps(`terms.milestones.${at}.owed_on`)} value={milestone.owed_on ?? ""} />
            )}
            <NativeSelect
              label="Of deliverable"
              value={milestone.deliverable ?? ""}
              data={[...(milestone.threshold ? [] : [{ value: "", label: "All of them" }]), ...terms.deliverables.map(({ title }, index) => ({ value: String(index), label: title || `Deliverable ${index + 1}` }))]}
              onChange={({ currentTarget: { value } }) => form.setFieldValue(`terms.milestones.${at}.deliverable`, value === "" ? undefined : Number(value))}
              error={form.errors[`terms.milestones.${at}.deliverable`]}
            />
            {milestone.bonus === undefined ? (
              <NumberInput label="Share" suffix=" %" min={0} max={100} {...form.getInputProps(`terms.milestones.${at}.percent`)} />
            ) : (
              <NumberInput
                label="Bonus"
                suffix={` ${currency.toUpperCase()}`}
                min={0}
                decimalScale={exponent(currency)}
                thousandSeparator=","
                hideControls
                defaultValue={milestone.bonus ? toMajor({ amount: milestone.bonus, currency }) : ""}
                onChange={(value) => form.setFieldValue(`terms.milestones.${at}.bonus`, toMinor(value, currency) ?? 0)}
                error={form.errors[`terms.milestones.${at}.bonus`]}
              />
            )}
            <NumberInput label="Paid after" suffix=" days" min={0} {...form.getInputProps(`terms.milestones.${at}.net_days`)} />
            <TextInput label="Finance waits for" placeholder="Nothing more" {...form.getInputProps(`terms.milestones.${at}.hold_until`)} value={milestone.hold_until ?? ""} />
            <ActionIcon
              className={classes.remove}
              aria-label={`Remove milestone ${at + 1}`}
              disabled={terms.milestones.length === 1}
              onClick={() => form.removeListItem("terms.milestones", at)}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
            {milestone.threshold && (
              <div className={classes.goal}>
                <NumberInput label="At least" min={1} allowDecimal={false} thousandSeparator="," {...form.getInputProps(`terms.milestones.${at}.threshold.at_least`)} />
                <NativeSelect label="Of what" data={metrics} {...form.getInputProps(`terms.milestones.${at}.threshold.metric`)} />
                <NumberInput label="Within" suffix=" days after publication" min={1} max={365} {...form.getInputProps(`terms.milestones.${at}.threshold.within_days`)} />
              </div>
            )}
            {form.errors[`terms.milestones.${at}.threshold`] && <span className={classes.wrong}>{form.errors[`terms.milestones.${at}.threshold`]}</span>}
          </div>
        ))}
        <Group justify="space-between">
          <Group gap="xs">
            <Button
              variant="default"
              size="xs"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={() => form.insertListItem("terms.milestones", { title: "", trigger: "posted", percent: Math.max(0, 100 - total), net_days: 0 })}
            >
              Add a milestone
            </Button>
            <Button
              variant="default"
              size="xs"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={() => form.insertListItem("terms.milestones", { title: "", trigger: "threshold", percent: 0, net_days: 0, bonus: 0, deliverable: 0, threshold: usualThreshold })}
            >
              Add a bonus
            </Button>
          </Group>
          <span className={total === 100 ? "soft" : classes.wrong} role="status">
            {total === 100 ? "Shares sum to 100 %" : `Shares sum to ${total} %; they must be 100 %`}
          </span>
        </Group>
        {form.errors["terms.milestones"] && <span className={classes.wrong}>{form.errors["terms.milestones"]}</span>}
      </fieldset>

      <SimpleGrid cols={{ base: 2, sm: 3 }}>
        <NumberInput label="Revision rounds" min={0} {...form.getInputProps("terms.revision_rounds")} />
        <NumberInput label="Runs for" suffix=" days" min={1} {...form.getInputProps("terms.duration_days")} />
        <NumberInput label="Renewal notice" suffix=" days" min={0} {...form.getInputProps("terms.notice_days")} />
        <NumberInput label="Usage rights" placeholder="None" suffix=" days" min={0} {...form.getInputProps("terms.usage_rights_days")} />
        <NumberInput label="Allow-listing" placeholder="None" suffix=" days" min={0} {...form.getInputProps("terms.allowlisting_days")} />
        <NumberInput label="Exclusivity" placeholder="None" suffix=" days" min={0} {...form.getInputProps("terms.exclusivity_days")} />
      </SimpleGrid>
      <fieldset className={classes.group}>
        <legend>Option to renew</legend>
        <OptionFields option={terms.renewal_option} notice={terms.notice_days} currency={currency} onChange={(option) => form.setFieldValue("terms.renewal_option", option)} errors={{ fee: form.errors["terms.renewal_option.fee"], days: form.errors["terms.renewal_option.notice_days"] }} />
      </fieldset>
      <fieldset className={classes.group}>
        <legend>What is late</legend>
        <LateFields late={terms.late} onChange={(late) => form.setFieldValue("terms.late", late)} errors={{ grace: form.errors["terms.late.grace_hours"], remedy: form.errors["terms.late.remedy"], missed: form.errors["terms.late.missed_after_days"] }} />
      </fieldset>
      <Textarea label="Other clauses" autosize minRows={2} maxRows={12} {...form.getInputProps("terms.extra_clauses")} />
    </Stack>
  );
}

/** Whether the brand may take another term at a fee that is agreed now, and until when; in a contract, or in an amendment of one. */
export function OptionFields({ option, notice, currency, paper = "contract", onChange, errors }: {
  option: RenewalOption | undefined; notice: number; currency: string; paper?: "contract" | "amendment"; onChange: (option: RenewalOption | undefined) => void; errors: Record<"fee" | "days", ReactNode>;
}) {
  return (
    <>
      <Switch
        label="The brand may take another term without asking again" description={`Of the same length and with the same deliverables. The creator agrees to it by signing this ${paper}`}
        checked={option !== undefined} onChange={(event) => onChange(event.currentTarget.checked ? { fee: 0, notice_days: Math.max(notice, 1) } : undefined)}
      />
      {option && (
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <NumberInput
            label="Fee of that term" description="The whole of it" suffix={` ${currency.toUpperCase()}`} min={0} decimalScale={exponent(currency)} thousandSeparator="," hideControls
            defaultValue={option.fee ? toMajor({ amount: option.fee, currency }) : ""} onChange={(value) => onChange({ ...option, fee: toMinor(value, currency) ?? 0 })} error={errors.fee}
          />
          <NumberInput label="Used at the latest" description="Not after the renewal’s own notice" suffix=" days before the end" min={1} max={365} value={option.notice_days} onChange={(value) => onChange({ ...option, notice_days: Number(value) })} error={errors.days} />
        </SimpleGrid>
      )}
    </>
  );
}

/** When something is late, and what follows from it. */
export function LateFields({ late, onChange, errors = {} }: { late: LateTerms | undefined; onChange: (late: LateTerms) => void; errors?: Partial<Record<"grace" | "remedy" | "missed", ReactNode>> }) {
  const now = late ?? usualLate;
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }}>
      <NumberInput label="Grace" description="After the end of the day" suffix=" hours" min={0} value={now.grace_hours} onChange={(value) => onChange({ ...now, grace_hours: Number(value) })} error={errors.grace} />
      <NativeSelect
        label="If it stays late" description="Written into the contract" value={now.remedy ?? ""}
        data={[{ value: "", label: "Nothing follows" }, ...Object.entries(remedies).map(([value, label]) => ({ value, label }))]}
        onChange={({ currentTarget: { value } }) => onChange(value === "" ? { grace_hours: now.grace_hours } : { ...now, remedy: value as LateTerms["remedy"], missed_after_days: now.missed_after_days ?? 5 })}
        error={errors.remedy}
      />
      {now.remedy && <NumberInput label="Missed after" description="Since it is late" suffix=" business days" hideControls min={1} value={now.missed_after_days ?? ""} onChange={(value) => onChange({ ...now, missed_after_days: Number(value) })} error={errors.missed} />}
    </SimpleGrid>
  );
}

/** Terms as the API takes them: an emptied optional number is absent, not an empty word. */
export function cleanTerms(terms: ContractTerms): ContractTerms {
  const optional = (value: unknown) => (typeof value === "number" ? value : undefined);
  return {
    ...terms,
    usage_rights_days: optional(terms.usage_rights_days),
    allowlisting_days: optional(terms.allowlisting_days),
    exclusivity_days: optional(terms.exclusivity_days),
    extra_clauses: terms.extra_clauses || undefined,
    milestones: terms.milestones.map((each) => ({ ...each, hold_until: each.hold_until || undefined, owed_on: each.owed_on || undefined })),
  };
}
