import { IconCheck, IconCircle } from "@tabler/icons-react";

import type { Correction } from "../../api/schema";
import { RelativeTime } from "../RelativeTime";
import { Chip } from "../StatusChip";
import classes from "./Review.module.css";

/** The small corrections of an approval, as the creator ticks them off. */
export function Corrections({ corrections }: { corrections: Correction[] }) {
  const done = corrections.filter(({ done_at }) => done_at).length;
  return (
    <>
      <p className="soft" style={{ margin: "0 0 8px" }}>{done === corrections.length ? "The creator has ticked off all of them." : `The creator has ticked off ${done} of ${corrections.length}.`}</p>
      <ul className={classes.checks}>
        {corrections.map(({ id, text, done_at }) => (
          <li key={id}>
            {done_at ? <Chip tone="done" icon={<IconCheck size={13} aria-hidden />}>Done</Chip> : <Chip tone="idle" icon={<IconCircle size={13} aria-hidden />}>Not yet</Chip>}
            <div>
              {text}
              {done_at && <span className="soft"> <RelativeTime at={done_at} /></span>}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
