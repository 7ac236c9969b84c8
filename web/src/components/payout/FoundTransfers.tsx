import { Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { FoundTransfer, Payout, TransferAcceptance, TransferAcceptanceApproval, TransferAcceptanceCreate } from "../../api/schema";
import { moneyText } from "../../lib/money";
import { CommandButton, refusal } from "../CommandButton";
import { Money } from "../Money";
import { ProblemNotice } from "../Notice";
import { Facts } from "../Page";
import { RelativeTime } from "../RelativeTime";
import classes from "./Reversals.module.css";

const touches = ["payout", "partnership", "task", "brand"];

interface Asked {
  transfer: FoundTransfer;
  acceptance?: TransferAcceptance;
}

/** What Stripe moved for a payment otherwise than it was asked, and the two people whose word makes it the payment. */
export function FoundTransfers({ payout }: { payout: Payout }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const open = payout.summary.state === "unknown";
  return (
    <Stack gap="md">
      {payout.found_transfers?.map((transfer) => {
        const { acceptance } = transfer;
        return (
          <article key={transfer.transfer_id} className={classes.one} aria-label={`${moneyText(transfer.amount)} moved by Stripe`}>
            <Group justify="space-between">
              <strong><Money value={transfer.amount} /></strong>
              <span className="soft"><RelativeTime at={transfer.made_at} /></span>
            </Group>
            <ul style={{ margin: 0, paddingInlineStart: 18 }}>{transfer.says.map((line) => <li key={line}>{line}</li>)}</ul>
            <Facts
              facts={[
                ["At Stripe", transfer.transfer_id],
                ["Taken back", transfer.taken_back && <Money key="back" value={transfer.taken_back} />],
                ["Asked to accept it", acceptance && <span key="asked">{acceptance.asked_by.name}, <RelativeTime at={acceptance.asked_at} />: “{acceptance.reason}”</span>],
                ["Approved by", acceptance?.approved_by],
              ]}
            />
            {open && acceptance && !acceptance.approved_by && (
              <div>
                <CommandButton size="xs" reason={refusal(acceptance.approve)} onClick={() => setAsked({ transfer, acceptance })}>{acceptance.approve.label}</CommandButton>
                {!acceptance.approve.allowed && <div className="soft" style={{ fontSize: 12 }}>{refusal(acceptance.approve)}</div>}
              </div>
            )}
            {open && !(acceptance && transfer.accept.allowed) && (
              <div>
                <CommandButton size="xs" variant="default" reason={refusal(transfer.accept)} onClick={() => setAsked({ transfer })}>{transfer.accept.label}</CommandButton>
                {!transfer.accept.allowed && <div className="soft" style={{ fontSize: 12 }}>{refusal(transfer.accept)}</div>}
              </div>
            )}
          </article>
        );
      })}
      {asked && (asked.acceptance
        ? <ApproveDialog payout={payout} transfer={asked.transfer} acceptance={asked.acceptance} onClose={() => setAsked(null)} />
        : <AcceptDialog payout={payout} transfer={asked.transfer} onClose={() => setAsked(null)} />)}
    </Stack>
  );
}

/** Asks to accept it. Nothing is booked before another person has approved that. */
function AcceptDialog({ payout, transfer, onClose }: { payout: Payout; transfer: FoundTransfer; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const act = useAct({
    run: (wish: TransferAcceptanceCreate, key) =>
      body(api.POST("/v1/payouts/{id}/acceptances", { params: { path: { id: payout.summary.id }, header: { "Idempotency-Key": key } }, body: wish })),
    done: "Asked for; another person approves it",
    close: onClose,
    touches,
  });
  return (
    <Modal opened onClose={onClose} title={`Accept ${moneyText(transfer.amount)} as the payment`}>
      <form onSubmit={(event) => { event.preventDefault(); act.mutate({ transfer_id: transfer.transfer_id, reason }); }}>
        <Stack>
          <p style={{ margin: 0 }}>Nothing is sent: the books follow what Stripe has done already, once a releaser has approved it. {transfer.follows}</p>
          <Textarea label="Reason" description="How you know that this is the payment. Kept in the history; the creator does not see it" required autosize minRows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={act.error?.byField.reason} />
          <ProblemNotice problem={act.error} shownFields={["reason"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Accept nothing</Button>
            <Button type="submit" loading={act.isPending}>Ask to accept it</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Shows exactly what is accepted, and approves that and nothing else. */
function ApproveDialog({ payout, transfer, acceptance, onClose }: { payout: Payout; transfer: FoundTransfer; acceptance: TransferAcceptance; onClose: () => void }) {
  // What the person saw when the dialog opened. If it changes meanwhile, the API refuses.
  const [approval] = useState<TransferAcceptanceApproval>({ acceptance_id: acceptance.id, amount: transfer.amount });
  const act = useAct({
    run: (approved: TransferAcceptanceApproval, key) =>
      body(api.POST("/v1/payouts/{id}/acceptances/approvals", { params: { path: { id: payout.summary.id }, header: { "Idempotency-Key": key } }, body: approved })),
    done: "Approved",
    close: onClose,
    touches,
  });
  return (
    <Modal opened onClose={onClose} title={acceptance.approve.label}>
      <form onSubmit={(event) => { event.preventDefault(); act.mutate(approval); }}>
        <Stack>
          <Facts
            facts={[
              ["Stripe moved", <strong key="amount"><Money value={approval.amount} /></strong>],
              ["To", transfer.destination],
              ["Of", `${payout.summary.milestone_title}, ${payout.summary.campaign_name}`],
              ["Otherwise than asked", transfer.says.join(" ")],
              ["What follows", transfer.follows],
              ["Why", acceptance.reason],
              ["Asked for by", acceptance.asked_by.name],
            ]}
          />
          <ProblemNotice problem={act.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Approve nothing</Button>
            <Button type="submit" loading={act.isPending} data-autofocus>Book it as the payment</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
