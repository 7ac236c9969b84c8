import type { Campaign } from "../api/schema";
import { moneyText } from "../lib/money";
import classes from "./Budget.module.css";

/** How much of a budget is paid, owed, committed by contracts and reserved by offers, as a bar and in words. */
export function Budget({ campaign }: { campaign: Campaign }) {
  const { budget, paid, accrued, committed, reserved, available } = campaign;
  const parts = [
    { word: "Paid", says: "to creators, less what came back", value: paid, className: classes.paid },
    { word: "Owed", says: "earned by now and not paid", value: accrued, className: classes.accrued },
    { word: "Committed", says: "by contracts, not earned yet", value: { ...committed, amount: Math.max(0, committed.amount - accrued.amount - paid.amount) }, className: classes.committed },
    { word: "Reserved", says: "by offers that are not signed", value: reserved, className: classes.reserved },
  ];
  const used = parts.reduce((sum, { value }) => sum + value.amount, 0);
  const whole = Math.max(budget.amount, used, 1);
  return (
    <div>
      <div className={classes.bar} aria-hidden>
        {parts.map(({ word, value, className }) => (
          <span key={word} className={className} style={{ width: `${(value.amount / whole) * 100}%` }} />
        ))}
      </div>
      <dl className={classes.legend}>
        {parts.map(({ word, says, value, className }) => (
          <div key={word} title={`${word}: ${says}`}>
            <dt>
              <span className={`${classes.dot} ${className}`} aria-hidden />
              {word}
            </dt>
            <dd className="tabular">{moneyText(value)}</dd>
          </div>
        ))}
        <div>
          <dt>{available.amount < 0 ? "Over" : "Available"}</dt>
          <dd className="tabular">{moneyText({ ...available, amount: Math.abs(available.amount) })}</dd>
        </div>
        <div>
          <dt>Budget</dt>
          <dd className="tabular">{moneyText(budget)}</dd>
        </div>
      </dl>
    </div>
  );
}
