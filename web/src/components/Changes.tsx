import { IconExclamationCircle } from "@tabler/icons-react";

import type { AmendedLine, Conflict, PastOffer } from "../api/schema";
import { Money } from "./Money";
import { RelativeTime } from "./RelativeTime";
import { Chip, StatusChip } from "./StatusChip";
import classes from "./Terms.module.css";

/** What changes and what stays, a line each; what is material is marked. */
export function Changes({ lines }: { lines: AmendedLine[] }) {
  return (
    <ul className={classes.list}>
      {lines.map(({ what, from, to, material }, at) => (
        <li key={at}>
          <span>
            <strong>{what}</strong> {to ?? "falls away"}
            {from && <span className="soft"> {to ? `instead of ${from}` : `(${from})`}</span>}{" "}
            {material && <Chip tone="attention" icon={<IconExclamationCircle size={13} aria-hidden />}>Material</Chip>}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What stands in the way of dates: what blocks first, and what somebody let stand with their words. */
export function Conflicts({ conflicts }: { conflicts: Conflict[] }) {
  if (conflicts.length === 0) return null;
  return (
    <>
      <h3 style={{ margin: "8px 0 4px" }}>Conflicts</h3>
      <ul className={classes.list}>
        {conflicts.toSorted((a, b) => Number(blocks(b)) - Number(blocks(a))).map(({ key, severity, words, override }) => (
          <li key={key}>
            <span>
              <strong>{override ? "Let stand:" : severity === "block" ? "In the way:" : "Look at this:"}</strong> {words}
              {override && <span className="soft"> {override.by.name}: “{override.reason}”</span>}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Whether a conflict keeps dates from being agreed on. */
export const blocks = ({ severity, override }: Conflict): boolean => severity === "block" && !override;

/** What an offer changes of the one before, and how it came to it. */
export function Negotiation({ changes, before, asks }: { changes: AmendedLine[] | undefined; before: PastOffer[] | undefined; asks: string }) {
  if (!changes) return null;
  return (
    <section aria-label="Compared with the offer before">
      <strong>Compared with the offer before</strong>
      {changes.length === 0 ? <p className="soft" style={{ margin: 0 }}>Nothing changes: it is the same offer again.</p> : <Changes lines={changes} />}
      {before && before.length > 0 && (
        <details>
          <summary className="soft">Earlier offers ({before.length})</summary>
          <ol className={classes.list} style={{ listStyle: "none" }}>
            {before.map((offer) => (
              <li key={offer.id}>
                <div>
                  <Money value={offer.fee} /> <StatusChip noun="offer" state={offer.state} /> {offer.sent_at && <span className="soft"><RelativeTime at={offer.sent_at} /></span>}
                  {(offer.asked ?? offer.counter_note) && <div>{asks}{offer.asked && <Changes lines={offer.asked} />}{offer.counter_note && <div className="prewrap">“{offer.counter_note}”</div>}</div>}
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
