import { IconExclamationCircle } from "@tabler/icons-react";

import type { AmendedLine, AskedLine, PastOffer } from "../../api/schema";
import { Money } from "../Money";
import { RelativeTime } from "../RelativeTime";
import { Chip } from "../StatusChip";
import classes from "../Terms.module.css";
import { State } from "./State";
import { useSay } from "./words/Words";

/** What changes, a line each. */
export function Changes({ lines }: { lines: AmendedLine[] }) {
  const say = useSay();
  return (
    <ul className={classes.list}>
      {lines.map(({ what, from, to, material }, at) => (
        <li key={at}>
          <span>
            {to ? say("offer.becomes", { what: <strong key="what">{what}</strong>, to }) : say("offer.fallsAway", { what: <strong key="what">{what}</strong> })}
            {from && <span className="soft"> {to ? say("offer.instead", { from }) : `(${from})`}</span>}{" "}
            {material && <Chip tone="attention" icon={<IconExclamationCircle size={13} aria-hidden />}>{say("offer.material")}</Chip>}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What the creator asked for instead of an offer, beside what was offered. */
export function Asked({ lines, note }: { lines: AskedLine[] | undefined; note: string | undefined }) {
  const say = useSay();
  if (!lines && !note) return null;
  return (
    <div>
      <strong>{say("offer.asked")}</strong>
      {lines && <Changes lines={lines} />}
      {note && <div className="prewrap">{note}</div>}
    </div>
  );
}

/** What an offer changes of the one before, and how it came to it. */
export function Negotiation({ changes, before }: { changes: AmendedLine[] | undefined; before: PastOffer[] | undefined }) {
  const say = useSay();
  if (!changes) return null;
  return (
    <section aria-label={say("offer.compared")}>
      <strong>{say("offer.compared")}</strong>
      {changes.length === 0 ? <p className="soft" style={{ margin: 0 }}>{say("offer.same")}</p> : <Changes lines={changes} />}
      {before && before.length > 0 && (
        <details>
          <summary className="soft">{say("offer.earlier", { count: before.length })}</summary>
          <ol className={classes.list} style={{ listStyle: "none" }}>
            {before.map((offer) => (
              <li key={offer.id}>
                <div>
                  <Money value={offer.fee} /> <State noun="offer" state={offer.state} /> {offer.sent_at && <span className="soft"><RelativeTime at={offer.sent_at} /></span>}
                  <Asked lines={offer.asked} note={offer.counter_note} />
                  {offer.changes && offer.changes.length > 0 && <Changes lines={offer.changes} />}
                </div>
              </li>
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}
