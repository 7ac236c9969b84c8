import { Group, NumberInput, Stack } from "@mantine/core";
import type { ReactNode } from "react";

import type { OfferAsk, PortalOfferView } from "../../api/schema";
import { moneyText } from "../../lib/money";
import { MoneyInput, type TypedMoney } from "../MoneyInput";
import classes from "../Terms.module.css";
import { asking, offered, type TypedAsks } from "./asks";
import { useSay } from "./words/Words";

/** What a creator asks for instead, each beside what was offered. `wrong` are errors by the fields of the API, `sent` the asks that they are about. */
export default function CounterForm({ offer, fee, onFee, typed, onType, sent, wrong, feeError }: {
  offer: PortalOfferView; fee: TypedMoney; onFee: (fee: TypedMoney) => void; typed: TypedAsks; onType: (typed: TypedAsks) => void;
  sent: OfferAsk[]; wrong: Record<string, string>; feeError: ReactNode;
}) {
  const say = useSay();
  const { terms } = offer;
  const field = (of: OfferAsk["of"], label: string, most: number, at?: number) => {
    const key = asking(of, at);
    const was = offered(offer, of, at);
    const index = sent.findIndex((ask) => asking(ask.of, ask.deliverable) === key);
    return (
      <NumberInput
        key={key} flex="1 1 140px" label={label} description={say("offer.offered", { was: String(was) })} allowDecimal={false} allowNegative={false} hideControls
        min={of === "draft_due_days" || of === "publish_days" ? 1 : 0} max={most} clampBehavior="none" value={typed[key] ?? was} onChange={(value) => onType({ ...typed, [key]: value })}
        error={index < 0 ? undefined : (wrong[`asks.${index}.value`] ?? wrong[`asks.${index}.deliverable`])}
      />
    );
  };
  return (
    <Stack gap="sm">
      <MoneyInput label={say("offer.fee")} description={say("offer.offered", { was: moneyText(offer.fee) })} fixedCurrency required value={fee} onChange={onFee} error={feeError} />
      {terms.deliverables.map(({ title, draft_after, draft_due_on, publish_until }, at) => (
        <fieldset className={classes.group} key={at}>
          <legend>{title}</legend>
          <Group align="flex-end" gap="sm">
            {field("pieces", say("offer.ask.pieces"), 20, at)}
            {/* Another day than the one that is named is asked for in the note. */}
            {!draft_due_on && field("draft_due_days", say("offer.ask.draft", { product: draft_after ? "yes" : "no" }), 730, at)}
            {!publish_until && field("publish_days", say("offer.ask.publish"), 730, at)}
          </Group>
        </fieldset>
      ))}
      <Group align="flex-end" gap="sm">
        {field("usage_rights_days", say("offer.ask.usage"), 3650)}
        {field("exclusivity_days", say("offer.ask.exclusivity"), 3650)}
      </Group>
    </Stack>
  );
}
