import { Button, FileInput, Group, Modal, NativeSelect, Stack, Textarea, TextInput } from "@mantine/core";
import { IconDownload, IconPaperclip } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body, form } from "../../api/client";
import type { OfflineMethod, OfflinePayment, OfflinePaymentForm, Payout, PayoutCommand } from "../../api/schema";
import { moneyText } from "../../lib/money";
import { CommandButton, refusal } from "../CommandButton";
import { Money } from "../Money";
import { ProblemNotice } from "../Notice";
import { Facts } from "../Page";
import { RelativeTime } from "../RelativeTime";

const methods: Record<OfflineMethod, string> = { bank_transfer: "Bank transfer", paypal: "PayPal", cheque: "Cheque", goods: "Goods", other: "Another way" };

/** Chooses that people pay it, and how; the approvals start anew. */
export function PayOfflineDialog({ payout, onClose }: { payout: Payout; onClose: () => void }) {
  const [method, setMethod] = useState<OfflineMethod>("bank_transfer");
  const [reason, setReason] = useState("");
  const act = useAct({
    run: (what: PayoutCommand, key) =>
      body(api.POST("/v1/payouts/{id}/commands", { params: { path: { id: payout.summary.id }, header: { "Idempotency-Key": key } }, body: what })),
    done: "To be paid outside of Stripe; it must be approved anew",
    close: onClose,
    touches: ["payout", "partnership", "task"],
  });
  const errors = act.error?.byField ?? {};
  return (
    <Modal opened onClose={onClose} title="Pay outside of Stripe">
      <form onSubmit={(event) => { event.preventDefault(); act.mutate({ command: "pay_offline", method, reason }); }}>
        <Stack>
          <p style={{ margin: 0 }}>
            Rapport sends nothing. The approvals start anew; when they are complete, somebody pays {payout.summary.creator.name} and records the payment here, with a proof. Whoever released it cannot record it.
          </p>
          <NativeSelect
            label="How it is paid"
            value={method}
            onChange={(event) => setMethod(event.currentTarget.value as OfflineMethod)}
            data={Object.entries(methods).map(([value, label]) => ({ value, label }))}
            error={errors.method}
          />
          <Textarea label="Why" description="Kept in the history" placeholder="Stripe pays nobody in the creator's country" required autosize minRows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={errors.reason} />
          <ProblemNotice problem={act.error} shownFields={["method", "reason"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Leave it with Stripe</Button>
            <Button type="submit" loading={act.isPending}>Pay outside of Stripe</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** What is known of a payment outside of Stripe, and the button that records it. */
export function OfflineSection({ payout, record }: { payout: Payout; record: () => void }) {
  const { offline_payment: made, record_payment: may, summary } = payout;
  if (made) return <Made payout={payout} made={made} />;
  return (
    <>
      <p style={{ margin: 0 }}>
        {summary.state === "approved"
          ? `It is approved. Pay ${summary.creator.name} (${(summary.offline?.words ?? "").replace("Outside of Stripe: ", "")}), then record the payment with its proof.`
          : "When it is approved, somebody pays it and records the payment here, with its proof."}
      </p>
      {may && (
        <div style={{ marginTop: 12 }}>
          <CommandButton reason={refusal(may)} onClick={record}>{may.label}</CommandButton>
          {!may.allowed && <div className="soft" style={{ fontSize: 12 }}>{refusal(may)}</div>}
        </div>
      )}
    </>
  );
}

function Made({ payout, made }: { payout: Payout; made: OfflinePayment }) {
  return (
    <>
      <Facts
        facts={[
          ["How", methods[made.method]],
          ["Paid on", made.paid_on],
          ["Reference", made.reference],
          ["Amount", <Money key="amount" value={made.amount} />],
          ["Recorded by", <span key="by">{made.recorded_by.name} <span className="soft"><RelativeTime at={made.recorded_at} /></span></span>],
        ]}
      />
      <Button mt="sm" variant="default" leftSection={<IconDownload size={16} aria-hidden />} component="a" href={`/v1/payouts/${payout.summary.id}/offline-payment/proof`} download>
        Proof ({made.proof_name || "file"})
      </Button>
    </>
  );
}

const fields = ["paid_on", "reference", "amount", "proof"];

/** Records a payment that somebody made: for exactly what was approved, with its proof. */
export function RecordDialog({ payout, onClose }: { payout: Payout; onClose: () => void }) {
  const { summary } = payout;
  // What the person saw when the dialog opened. If it changes meanwhile, the API refuses.
  const [amount] = useState({ amount: summary.amount.amount - (summary.kept?.amount ?? 0), currency: summary.amount.currency });
  const [paidOn, setPaidOn] = useState(() => new Date().toLocaleDateString("sv"));
  const [reference, setReference] = useState("");
  const [proof, setProof] = useState<File | null>(null);
  const act = useAct({
    run: (payment: { paid_on: string; reference: string; proof: File | null }, key) =>
      body(api.POST("/v1/payouts/{id}/offline-payment", {
        params: { path: { id: summary.id }, header: { "Idempotency-Key": key } },
        // The generated type names the form's fields; what is sent is the form itself, with the file in it.
        body: form({ paid_on: payment.paid_on, reference: payment.reference, amount: String(amount.amount), currency: amount.currency, proof: payment.proof ?? undefined }) as unknown as OfflinePaymentForm,
        bodySerializer: (data) => data as unknown as FormData,
      })),
    done: "The payment is recorded",
    close: onClose,
    touches: ["payout", "partnership", "task"],
  });
  const errors = act.error?.byField ?? {};
  return (
    <Modal opened onClose={onClose} title="Record the payment">
      <form onSubmit={(event) => { event.preventDefault(); act.mutate({ paid_on: paidOn, reference, proof }); }}>
        <Stack>
          <p style={{ margin: 0 }}>
            You say that {summary.creator.name} was paid exactly <strong>{moneyText(amount)}</strong> outside of Stripe. This cannot be undone here.
          </p>
          <TextInput type="date" label="Paid on" description="The day of the brand on which it was paid: not before it was approved" required value={paidOn} onChange={(event) => setPaidOn(event.currentTarget.value)} error={errors.paid_on} />
          <TextInput label="Reference" description="As the bank or the receipt names it; the creator sees it" required maxLength={200} value={reference} onChange={(event) => setReference(event.currentTarget.value)} error={errors.reference} />
          <FileInput label="Proof" description="A PDF, PNG or JPEG of at most 10 MB" placeholder="Choose a file" required accept="application/pdf,image/png,image/jpeg" clearable clearButtonProps={{ "aria-label": "Take the file away" }} leftSection={<IconPaperclip size={16} aria-hidden />} value={proof} onChange={setProof} error={errors.proof} />
          <ProblemNotice problem={act.error} shownFields={fields} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Record nothing</Button>
            <Button type="submit" loading={act.isPending}>Record {moneyText(amount)}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
