import { IconExternalLink } from "@tabler/icons-react";

import type { CheckResult } from "../../api/schema";
import type { Span } from "../../lib/codepoints";
import { words } from "../../lib/states";
import { StatusChip } from "../StatusChip";
import classes from "./Review.module.css";

const order = ["fail", "warn", "pass"];

/** What the machine checks found, worst first. One that is about words of the caption shows them when it is pressed. */
export function Checks({ checks, running, lit, onLight }: { checks: CheckResult[]; running: boolean; lit: Span | undefined; onLight: (span: Span | undefined) => void }) {
  if (checks.length === 0) return <p className="soft" style={{ margin: 0 }}>{running ? "They are running." : "None were made."}</p>;
  return (
    <ul className={classes.checks}>
      {[...checks].sort((a, b) => order.indexOf(a.result) - order.indexOf(b.result)).map((check, index) => {
        const { rule, result, detail, fix, source, span_from: from, span_to: to } = check;
        const span = from !== undefined && to !== undefined && to > from ? { from, to } : undefined;
        const shown = span !== undefined && lit?.from === span.from && lit.to === span.to;
        return (
          <li key={`${rule}-${index}`}>
            <StatusChip noun="check" state={result} />
            <div>
              {span ? (
                <button type="button" className={classes.asLink} aria-pressed={shown} title="Show it in the caption" onClick={() => onLight(shown ? undefined : span)}>
                  {words(rule)}
                </button>
              ) : words(rule)}
              <span className="soft"> {detail}</span>
              {fix && result !== "pass" && <div>To mend it: {fix}</div>}
              {source && /^https?:/.test(source) && (
                <a href={source} target="_blank" rel="noreferrer noopener" className={classes.small}>
                  The rule <IconExternalLink size={12} aria-label="opens elsewhere" />
                </a>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
