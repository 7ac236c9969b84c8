import type { StatementAccount } from "../../api/schema";
import { dateText } from "../../lib/time";
import { Money } from "../Money";
import { Section } from "../Page";
import classes from "./Portal.module.css";

/** The creator's own account in one currency, for a phone: what was open, what came since, what is open now. */
export function Account({ account, from, to }: { account: StatementAccount; from: string; to: string }) {
  const owedBack = account.closing.amount < 0;
  return (
    <Section title={`In ${account.opening.currency.toUpperCase()}`}>
      <ul className={classes.payments}>
        <li>
          <div>Open at the start<div className="soft">{dateText(from)}</div></div>
          <Money value={account.opening} />
        </li>
        {account.lines.map((line) => (
          <li key={line.id}>
            <div>
              {line.what}{line.milestone_title && `: ${line.milestone_title}`}
              <div className="soft">{[dateText(line.day), line.contract_number].filter(Boolean).join(", ")}</div>
            </div>
            <Money value={line.amount} />
          </li>
        ))}
        <li>
          <div><strong>Open at the end</strong><div className="soft">{dateText(to)}{owedBack && ", to be given back"}</div></div>
          <strong><Money value={account.closing} /></strong>
        </li>
      </ul>
      {account.lines.length === 0 && <p className="soft" style={{ margin: "8px 0 0" }}>Nothing came and nothing was paid between these days.</p>}
    </Section>
  );
}
