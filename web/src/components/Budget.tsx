import type { Campaign } from "../api/schema";
import { moneyText } from "../lib/money";
import classes from "./Budget.module.css";

/** How much of a budget is paid, committed by contracts and reserved by offers, as a bar and in words. */
export function Budget({ campaign }: { campaign: Campaign }) {
  const { budget, paid, committed, reserved } = campaign;
  const parts = [
    { word: "Paid", value: paid, className: classes.paid },
    { word: "Committed", value: committed, className: classes.committed },
    { word: "Reserved", value: reserved, className: classes.reserved },
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
        {parts.map(({ word, value, className }) => (
          <div key={word}>
            <dt>
              <span className={`${classes.dot} ${className}`} aria-hidden />
              {word}
            </dt>
            <dd className="tabular">{moneyText(value)}</dd>
          </div>
        ))}
        <div>
          <dt>Free</dt>
          <dd className="tabular">{moneyText({ ...budget, amount: budget.amount - used })}</dd>
        </div>
        <div>
          <dt>Budget</dt>
          <dd className="tabular">{moneyText(budget)}</dd>
        </div>
      </dl>
    </div>
  );
}
