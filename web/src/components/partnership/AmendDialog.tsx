import { ActionIcon, Button, Checkbox, Group, Modal, NativeSelect, NumberInput, Stack, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { asProblem } from "../../api/problem";
import { campaignQuery, contractQuery } from "../../api/queries";
import type { AmendmentCreate, AmendmentPreview, DeliverableMove, DeliverableTerms, MilestoneAdded, Partnership, RenewalOption } from "../../api/schema";
import { moneyText, toMajor, toMinor } from "../../lib/money";
import { ProblemNotice } from "../Notice";
import { LateFields, OptionFields, PieceFields, triggers } from "../Terms";
import { blocks, Changes, Conflicts } from "../Changes";
import { Follows } from "../contract/Follows";
import { ExtendDates } from "./ExtendDates";
import classes from "../Terms.module.css";

const done = ["accepted", "rejected", "missed", "waived", "cancelled"];
const newPiece: DeliverableTerms = { title: "Another piece", platform: "youtube", kind: "video", draft_due_days: 10, publish_days: 5 };

const whole = (typed: number | string) => (typeof typed === "number" ? Math.round(typed) : 0);
const orNothing = (typed: number | string) => (typeof typed === "number" ? Math.round(typed) : undefined);
const without = <T,>(list: T[], at: number) => list.filter((_, other) => other !== at);
/** The money without what waits for a new piece that is taken away; what waits for those after it goes on waiting for them. */
const withoutPiece = (money: MilestoneAdded[], at: number) => money.filter((one) => one.new !== at).map((one) => (one.new !== undefined && one.new > at ? { ...one, new: one.new - 1 } : one));
const changed = <T,>(list: T[], at: number, change: Partial<T>) => list.map((one, other) => (other === at ? { ...one, ...change } : one));

/** Changes a running contract: what is asked for on one side, what exactly would change and what stays on the other. It begins with the key date that it is to extend. */
export default function AmendDialog({ partnership, extend, onClose }: { partnership: Partnership; extend?: string; onClose: () => void }) {
  const { summary, deliverables, milestones } = partnership;
  const contract = useQuery({ ...contractQuery(partnership.contract?.id ?? ""), enabled: partnership.contract !== undefined }).data;
  const [change, setChange] = useState<AmendmentCreate>(extend ? { extended: [{ key_date_id: extend, days: 90 }] } : {});
  const set = (part: AmendmentCreate) => setChange((before) => ({ ...before, ...part }));
  const [settled] = useDebouncedValue(change, 300);
  const currency = summary.fee?.currency ?? "usd";
  const preview = useQuery({
    queryKey: ["amendment", summary.id, settled],
    queryFn: () => body(api.POST("/v1/partnerships/{id}/amendments/preview", { params: { path: { id: summary.id }, header: { "Idempotency-Key": crypto.randomUUID() } }, body: settled })),
    enabled: Object.keys(settled).some((part) => part !== "reason"),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const act = useAct({
    run: (amendment: AmendmentCreate, key) => body(api.POST("/v1/partnerships/{id}/amendments", { params: { path: { id: summary.id }, header: { "Idempotency-Key": key } }, body: amendment })),
    done: "Drafted. It waits to be checked and sent for signature.",
    close: onClose,
    touches: ["partnership", "contract", "campaign", "task"],
  });
  const { moved = [], dropped = [], dropped_milestones: fallen = [], deliverables: added = [], milestones: money = [] } = change;
  const move = (id: string, part: Partial<DeliverableMove>) => {
    const next = { deliverable_id: id, ...moved.find(({ deliverable_id }) => deliverable_id === id), ...part };
    const rest = moved.filter(({ deliverable_id }) => deliverable_id !== id);
    set({ moved: next.draft_days || next.publish_days ? [...rest, next] : rest });
  };
  const toggle = (list: string[], id: string, on: boolean) => (on ? [...list, id] : list.filter((other) => other !== id));
  const option = contract?.terms.renewal_option;
  const changeOption = (to: RenewalOption | undefined) => {
    const same = to?.fee === option?.fee && to?.notice_days === option?.notice_days;
    set({ renewal_option: same ? undefined : to, drop_option: !same && to === undefined ? true : undefined });
  };
  const dates = useQuery(campaignQuery(summary.campaign_id)).data?.data.dates ?? [];
  const rights = <ExtendDates partnershipId={summary.id} first={extend} extended={change.extended ?? []} onChange={(extended) => set({ extended: extended.length > 0 ? extended : undefined })} />;
  const problem = preview.error ? asProblem(preview.error) : null;

  return (
    <Modal opened onClose={onClose} title={`Amend the contract with ${summary.creator.name}`} size="xl">
      <form onSubmit={(event) => { event.preventDefault(); act.mutate(change); }}>
        <Stack>
          <p style={{ margin: 0 }}>Until both have signed the amendment, everything goes on as it was agreed. When both have, all of it changes in one step.</p>
          {extend && rights}
          <fieldset className={classes.group}>
            <legend>Pieces</legend>
            {deliverables.filter(({ state }) => !done.includes(state)).map(({ id, title }) => {
              const of = moved.find(({ deliverable_id }) => deliverable_id === id);
              return (
                <div className={classes.moved} key={id}>
                  <strong style={{ alignSelf: "center" }}>{title}</strong>
                  <NumberInput label="Draft later by" suffix=" days" value={of?.draft_days ?? ""} onChange={(days) => move(id, { draft_days: whole(days) })} aria-label={`${title}: draft later by`} />
                  <NumberInput label="Published later by" suffix=" days" value={of?.publish_days ?? ""} onChange={(days) => move(id, { publish_days: whole(days) })} aria-label={`${title}: published later by`} />
                  <Checkbox label="Falls away" mb={8} checked={dropped.includes(id)} onChange={(event) => set({ dropped: toggle(dropped, id, event.currentTarget.checked) })} aria-label={`${title} falls away`} />
                </div>
              );
            })}
            {added.map((piece, at) => (
              <div className={classes.line} key={at}>
                <PieceFields
                  label="New piece" piece={piece} dates={dates} error={(part) => problem?.byField[`deliverables.${at}.${part}`]}
                  onChange={(part) => set({ deliverables: changed(added, at, part) })}
                />
                <ActionIcon className={classes.remove} aria-label={`Remove new piece ${at + 1}`} onClick={() => set({ deliverables: without(added, at), milestones: withoutPiece(money, at) })}><IconTrash size={16} aria-hidden /></ActionIcon>
              </div>
            ))}
            <Button variant="subtle" size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => set({ deliverables: [...added, newPiece] })}>Add a piece</Button>
          </fieldset>
          {!extend && rights}
          <fieldset className={classes.group}>
            <legend>Money</legend>
            {milestones.filter(({ state }) => state === "pending").map(({ id, title, amount }) => (
              <Checkbox key={id} label={`“${title}”, ${moneyText(amount)}, falls away`} checked={fallen.includes(id)} onChange={(event) => set({ dropped_milestones: toggle(fallen, id, event.currentTarget.checked) })} />
            ))}
            {money.map((one, at) => <Money key={at} money={one} currency={currency} partnership={partnership} added={added} onChange={(part) => set({ milestones: changed(money, at, part) })} onRemove={() => set({ milestones: without(money, at) })} />)}
            <Button variant="subtle" size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => set({ milestones: [...money, extend ? { title: "For the longer time", trigger: "signature", amount: 0, net_days: 0 } : { title: "For the change", trigger: "verified", amount: 0, net_days: 0 }] })}>Add money</Button>
          </fieldset>
          <fieldset className={classes.group}>
            <legend>What is late</legend>
            <LateFields late={change.late ?? contract?.terms.late} onChange={(late) => set({ late })} />
            <p className="soft" style={{ margin: 0 }}>For what is not late yet when both have signed.</p>
          </fieldset>
          <fieldset className={classes.group}>
            <legend>Option to renew</legend>
            {contract && (
              <OptionFields
                option={change.drop_option ? undefined : (change.renewal_option ?? option)} notice={contract.terms.notice_days} currency={currency} paper="amendment" onChange={changeOption}
                errors={{ fee: problem?.byField["renewal_option.fee"], days: problem?.byField["renewal_option.notice_days"] }}
              />
            )}
          </fieldset>
          <fieldset className={classes.group}>
            <legend>Terms</legend>
            <Group align="flex-end">
              <NumberInput label="Term ends later by" suffix=" days" value={change.end_days ?? ""} onChange={(days) => set({ end_days: orNothing(days) })} />
              <NumberInput label="Revision rounds" min={0} value={change.revision_rounds ?? ""} placeholder={String(contract?.terms.revision_rounds ?? "")} onChange={(n) => set({ revision_rounds: orNothing(n) })} />
              <NumberInput label="Usage rights" suffix=" days" min={0} value={change.usage_rights_days ?? ""} placeholder={String(contract?.terms.usage_rights_days ?? 0)} onChange={(n) => set({ usage_rights_days: orNothing(n) })} />
              <NumberInput label="Allow-listing" suffix=" days" min={0} value={change.allowlisting_days ?? ""} placeholder={String(contract?.terms.allowlisting_days ?? 0)} onChange={(n) => set({ allowlisting_days: orNothing(n) })} />
              <NumberInput label="Exclusivity" suffix=" days" min={0} value={change.exclusivity_days ?? ""} placeholder={String(contract?.terms.exclusivity_days ?? 0)} onChange={(n) => set({ exclusivity_days: orNothing(n) })} />
            </Group>
            <Textarea label="What else you agree" autosize minRows={2} maxLength={4000} value={change.clause ?? ""} onChange={(event) => set({ clause: event.currentTarget.value || undefined })} />
          </fieldset>
          <Textarea label="Why" description="Only your house reads it" autosize maxLength={1000} value={change.reason ?? ""} onChange={(event) => set({ reason: event.currentTarget.value || undefined })} />
          {preview.data?.conflicts.some(blocks) && (
            <Textarea label="Why its conflicts may stand" description="Only legal and admins let stand what blocks; kept with your name" autosize maxLength={1000} value={change.override_reason ?? ""} onChange={(event) => set({ override_reason: event.currentTarget.value || undefined })} />
          )}
          {preview.data && !problem && <Preview preview={preview.data} />}
          <ProblemNotice problem={problem ?? act.error} shownFields={problem ? ["renewal_option.fee", "renewal_option.notice_days", ...Object.keys(problem.byField).filter((field) => field.startsWith("deliverables."))] : []} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Change nothing</Button>
            <Button type="submit" loading={act.isPending} disabled={!preview.data || problem !== null}>Draft the amendment</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Money({ money, currency, partnership, added, onChange, onRemove }: {
  money: MilestoneAdded;
  currency: string;
  partnership: Partnership;
  added: DeliverableTerms[];
  onChange: (part: Partial<MilestoneAdded>) => void;
  onRemove: () => void;
}) {
  const pieces = [
    { value: "", label: "All pieces" },
    ...partnership.deliverables.map(({ id, title }) => ({ value: id, label: title })),
    ...added.map(({ title }, at) => ({ value: `new ${at}`, label: `${title} (new)` })),
  ];
  const choose = (value: string) => onChange(value.startsWith("new ") ? { new: Number(value.slice(4)), deliverable_id: undefined } : { new: undefined, deliverable_id: value || undefined });
  return (
    <div className={classes.added}>
      <TextInput label="For what" required withAsterisk={false} value={money.title} onChange={(event) => onChange({ title: event.currentTarget.value })} />
      <NumberInput label="Amount" required withAsterisk={false} min={0} hideControls suffix={` ${currency.toUpperCase()}`} value={money.amount === 0 ? "" : toMajor({ amount: money.amount, currency })} onChange={(typed) => onChange({ amount: toMinor(typed, currency) ?? 0 })} />
      <NativeSelect label="Owed" data={triggers(false)} value={money.trigger} onChange={(event) => onChange({ trigger: event.currentTarget.value as MilestoneAdded["trigger"], owed_on: undefined })} />
      {money.trigger === "date" && <TextInput type="date" label="Owed on" description="None: when the term ends" value={money.owed_on ?? ""} onChange={(event) => onChange({ owed_on: event.currentTarget.value || undefined })} />}
      <NativeSelect label="Of" data={pieces} value={money.new === undefined ? (money.deliverable_id ?? "") : `new ${money.new}`} onChange={(event) => choose(event.currentTarget.value)} />
      <NumberInput label="Paid after" suffix=" days" min={0} value={money.net_days} onChange={(days) => onChange({ net_days: whole(days) })} />
      <ActionIcon className={classes.remove} aria-label={`Remove “${money.title}”`} onClick={onRemove}><IconTrash size={16} aria-hidden /></ActionIcon>
    </div>
  );
}

function Preview({ preview }: { preview: AmendmentPreview }) {
  return (
    <section aria-label="What changes" aria-live="polite">
      <h3 style={{ margin: "0 0 4px" }}>What changes with {preview.number}</h3>
      <Changes lines={preview.changes} />
      <Conflicts conflicts={preview.conflicts} />
      {preview.follows && (
        <>
          <h3 style={{ margin: "8px 0 4px" }}>What follows</h3>
          <Follows follows={preview.follows} />
        </>
      )}
      {!preview.follows && preview.pinned.length > 0 && (
        <>
          <h3 style={{ margin: "8px 0 4px" }}>What stays</h3>
          <Changes lines={preview.pinned} />
        </>
      )}
    </section>
  );
}
