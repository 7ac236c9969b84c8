import { Button, Stack, Textarea } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { OfferDecision, PortalOfferView } from "../../api/schema";
import { toMajor, toMinor } from "../../lib/money";
import { exactText } from "../../lib/time";
import { Negotiation } from "../Changes";
import { Money } from "../Money";
import { MoneyInput, type TypedMoney } from "../MoneyInput";
import { ProblemNotice } from "../Notice";
import { Section } from "../Page";
import { RelativeTime } from "../RelativeTime";
import { StatusChip } from "../StatusChip";
import { TermsView } from "../Terms";
import classes from "./Portal.module.css";
import { useShowHome } from "./useHome";

/** An offer: what it pays and asks for, and the answer to it. */
export function OfferCard({ offer, brandName }: { offer: PortalOfferView; brandName: string }) {
  const show = useShowHome();
  const [answer, setAnswer] = useState<OfferDecision["decision"] | null>(null);
  const [message, setMessage] = useState("");
  const [counter, setCounter] = useState<TypedMoney>({ amount: toMajor(offer.fee), currency: offer.fee.currency });
  const [missing, setMissing] = useState(false);
  const decide = useAct({
    run: (decision: OfferDecision, key) =>
      body(api.POST("/v1/portal/offers/{id}/decisions", { params: { path: { id: offer.id }, header: { "Idempotency-Key": key } }, body: decision })),
    close: () => setAnswer(null),
    then: show,
    done: "Your answer arrived",
    touches: ["portal"],
  });
  const errors = decide.error?.byField ?? {};

  return (
    <Section title={`Offer from ${brandName}`} actions={<StatusChip noun="offer" state={offer.state} />}>
      <Stack gap="sm">
        <div className={classes.fee}><Money value={offer.fee} /></div>
        {offer.state === "sent" && offer.expires_at && <div className="soft">Answer by {exactText(new Date(offer.expires_at))} (<RelativeTime at={offer.expires_at} />)</div>}
        {offer.counter_fee && <div>You asked for <Money value={offer.counter_fee} /></div>}
        {offer.message && <div className="prewrap">{offer.message}</div>}
        <Negotiation changes={offer.changes} before={offer.before} asks="You asked for" />
        <details open={offer.state === "sent"}>
          <summary>What it asks for</summary>
          <div className={classes.inside}><TermsView terms={offer.terms} currency={offer.fee.currency} /></div>
        </details>
        {offer.state === "sent" && answer === null && (
          <Stack gap="xs">
            <Button size="md" onClick={() => setAnswer("accept")}>Accept the offer</Button>
            <Button size="md" variant="default" onClick={() => setAnswer("counter")}>Ask for another fee</Button>
            <Button size="md" variant="default" onClick={() => setAnswer("decline")}>Decline</Button>
          </Stack>
        )}
        {offer.state === "sent" && answer !== null && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              const amount = answer === "counter" ? toMinor(counter.amount, counter.currency) : undefined;
              setMissing(answer === "counter" && !amount);
              if (answer === "counter" && !amount) return;
              decide.mutate({ decision: answer, message: message || undefined, counter: amount ? { amount, currency: counter.currency } : undefined });
            }}
          >
            <Stack gap="sm">
              <p style={{ margin: 0 }}>{says[answer]}</p>
              {answer === "counter" && <MoneyInput label="The fee you ask for" fixedCurrency required value={counter} onChange={setCounter} error={missing ? "Say how much" : (errors.counter ?? errors["counter.amount"])} />}
              <Textarea label="Message" description="If you like" autosize minRows={2} value={message} onChange={(event) => setMessage(event.currentTarget.value)} error={errors.message} />
              <ProblemNotice problem={decide.error} shownFields={["counter", "counter.amount", "message"]} />
              <Button type="submit" size="md" color={answer === "decline" ? "red" : undefined} loading={decide.isPending}>{verbs[answer]}</Button>
              <Button size="md" variant="default" onClick={() => { setAnswer(null); decide.reset(); }}>Go back</Button>
            </Stack>
          </form>
        )}
      </Stack>
    </Section>
  );
}

const says: Record<OfferDecision["decision"], string> = {
  accept: "You agree to the fee and the terms above. A contract to sign comes next; nothing binds you before you sign it.",
  counter: "Nothing is agreed yet: the brand sees the fee you ask for and answers.",
  decline: "The brand is told, and gets no further answer from you on this offer.",
};

const verbs: Record<OfferDecision["decision"], string> = { accept: "Yes, accept", counter: "Send my ask", decline: "Yes, decline" };
