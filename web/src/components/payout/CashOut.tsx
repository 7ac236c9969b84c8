import { Group, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { cashWeeksQuery } from "../../api/queries";
import type { CashWeek } from "../../api/schema";
import { moneyText } from "../../lib/money";
import { dateText } from "../../lib/time";
import table from "../DataTable.module.css";
import { Downloads } from "../Downloads";
import { LoadingLines } from "../Loading";
import { LoadFailed } from "../Notice";
import { Section } from "../Page";
import classes from "./CashOut.module.css";

const kinds: { kind: CashWeek["kind"]; word: string; says: string; className: string | undefined }[] = [
  { kind: "paid", word: "Paid", says: "left the brand", className: classes.paid },
  { kind: "owed", word: "Owed", says: "earned and not paid, by its due day", className: classes.owed },
  { kind: "committed", word: "Committed", says: "signed and not earned yet, by the day that its terms expect", className: classes.committed },
  { kind: "forecast", word: "Forecast", says: "offers that are not signed, at the end of their campaign", className: classes.forecast },
];

const dayMs = 86_400_000;

/** Every week from the first to the last, with what leaves in it by kind. */
export function weeksOf(items: CashWeek[], currency: string): { week: string; amounts: Partial<Record<CashWeek["kind"], number>>; sum: number }[] {
  const own = items.filter(({ amount }) => amount.currency === currency);
  const first = own[0]?.week;
  const last = own.at(-1)?.week;
  if (!first || !last) return [];
  const weeks = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += 7 * dayMs) {
    const week = new Date(at).toISOString().slice(0, 10);
    const amounts: Partial<Record<CashWeek["kind"], number>> = {};
    for (const item of own) if (item.week === week) amounts[item.kind] = item.amount.amount;
    weeks.push({ week, amounts, sum: Object.values(amounts).reduce((a, b) => a + b, 0) });
  }
  return weeks;
}

/** Cash out by week: what was paid and what will be, as bars and, behind them, as a table. */
export function CashOut({ brandId }: { brandId: string | undefined }) {
  const cash = useQuery(cashWeeksQuery(brandId ? { brand_id: brandId } : {}));
  const currencies = [...new Set((cash.data?.items ?? []).map(({ amount }) => amount.currency))];
  const [chosen, setChosen] = useState<string | null>(null);
  const currency = chosen && currencies.includes(chosen) ? chosen : currencies[0];
  if (cash.error && !cash.data) return <Section title="Cash out by week"><LoadFailed error={cash.error} retry={() => void cash.refetch()} /></Section>;
  if (!cash.data) return <Section title="Cash out by week"><LoadingLines lines={3} /></Section>;
  if (!currency) return <Section title="Cash out by week"><p className="soft" style={{ margin: 0 }}>Nothing was paid lately and nothing is owed. It fills with the first signed contract.</p></Section>;
  const weeks = weeksOf(cash.data.items, currency);
  const most = Math.max(...weeks.map(({ sum }) => sum), 1);
  const money = (amount: number) => moneyText({ amount, currency });
  const shown = kinds.filter(({ kind }) => weeks.some(({ amounts }) => amounts[kind]));
  return (
    <Section
      title="Cash out by week"
      actions={<Group gap="xs"><Downloads small path="/v1/payouts/weeks/export" query={{ brand_id: brandId }} as={["csv"]} label="Export cash out as" />{currencies.length > 1 && <SegmentedControl size="xs" aria-label="Currency" value={currency} onChange={setChosen} data={currencies.map((value) => ({ value, label: value.toUpperCase() }))} />}</Group>}
    >
      <div className={classes.chart} role="img" aria-label={`Cash out by week from ${dateText(weeks[0]?.week ?? "")} to ${dateText(weeks.at(-1)?.week ?? "")}; the table below has the numbers`}>
        {weeks.map(({ week, amounts, sum }) => (
          <div key={week} className={classes.week} title={`Week of ${dateText(week)}: ${money(sum)}`}>
            {kinds.toReversed().map(({ kind, className }) => amounts[kind] && <span key={kind} className={className} style={{ height: `${((amounts[kind] ?? 0) / most) * 100}%` }} />)}
          </div>
        ))}
      </div>
      <div className={classes.ends} aria-hidden>
        <span>{dateText(weeks[0]?.week ?? "")}</span>
        <span>{dateText(weeks.at(-1)?.week ?? "")}</span>
      </div>
      <ul className={classes.legend}>
        {shown.map(({ kind, word, says, className }) => (
          <li key={kind}><span className={`${classes.dot} ${className}`} aria-hidden />{word}: <span className="soft">{says}</span></li>
        ))}
      </ul>
      <details>
        <summary>As a table</summary>
        <div className={table.scroll} tabIndex={0}>
          <table className={table.table} aria-label="Cash out by week">
            <thead><tr><th scope="col">Week of</th>{shown.map(({ kind, word }) => <th key={kind} scope="col" className={table.right}>{word}</th>)}<th scope="col" className={table.right}>Together</th></tr></thead>
            <tbody>
              {weeks.map(({ week, amounts, sum }) => (
                <tr key={week}>
                  <td>{dateText(week)}</td>
                  {shown.map(({ kind }) => <td key={kind} className={table.right}>{money(amounts[kind] ?? 0)}</td>)}
                  <td className={table.right}>{money(sum)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </Section>
  );
}
