import { Button, Stack, Textarea } from "@mantine/core";
import { lazy, Suspense, useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { OfferAsk, OfferDecision, PortalOfferView } from "../../api/schema";
import { toMajor, toMinor } from "../../lib/money";
import { Money } from "../Money";
import type { TypedMoney } from "../MoneyInput";
import { ProblemNotice } from "../Notice";
import { Section } from "../Page";
import { asksOf, type TypedAsks } from "./asks";
import { Asked, Negotiation } from "./Negotiation";
import classes from "./Portal.module.css";
import { State } from "./State";
import { Terms } from "./Terms";
import { useShowHome } from "./useHome";
import { When } from "./When";
import { useSay } from "./words/Words";

// Few ask for something else, and a field for money is a tenth of the page.
const CounterForm = lazy(() => import("./CounterForm"));

/** An offer: what it pays and asks for, and the answer to it. */
export function OfferCard({ offer, brandName }: { offer: PortalOfferView; brandName: string }) {
  const say = useSay();
  const show = useShowHome();
  const [answer, setAnswer] = useState<OfferDecision["decision"] | null>(null);
  const [message, setMessage] = useState("");
  const [counter, setCounter] = useState<TypedMoney>({ amount: toMajor(offer.fee), currency: offer.fee.currency });
  const [typed, setTyped] = useState<TypedAsks>({});
  const [sent, setSent] = useState<OfferAsk[]>([]);
  const [missing, setMissing] = useState(false);
  const decide = useAct({
    run: (decision: OfferDecision, key) =>
      body(api.POST("/v1/portal/offers/{id}/decisions", { params: { path: { id: offer.id }, header: { "Idempotency-Key": key } }, body: decision })),
    close: () => setAnswer(null),
    then: show,
    done: say("answerArrived"),
    touches: ["portal"],
  });
  const errors = decide.error?.byField ?? {};

  return (
    <Section title={say(offer.renewal ? "offer.renewal" : "offer.title", { brand: brandName })} actions={<State noun="offer" state={offer.state} />}>
      <Stack gap="sm">
        <div className={classes.fee}><Money value={offer.fee} /></div>
        {offer.state === "sent" && offer.expires_at && <div className="soft">{say("offer.answerBy", { at: <When key="at" at={offer.expires_at} /> })}</div>}
        <Asked lines={offer.asked} note={offer.counter_note} />
        {offer.message && <div className="prewrap">{offer.message}</div>}
        <Negotiation changes={offer.changes} before={offer.before} />
        <details open={offer.state === "sent"}>
          <summary>{say("offer.terms")}</summary>
          <div className={classes.inside}><Terms terms={offer.terms} currency={offer.fee.currency} /></div>
        </details>
        {offer.state === "sent" && answer === null && (
          <Stack gap="xs">
            <Button size="md" onClick={() => setAnswer("accept")}>{say("offer.accept")}</Button>
            <Button size="md" variant="default" onClick={() => setAnswer("counter")}>{say("offer.counter")}</Button>
            <Button size="md" variant="default" onClick={() => setAnswer("decline")}>{say("offer.decline")}</Button>
          </Stack>
        )}
        {offer.state === "sent" && answer !== null && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              const amount = answer === "counter" ? toMinor(counter.amount, counter.currency) : undefined;
              setMissing(answer === "counter" && !amount);
              if (answer === "counter" && !amount) return;
              const asks = answer === "counter" ? asksOf(offer, typed) : [];
              setSent(asks);
              decide.mutate({
                decision: answer, message: message || undefined, asks: asks.length > 0 ? asks : undefined,
                counter: amount && amount !== offer.fee.amount ? { amount, currency: counter.currency } : undefined,
              });
            }}
          >
            <Stack gap="sm">
              <p style={{ margin: 0 }}>{say(`offer.says.${answer}`)}</p>
              {answer === "counter" && (
                <Suspense>
                  <CounterForm offer={offer} fee={counter} onFee={setCounter} typed={typed} onType={setTyped} sent={sent} wrong={errors} feeError={missing ? say("offer.howMuch") : errors["counter.amount"]} />
                </Suspense>
              )}
              <Textarea label={say(answer === "counter" ? "offer.rest" : "message")} description={say("ifYouLike")} autosize minRows={2} value={message} onChange={(event) => setMessage(event.currentTarget.value)} error={errors.message ?? errors.asks ?? errors.counter} />
              <ProblemNotice problem={decide.error} shownFields={["counter.amount", "counter", "asks", "message", ...sent.flatMap((_, at) => [`asks.${at}.value`, `asks.${at}.deliverable`])]} />
              <Button type="submit" size="md" color={answer === "decline" ? "red" : undefined} loading={decide.isPending}>{say(`offer.yes.${answer}`)}</Button>
              <Button size="md" variant="default" onClick={() => { setAnswer(null); decide.reset(); }}>{say("back")}</Button>
            </Stack>
          </form>
        )}
      </Stack>
    </Section>
  );
}
