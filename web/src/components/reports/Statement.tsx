import type { StatementAccount } from "../../api/schema";
import { dateText } from "../../lib/time";
import table from "../DataTable.module.css";
import { Money } from "../Money";
import { Section } from "../Page";

/** A creator's account in one currency: what stood there, what came, what stands there now. */
export function Account({ account }: { account: StatementAccount }) {
  const sums = [
    ["Opening balance", account.opening], ["Came to be owed", account.accrued], ["Paid", account.paid], ["Taken back, written off", account.other], ["Closing balance", account.closing],
  ] as const;
  const name = account.opening.currency.toUpperCase();
  return (
    <Section title={`Account in ${name}`} flush>
      <div className={`${table.scroll} ${table.flush}`} tabIndex={0}>
        <table className={table.table} aria-label={`Account in ${name}`}>
          <thead><tr><th scope="col">Day</th><th scope="col">What</th><th scope="col">For</th><th scope="col" className={table.right}>Amount</th><th scope="col" className={table.right}>Balance</th></tr></thead>
          <tbody>
            <tr><td /><td>Opening balance</td><td /><td /><td className={table.right}><Money value={account.opening} /></td></tr>
            {account.lines.map((line) => (
              <tr key={line.id}>
                <td>{dateText(line.day)}</td>
                <td>{line.what}</td>
                <td>{line.milestone_title}{line.contract_number && <div className="soft">{line.contract_number}</div>}</td>
                <td className={table.right}><Money value={line.amount} /></td>
                <td className={table.right}><Money value={line.balance} /></td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            {sums.slice(1).map(([label, value]) => (
              <tr key={label}><td /><td colSpan={3}>{label}</td><td className={table.right}><strong><Money value={value} /></strong></td></tr>
            ))}
          </tfoot>
        </table>
      </div>
    </Section>
  );
}
