import { Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { ForeignReversal, Netting, Payout, Reversal, ReversalApprovalCreate, ReversalCommand, ReversalCreate } from "../../api/schema";
import { moneyText, toMajor, toMinor } from "../../lib/money";
import { CommandButton, refusal } from "../CommandButton";
import { CommandList } from "../CommandList";
import { Money } from "../Money";
import { MoneyInput, type TypedMoney } from "../MoneyInput";
import { Notice, ProblemNotice } from "../Notice";
import { Facts } from "../Page";
import { RelativeTime } from "../RelativeTime";
import { StatusChip } from "../StatusChip";
import classes from "./Reversals.module.css";

const touches = ["payout", "partnership", "task", "brand"];

/** What of a payment is taken back, what it keeps for other money, and what somebody took back elsewhere. */
export function Reversals({ payout }: { payout: Payout }) {
  const [asked, setAsked] = useState<"new" | ForeignReversal | null>(null);
  const { summary, reversals, nettings, foreign_reversals: foreign, take_back: takeBack } = payout;
  return (
    <Stack gap="md">
      {foreign.map((back) => (
        <Notice key={back.provider_id} tone="attention" title={`Somebody took ${moneyText(back.amount)} back at Stripe`}>
          The books do not know of it yet. <Button size="compact-xs" variant="default" onClick={() => setAsked(back)}>Record it</Button>
        </Notice>
      ))}
      {summary.difference && summary.difference.amount > 0 && reversals.every(({ state }) => state === "cancelled") && (
        <Notice tone="attention" title={`The creator owes ${moneyText(summary.difference)} back`}>
          Stripe sent that much more than it was asked. Take it back, or keep it out of the next payments.
        </Notice>
      )}
      {nettings.length > 0 && <Kept nettings={nettings} />}
      {reversals.map((reversal) => <One key={reversal.id} reversal={reversal} />)}
      {reversals.length === 0 && nettings.length === 0 && foreign.length === 0 && <p className="soft" style={{ margin: 0 }}>Nothing of it was taken back.</p>}
      {takeBack && (payout.summary.state === "paid" || payout.summary.state === "partly_reversed") && (
        <Group>
          <CommandButton size="xs" variant="default" reason={refusal(takeBack)} onClick={() => setAsked("new")}>Take money back</CommandButton>
        </Group>
      )}
      {asked && <TakeBackDialog payout={payout} foreign={asked === "new" ? undefined : asked} onClose={() => setAsked(null)} />}
    </Stack>
  );
}

function Kept({ nettings }: { nettings: Netting[] }) {
  return (
    <div>
      <p style={{ margin: "0 0 4px" }}>Of this payment, this much is kept for money that the creator owes back:</p>
      <ul className={classes.lines}>
        {nettings.map((netting) => (
          <li key={netting.reversal_id}>
            <span><Money value={netting.amount} /> for “<Link to="/payouts/$id" params={{ id: netting.payout_id }}>{netting.title}</Link>”</span>
            <StatusChip noun="netting" state={netting.state} />
          </li>
        ))}
      </ul>
    </div>
  );
}

type Step = { kind: "approve" } | { kind: "command"; command: ReversalCommand["command"]; label: string };

function One({ reversal }: { reversal: Reversal }) {
  const [step, setStep] = useState<Step | null>(null);
  const some = (label: string, value: Reversal["amount"]): [string, React.ReactNode] => [label, value.amount > 0 ? <Money key={label} value={value} /> : undefined];
  const writeOff = reversal.write_off;
  const waitsForApproval = reversal.state === "awaiting_approval" || reversal.state === "awaiting_write_off";
  return (
    <article className={classes.one} aria-label={`${moneyText(reversal.amount)} taken back`}>
      <Group justify="space-between">
        <strong><Money value={reversal.amount} /></strong>
        <StatusChip noun="reversal" state={reversal.state} />
      </Group>
      <p style={{ margin: 0 }}>{reversal.reason}</p>
      <Facts
        facts={[
          ["Asked for", <span key="asked">{reversal.requested_by.name}, <RelativeTime at={reversal.created_at} /></span>],
          ["Approved by", reversal.approved_by],
          ["Waits for", reversal.waits_for],
          some("Came back", reversal.came_back),
          some("Kept out of payments", reversal.kept),
          some("Given up", reversal.given_up),
          ["Still open", ["reversed", "netted", "written_off", "cancelled"].includes(reversal.state) ? undefined : <Money key="rest" value={reversal.rest} />],
          ["To be given up", writeOff && reversal.state === "awaiting_write_off" ? <span key="off"><Money value={writeOff.amount} />: “{writeOff.reason}” ({writeOff.by})</span> : undefined],
        ]}
      />
      {reversal.nettings.length > 0 && (
        <ul className={classes.lines}>
          {reversal.nettings.map((netting) => (
            <li key={netting.payout_id}>
              <span><Money value={netting.amount} /> out of “<Link to="/payouts/$id" params={{ id: netting.payout_id }}>{netting.title}</Link>”</span>
              <StatusChip noun="netting" state={netting.state} />
            </li>
          ))}
        </ul>
      )}
      {waitsForApproval && (
        <div>
          <CommandButton size="xs" reason={refusal(reversal.approval)} onClick={() => setStep({ kind: "approve" })}>{reversal.approval.label}</CommandButton>
          {!reversal.approval.allowed && <div className="soft" style={{ fontSize: 12 }}>{refusal(reversal.approval)}</div>}
        </div>
      )}
      {!["reversed", "netted", "written_off", "cancelled"].includes(reversal.state) && (
        <CommandList
          commands={reversal.commands}
          give={({ command, label }) => setStep({ kind: "command", command: command as ReversalCommand["command"], label })}
          dangerous={["ask_write_off"]}
        />
      )}
      {step?.kind === "approve" && <ReversalApproval reversal={reversal} onClose={() => setStep(null)} />}
      {step?.kind === "command" && <ReversalStep reversal={reversal} command={step.command} label={step.label} onClose={() => setStep(null)} />}
    </article>
  );
}

/** Asks to take something back, or to record what came back already. Nothing moves before another person has approved it. */
export function TakeBackDialog({ payout, foreign, onClose }: { payout: Payout; foreign?: ForeignReversal; onClose: () => void }) {
  const { summary } = payout;
  const open = payout.reversals.filter(({ state }) => state !== "cancelled").reduce((sum, { amount }) => sum + amount.amount, 0);
  const most = { amount: summary.amount.amount - (summary.kept?.amount ?? 0) + (summary.difference?.amount ?? 0) - open, currency: summary.amount.currency };
  const beyond = open === 0 && summary.difference && summary.difference.amount > 0 ? summary.difference : undefined;
  const [typed, setTyped] = useState<TypedMoney>({ amount: toMajor(foreign?.amount ?? beyond ?? most), currency: most.currency });
  const [reason, setReason] = useState("");
  const act = useAct({
    run: (wish: ReversalCreate, key) => body(api.POST("/v1/payouts/{id}/reversals", { params: { path: { id: summary.id }, header: { "Idempotency-Key": key } }, body: wish })),
    done: "Asked for; another person approves it",
    close: onClose,
    touches,
  });
  const amount = toMinor(typed.amount, typed.currency);
  const errors = act.error?.byField ?? {};
  return (
    <Modal opened onClose={onClose} title={foreign ? "Record what came back" : `Take money back from ${summary.creator.name}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (amount) act.mutate({ amount: { amount, currency: most.currency }, reason, provider_id: foreign?.provider_id });
        }}
      >
        <Stack>
          <p style={{ margin: 0 }}>
            {foreign
              ? "Nothing is sent: the books follow what Stripe has done already, once a second person has looked at it."
              : "A second person of finance approves it. Then it is taken from the creator’s account at Stripe. Where that holds too little, the creator is told, and it is kept out of the next payments."}
          </p>
          {foreign ? <Facts facts={[["Amount", <Money key="amount" value={foreign.amount} />], ["At Stripe", foreign.provider_id]]} /> : (
            <MoneyInput label="Amount" description={`At most ${moneyText(most)}`} fixedCurrency required value={typed} onChange={setTyped} error={errors["amount.amount"] ?? errors.amount} />
          )}
          <Textarea label="Reason" description="Kept in the history; the creator does not see it" required autosize minRows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={errors.reason} />
          <ProblemNotice problem={act.error} shownFields={["amount", "amount.amount", "reason"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Take nothing back</Button>
            <Button type="submit" color={foreign ? undefined : "red"} loading={act.isPending} disabled={!amount}>{foreign ? "Ask to record it" : `Ask for ${amount ? moneyText({ amount, currency: most.currency }) : "it"}`}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Shows exactly what is approved, and approves that and nothing else. */
export function ReversalApproval({ reversal, onClose }: { reversal: Reversal; onClose: () => void }) {
  const part = reversal.approval.command as ReversalApprovalCreate["part"];
  // What the person saw when the dialog opened. If it changes meanwhile, the API refuses.
  const [amount] = useState(part === "write_off" && reversal.write_off ? reversal.write_off.amount : reversal.amount);
  const act = useAct({
    run: (approval: ReversalApprovalCreate, key) =>
      body(api.POST("/v1/reversals/{id}/approvals", { params: { path: { id: reversal.id }, header: { "Idempotency-Key": key } }, body: approval })),
    done: "Approved",
    close: onClose,
    touches,
  });
  const verb = part === "write_off" ? "Give up" : "Take back";
  return (
    <Modal opened onClose={onClose} title={reversal.approval.label}>
      <form onSubmit={(event) => { event.preventDefault(); act.mutate({ part, amount }); }}>
        <Stack>
          <Facts
            facts={[
              ["Amount", <strong key="amount"><Money value={amount} /></strong>],
              ["From", reversal.creator.name],
              ["Of", `${reversal.milestone_title}, ${reversal.campaign_name}`],
              ["Why", part === "write_off" ? reversal.write_off?.reason : reversal.reason],
              ["Asked for by", part === "write_off" ? reversal.write_off?.by : reversal.requested_by.name],
            ]}
          />
          <ProblemNotice problem={act.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Approve nothing</Button>
            <Button type="submit" color="red" loading={act.isPending} data-autofocus>{verb} {moneyText(amount)}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

const asks: Record<ReversalCommand["command"], { says: string; verb: string; reason?: boolean }> = {
  cancel: { says: "Nothing is taken back.", verb: "Let it be", reason: true },
  retry: { says: "What is still open is asked for again from the creator’s account at Stripe, under a new key.", verb: "Try again" },
  net: { says: "The creator is told, and after the notice at most the agreed share of each payment is kept until it is made good.", verb: "Keep it out of payments" },
  ask_write_off: { says: "A second person decides whether what is still open is given up. Until then no further payment is planned to keep any of it.", verb: "Ask to give it up", reason: true },
  keep_claim: { says: "It is not given up: the next payments go on making it good.", verb: "Do not give it up", reason: true },
  reconcile: { says: "Stripe is asked now whether it came back. Nothing new is taken.", verb: "Ask Stripe now" },
};

/** Any other step of a reversal, with what it needs to know. */
export function ReversalStep({ reversal, command, label, onClose }: { reversal: Reversal; command: ReversalCommand["command"]; label: string; onClose: () => void }) {
  const ask = asks[command];
  const [reason, setReason] = useState("");
  const act = useAct({
    run: (what: ReversalCommand, key) =>
      body(api.POST("/v1/reversals/{id}/commands", { params: { path: { id: reversal.id }, header: { "Idempotency-Key": key } }, body: what })),
    done: `${label}: done`,
    close: onClose,
    touches,
  });
  return (
    <Modal opened onClose={onClose} title={label}>
      <form onSubmit={(event) => { event.preventDefault(); act.mutate({ command, reason: reason || undefined }); }}>
        <Stack>
          <p style={{ margin: 0 }}>{ask.says}</p>
          {ask.reason && <Textarea label="Reason" description="Kept in the history" required autosize minRows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={act.error?.byField.reason} />}
          <ProblemNotice problem={act.error} shownFields={["reason"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Leave it as it is</Button>
            <Button type="submit" loading={act.isPending}>{ask.verb}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
