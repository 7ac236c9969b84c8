import type { PayoutHold } from "../../api/schema";
import { dateText } from "../../lib/time";
import { Notice } from "../Notice";
import { RelativeTime } from "../RelativeTime";

/** All that is in the way of a payment: why, by whom, since when, and what ends it. It goes on when nothing is left. */
export function Holds({ holds }: { holds: PayoutHold[] }) {
  return (
    <Notice tone="attention" title={holds.length > 1 ? `Held for ${holds.length} reasons` : "Held"}>
      {holds.length > 1 && <div>It goes on when each of them has ended.</div>}
      <ul style={{ margin: 0, padding: 0, listStyle: "none" }}>
        {holds.map(({ reason, by, since, review_on, ends }) => (
          <li key={reason}>
            {by && <><strong>{by}</strong>: </>}{reason}{" "}
            <span className="soft">{since && <>Since <RelativeTime at={since} />. </>}{review_on && `To be looked at again on ${dateText(review_on)}. `}{ends}</span>
          </li>
        ))}
      </ul>
    </Notice>
  );
}
