import { Button, Checkbox, Stack } from "@mantine/core";
import { lazy, Suspense, useState } from "react";

import type { Offer, Partnership } from "../../api/schema";
import { takenOver } from "./asks";

const OfferDialog = lazy(() => import("./OfferDialog"));
const RenewDialog = lazy(() => import("../renewal/RenewDialog"));

/** What a creator asks for instead of an offer, each beside what was offered. While an offer can be made, what is ticked goes into a new one with one press. */
export function Asked({ partnership, offer }: { partnership: Partnership; offer: Offer }) {
  const { asked = [], counter_note: note } = offer;
  const [left, setLeft] = useState<number[]>([]);
  const [taking, setTaking] = useState(false);
  if (offer.state !== "countered" || (asked.length === 0 && !note)) return null;
  const answer = partnership.commands.find(({ command, allowed }) => allowed && (command === "send_offer" || command === "renew"));
  const chosen = asked.filter((_, at) => !left.includes(at));
  const taken = takenOver(offer, chosen);
  return (
    <section aria-label={`${partnership.summary.creator.name} asks for`}>
      <Stack gap="xs" mt="xs">
        <strong>{partnership.summary.creator.name} asks for</strong>
        {asked.map(({ what, from, to }, at) => {
          const words = <><strong>{what}</strong> {to ?? "falls away"} <span className="soft">{to ? `instead of ${from ?? "nothing"}` : from && `(${from})`}</span></>;
          return answer
            ? <Checkbox key={at} label={words} checked={!left.includes(at)} onChange={({ currentTarget: { checked } }) => setLeft(checked ? left.filter((one) => one !== at) : [...left, at])} />
            : <div key={at}>{words}</div>;
        })}
        {note && <div className="prewrap">“{note}”</div>}
        {answer && asked.length > 0 && (
          <>
            <span className="soft">Untick what you do not accept. Nothing is sent before you have seen the new offer.</span>
            <Button size="xs" variant="default" disabled={chosen.length === 0} onClick={() => setTaking(true)}>Take over into a new offer</Button>
          </>
        )}
      </Stack>
      <Suspense>
        {taking && answer?.command === "send_offer" && <OfferDialog partnership={partnership} taken={taken} onClose={() => setTaking(false)} />}
        {taking && answer?.command === "renew" && <RenewDialog partnership={partnership} taken={taken} onClose={() => setTaking(false)} />}
      </Suspense>
    </section>
  );
}
