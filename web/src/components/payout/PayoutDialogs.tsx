import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { ApprovalCreate, Payout, PayoutCommand } from "../../api/schema";
import { moneyText } from "../../lib/money";
import { Money } from "../Money";
import { ProblemNotice } from "../Notice";
import { Facts } from "../Page";

/** The two parts of an approval as people call them. */
export const partWords: Record<string, string> = { preparer: "preparer", releaser: "releaser", content: "content approval" };

/** Shows exactly what is approved, and approves that and nothing else: the amount is sent back with the approval. */
export function ApproveDialog({ payout, part, onClose }: { payout: Payout; part: ApprovalCreate["part"]; onClose: () => void }) {
  const { summary } = payout;
  // What the person saw when the dialog opened. If it changes meanwhile, the API refuses.
  const [amount] = useState({ amount: summary.amount.amount - (summary.kept?.amount ?? 0), currency: summary.amount.currency });
  const approve = useAct({
    run: (approval: ApprovalCreate, key) =>
      body(api.POST("/v1/payouts/{id}/approvals", { params: { path: { id: summary.id }, header: { "Idempotency-Key": key } }, body: approval })),
    done: part === "releaser" ? "Released" : "Prepared; another person releases it",
    close: onClose,
    touches: ["payout", "partnership", "task"],
  });

  return (
    <Modal opened onClose={onClose} title={`Approve as ${partWords[part]}`}>
      <form onSubmit={(event) => { event.preventDefault(); approve.mutate({ part, amount }); }}>
        <Stack>
          <Facts
            facts={[
              ["Amount", <strong key="amount"><Money value={amount} /></strong>],
              ["Kept", summary.kept && <span key="kept"><Money value={summary.kept} /> of the <Money value={summary.amount} /> owed, for money that the creator owes back</span>],
              ["How", summary.offline?.words],
              ["To", `${summary.creator.name}${payout.destination ? `, ${payout.destination}` : ""}`],
              ["For", `${summary.milestone_title}, ${summary.campaign_name}`],
              ["From", summary.offline ? summary.brand_name : `Funds of ${summary.brand_name}`],
            ]}
          />
          <Evidence payout={payout} />
          <p className="soft" style={{ margin: 0 }}>
            Your approval holds for this amount, currency and {summary.offline ? "way of paying" : "destination"} only. {(payout.releasers ?? 1) > 1 ? "Three" : "Two"} different people approve, one of whom releases it; below the brand’s threshold whoever approved the content may be the other one.
          </p>
          <ProblemNotice problem={approve.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Approve nothing</Button>
            <Button type="submit" loading={approve.isPending} data-autofocus>Approve {moneyText(amount)}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** What this money rests on, in words. */
export function Evidence({ payout }: { payout: Payout }) {
  if (payout.evidence.length === 0) return <p className="soft" style={{ margin: 0 }}>Nothing is recorded that this money rests on.</p>;
  return (
    <ul style={{ margin: 0, paddingLeft: 18 }}>
      {payout.evidence.map((fact) => <li key={fact}>{fact}</li>)}
    </ul>
  );
}

interface Ask {
  says: string;
  verb: string;
  reason?: "needed" | "optional";
  reviewOn?: boolean;
  danger?: boolean;
}

const asks: Record<Exclude<PayoutCommand["command"], "pay_offline">, Ask> = {
  hold: { says: "Nothing is sent until somebody releases it. A hold never ends by itself; on its review date you are asked again.", verb: "Hold payout", reason: "needed", reviewOn: true },
  release: { says: "The payout goes on from where it was held. Approvals stay if amount and destination did.", verb: "Release from hold", reason: "optional" },
  release_destination: {
    says: "Ask the creator by another way than mail, for instance by a call to the number you know, whether the new bank account is theirs. Then two people approve the payout anew.",
    verb: "Release: it is theirs", reason: "needed",
  },
  retry: { says: "A new attempt is made with a new key, because the last one was definitely rejected.", verb: "Try again" },
  cancel: { says: "This money is not sent, now or later. This cannot be undone.", verb: "Cancel payout", reason: "needed", danger: true },
  pay_stripe: { says: "Stripe pays it after all. The approvals start anew.", verb: "Pay by Stripe", reason: "needed" },
  reconcile: { says: "Stripe is asked now whether the transfer exists. No new transfer is made.", verb: "Ask Stripe now" },
};

const inAWeek = () => new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);

/** Any other command of a payout, with what it needs to know. */
export function PayoutDialog({ payout, command, label, onClose }: { payout: Payout; command: keyof typeof asks; label: string; onClose: () => void }) {
  const ask = asks[command];
  const [reason, setReason] = useState("");
  const [reviewOn, setReviewOn] = useState(inAWeek);
  const act = useAct({
    run: (what: PayoutCommand, key) =>
      body(api.POST("/v1/payouts/{id}/commands", { params: { path: { id: payout.summary.id }, header: { "Idempotency-Key": key } }, body: what })),
    done: `${label}: done`,
    close: onClose,
    touches: ["payout", "partnership", "task"],
  });
  const errors = act.error?.byField ?? {};
  return (
    <Modal opened onClose={onClose} title={label}>
      <form onSubmit={(event) => { event.preventDefault(); act.mutate({ command, reason: reason || undefined, review_on: ask.reviewOn ? reviewOn : undefined }); }}>
        <Stack>
          <p style={{ margin: 0 }}>{ask.says}</p>
          {ask.reason && <Textarea label="Reason" description="Kept in the history" required={ask.reason === "needed"} autosize minRows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={errors.reason} />}
          {ask.reviewOn && <TextInput type="date" label="Look at it again on" required value={reviewOn} onChange={(event) => setReviewOn(event.currentTarget.value)} error={errors.review_on} />}
          <ProblemNotice problem={act.error} shownFields={["reason", "review_on"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Leave it as it is</Button>
            <Button type="submit" color={ask.danger ? "red" : undefined} loading={act.isPending}>{ask.verb}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
