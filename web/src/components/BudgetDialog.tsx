import { Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import type { Campaign, CampaignEdit } from "../api/schema";
import { moneyText, toMajor, toMinor } from "../lib/money";
import { Budget } from "./Budget";
import { MoneyInput, type TypedMoney } from "./MoneyInput";
import { ProblemNotice } from "./Notice";

/** Finance changes what a campaign may spend. */
export function BudgetDialog({ campaign, etag, onClose }: { campaign: Campaign; etag: string | undefined; onClose: () => void }) {
  // What the person started from: a change made by somebody else meanwhile must not slip in unseen.
  const [tag] = useState(etag);
  const { currency } = campaign.budget;
  const [typed, setTyped] = useState<TypedMoney>({ amount: toMajor(campaign.budget), currency });
  const [reason, setReason] = useState("");
  const amount = toMinor(typed.amount, currency);
  const save = useAct({
    run: (edit: CampaignEdit) => body(api.PATCH("/v1/campaigns/{id}", { params: { path: { id: campaign.id }, header: { "If-Match": tag } }, body: edit })),
    done: "Budget saved",
    close: onClose,
    touches: ["campaign"],
  });
  return (
    <Modal opened onClose={onClose} title={`Budget of ${campaign.name}`}>
      <form onSubmit={(event) => { event.preventDefault(); if (amount) save.mutate({ budget: { amount, currency }, reason }); }}>
        <Stack>
          <Budget campaign={campaign} />
          <MoneyInput label="Budget" description="Offers and contracts together never go beyond it" fixedCurrency required value={typed} onChange={setTyped} error={save.error?.byField["budget.amount"] ?? save.error?.byField.budget} />
          <Textarea label="Why it changes" description="Stands in the history of money" required autosize minRows={2} maxLength={500} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={save.error?.byField.reason} />
          <ProblemNotice problem={save.error} shownFields={["budget", "budget.amount", "reason"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Leave it as it is</Button>
            <Button type="submit" loading={save.isPending} disabled={!amount}>{amount ? `Set it to ${moneyText({ amount, currency })}` : "Save"}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
