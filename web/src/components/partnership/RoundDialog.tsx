import { Button, Group, Modal, Select, Stack } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { Deliverable, Money } from "../../api/schema";
import { moneyText, toMinor } from "../../lib/money";
import { MoneyInput, type TypedMoney } from "../MoneyInput";
import { ProblemNotice } from "../Notice";

/** Offers money for a revision round that the contract does not include; nothing is owed before the creator agrees. */
export default function RoundDialog({ deliverables, currency = "usd", onClose }: { deliverables: Deliverable[]; currency?: string; onClose: () => void }) {
  const [chosen, setChosen] = useState<string | null>(deliverables.length === 1 ? (deliverables[0]?.id ?? null) : null);
  const [fee, setFee] = useState<TypedMoney>({ amount: "", currency });
  const [missing, setMissing] = useState(false);
  const act = useAct({
    run: ({ id, fee }: { id: string; fee: Money }, key) => body(api.POST("/v1/deliverables/{id}/rounds", { params: { path: { id }, header: { "Idempotency-Key": key } }, body: { fee } })),
    done: "The round is offered; the creator is asked",
    close: onClose,
    touches: ["partnership", "campaign", "review", "task"],
  });
  const fields = act.error?.byField ?? {};
  const amount = toMinor(fee.amount, fee.currency);
  const deliverable = deliverables.find(({ id }) => id === chosen);
  return (
    <Modal opened onClose={onClose} title={deliverable ? `Another round for ${deliverable.title}` : "Offer another round"}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setMissing(!amount);
          if (chosen && amount) act.mutate({ id: chosen, fee: { amount, currency: fee.currency } });
        }}
      >
        <Stack>
          <p style={{ margin: 0 }}>The rounds of the contract are used up. The creator is asked whether they do another one for this fee; it is owed only when they agree.</p>
          {deliverables.length === 0 && <p className="soft" style={{ margin: 0 }}>No deliverable waits for another round now.</p>}
          {deliverables.length > 1 && (
            <Select label="Deliverable" required value={chosen} onChange={setChosen} data={deliverables.map(({ id, title, round }) => ({ value: id, label: `${title} (round ${round})` }))} />
          )}
          <MoneyInput label="Fee for the round" description="In whole units, beside the fee that was agreed" fixedCurrency required value={fee} onChange={setFee} error={fields.fee ?? fields["fee.amount"] ?? (missing && !amount ? "Say how much" : undefined)} />
          <ProblemNotice problem={act.error} shownFields={["fee", "fee.amount"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Offer nothing</Button>
            <Button type="submit" loading={act.isPending} disabled={!chosen}>{amount ? `Offer ${moneyText({ amount, currency: fee.currency })}` : "Offer the round"}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
