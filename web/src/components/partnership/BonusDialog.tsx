import { Button, Group, Modal, Select, Stack, Textarea } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { BonusCreate, Partnership } from "../../api/schema";
import { moneyText, toMinor } from "../../lib/money";
import { MoneyInput, type TypedMoney } from "../MoneyInput";
import { ProblemNotice } from "../Notice";

/** Gives a bonus on top of the contract. It is owed at once, and finance releases it as any payment. */
export default function BonusDialog({ partnership, onClose }: { partnership: Partnership; onClose: () => void }) {
  const { summary, deliverables } = partnership;
  const [typed, setTyped] = useState<TypedMoney>({ amount: "", currency: summary.fee?.currency ?? "usd" });
  const [reason, setReason] = useState("");
  const [deliverable, setDeliverable] = useState<string | null>(null);
  const act = useAct({
    run: (bonus: BonusCreate, key) => body(api.POST("/v1/partnerships/{id}/bonuses", { params: { path: { id: summary.id }, header: { "Idempotency-Key": key } }, body: bonus })),
    done: "The bonus is owed; finance releases it",
    close: onClose,
    touches: ["partnership", "campaign", "payout", "task"],
  });
  const fields = act.error?.byField ?? {};
  const amount = toMinor(typed.amount, typed.currency);
  return (
    <Modal opened onClose={onClose} title={`A bonus for ${summary.creator.name}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (amount) act.mutate({ amount: { amount, currency: typed.currency }, reason, deliverable_id: deliverable ?? undefined });
        }}
      >
        <Stack>
          <p style={{ margin: 0 }}>It is owed at once, on top of what the contract says, and comes out of the campaign’s budget. Two people of finance release it; you are not one of them.</p>
          <MoneyInput label="Bonus" fixedCurrency required value={typed} onChange={setTyped} error={fields.amount ?? fields["amount.amount"] ?? fields["amount.currency"]} />
          <Textarea label="What it is for" description="The creator reads it" required maxLength={190} autosize minRows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={fields.reason} />
          {deliverables.length > 0 && (
            <Select label="For which piece" placeholder="No piece in particular" clearable value={deliverable} onChange={setDeliverable} data={deliverables.map(({ id, title }) => ({ value: id, label: title }))} error={fields.deliverable_id} />
          )}
          <ProblemNotice problem={act.error} shownFields={["amount", "amount.amount", "amount.currency", "reason", "deliverable_id"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Give nothing</Button>
            <Button type="submit" loading={act.isPending} disabled={!amount || !reason.trim()}>{amount ? `Give ${moneyText({ amount, currency: typed.currency })}` : "Give a bonus"}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
