import type { StatementAccount } from "../../api/schema";
import { dateText } from "../../lib/time";
import { Money } from "../Money";
import { Section } from "../Page";
import classes from "./Portal.module.css";
import { useSay } from "./words/Words";

/** The creator's own account in one currency, for a phone: what was open, what came since, what is open now. */
export function Account({ account, from, to }: { account: StatementAccount; from: string; to: string }) {
  const say = useSay();
  const owedBack = account.closing.amount < 0;
  return (
    <Section title={say("account.in", { currency: account.opening.currency.toUpperCase() })}>
      <ul className={classes.payments}>
        <li>
          <div>{say("account.start")}<div className="soft">{dateText(from)}</div></div>
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
          <div><strong>{say("account.end")}</strong><div className="soft">{dateText(to)}{owedBack && say("account.owedBack")}</div></div>
          <strong><Money value={account.closing} /></strong>
        </li>
      </ul>
      {account.lines.length === 0 && <p className="soft" style={{ margin: "8px 0 0" }}>{say("account.nothing")}</p>}
    </Section>
  );
}
