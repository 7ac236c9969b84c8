import { Button, Group, Modal, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { campaignQuery } from "../../api/queries";
import type { Campaign, ContractTerms, Money, Partnership } from "../../api/schema";
import { toMajor, toMinor } from "../../lib/money";
import { LoadingLines } from "../Loading";
import { MoneyInput, type TypedMoney } from "../MoneyInput";
import { LoadFailed, Notice, ProblemNotice } from "../Notice";
import { cleanTerms, TermsEditor, TermsView } from "../Terms";

/** The fee and the terms of a new offer that takes over what was asked for. */
export interface Taken { fee: Money; terms: ContractTerms }

/** Sends an offer. It starts from the last offer's fee or the campaign's, and from the campaign's terms, or from what is taken over of an answer. */
export default function OfferDialog({ partnership, taken, onClose }: { partnership: Partnership; taken?: Taken; onClose: () => void }) {
  const campaign = useQuery(campaignQuery(partnership.summary.campaign_id));
  return (
    <Modal opened onClose={onClose} title={`Offer to ${partnership.summary.creator.name}`} size="xl">
      {campaign.data ? (
        <OfferForm partnership={partnership} campaign={campaign.data.data} taken={taken} onClose={onClose} />
      ) : campaign.error ? (
        <LoadFailed error={campaign.error} retry={() => void campaign.refetch()} />
      ) : (
        <LoadingLines />
      )}
    </Modal>
  );
}

interface OfferValues {
  fee: TypedMoney;
  message: string;
  paid_outside: string;
  override_reason: string;
  terms: ContractTerms;
}

/** The form of an offer. What Stripe could not pay is said before it is sent. A renewal starts from the fee and the terms of the present term instead. */
export function OfferForm({ partnership, campaign, renews, taken, onClose }: {
  partnership: Partnership; campaign: Pick<Campaign, "default_fee" | "terms" | "dates">; renews?: { fee: Money; terms: ContractTerms; feeFrom: string }; taken?: Taken; onClose: () => void;
}) {
  const last = taken?.fee ?? renews?.fee ?? partnership.offer?.fee ?? campaign.default_fee;
  const usual = renews?.terms ?? campaign.terms;
  const [ownTerms, setOwnTerms] = useState(taken !== undefined);
  const { pay_problems: problems, pay_checked: checked } = partnership;
  const [outside, setOutside] = useState(Boolean(partnership.offer?.paid_outside));
  const form = useForm<OfferValues>({
    initialValues: { fee: { amount: toMajor(last), currency: last.currency }, message: "", paid_outside: partnership.offer?.paid_outside ?? "", override_reason: "", terms: taken?.terms ?? usual },
  });
  const send = useAct({
    run: (offer: { fee: Money; message: string | undefined; terms: ContractTerms | undefined; paid_outside: string | undefined; override_reason: string | undefined }, key) =>
      body(api.POST(renews ? "/v1/partnerships/{id}/renewal" : "/v1/partnerships/{id}/offers", {
        params: { path: { id: partnership.summary.id }, header: { "Idempotency-Key": key } },
        body: offer,
      })),
    done: renews ? "Renewal offered; its budget is reserved" : "Offer sent; its budget is reserved",
    close: onClose,
    touches: ["partnership", "campaign", "task"],
  });

  return (
    <form
      onSubmit={form.onSubmit(({ fee, message, terms, paid_outside, override_reason }) => {
        const amount = toMinor(fee.amount, fee.currency);
        if (!amount) {
          form.setFieldError("fee", "Say how much, in whole units of the currency");
          return;
        }
        if (outside && !paid_outside.trim()) {
          form.setFieldError("paid_outside", "Say how it is paid, and why not through Stripe");
          return;
        }
        send.mutate(
          { override_reason: override_reason.trim() || undefined, paid_outside: outside ? paid_outside : undefined, fee: { amount, currency: fee.currency }, message: message || undefined, terms: ownTerms ? cleanTerms(terms) : undefined },
          { onError: (problem) => form.setErrors(problem.byField) },
        );
      })}
    >
      <Stack>
        <MoneyInput
          label="Fee"
          description={`${renews ? renews.feeFrom : "The whole fee of this term,"} ${renews ? "It is reserved" : "reserved"} from the campaign's budget until the offer is answered`}
          fixedCurrency
          value={form.values.fee}
          onChange={(fee) => form.setFieldValue("fee", fee)}
          error={form.errors.fee ?? form.errors["fee.amount"]}
        />
        {problems.length > 0 && !outside && (
          <Notice tone="attention" title={checked ? "Stripe cannot pay this offer" : "It is not known whether Stripe can pay this offer"}>
            {problems.map(({ field, detail }) => <div key={field}>{detail}</div>)}
          </Notice>
        )}
        <Switch
          label="This deal is paid outside of Stripe" description="By a transfer of your own, for instance. It stays with the offer and in the history"
          checked={outside} onChange={(event) => setOutside(event.currentTarget.checked)}
        />
        {outside && <TextInput label="How and why" required maxLength={1000} {...form.getInputProps("paid_outside")} />}
        <Textarea label="Message" description="Goes into the mail that carries the offer" autosize minRows={3} maxRows={12} {...form.getInputProps("message")} />
        <Switch label={renews ? "Other terms than now" : "Other terms than the campaign's"} checked={ownTerms} onChange={(event) => setOwnTerms(event.currentTarget.checked)} />
        {ownTerms ? <TermsEditor form={form} currency={form.values.fee.currency} dates={campaign.dates} /> : <TermsView terms={usual} currency={form.values.fee.currency} dates={campaign.dates} />}
        <ProblemNotice problem={send.error} shownFields={["fee", "fee.amount", "message", ...(outside ? ["paid_outside"] : []), ...(ownTerms ? Object.keys(form.errors) : [])]} />
        {(send.error?.code === "conflict" || form.values.override_reason) && (
          <Textarea label="Why its conflicts may stand" description="Only legal and admins let stand what blocks; kept with your name" autosize minRows={2} maxLength={1000} {...form.getInputProps("override_reason")} />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>Send no offer</Button>
          <Button type="submit" loading={send.isPending} disabled={checked && problems.length > 0 && !outside}>Send offer</Button>
        </Group>
      </Stack>
    </form>
  );
}
