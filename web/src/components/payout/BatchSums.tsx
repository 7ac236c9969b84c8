import type { PayoutBatchSum } from "../../api/schema";
import { moneyText } from "../../lib/money";
import { Chip } from "../StatusChip";
import { outcomeWords } from "./batch";

/** What became of the payments of a batch: how many, and their sums, one a currency. */
export function BatchSums({ sums }: { sums: PayoutBatchSum[] }) {
  return (
    <ul style={{ display: "flex", flexWrap: "wrap", gap: "4px 16px", margin: 0, padding: 0, listStyle: "none" }}>
      {sums.map(({ outcome, count, amounts }) => (
        <li key={outcome}>
          <Chip tone={outcomeWords[outcome].tone}>{outcomeWords[outcome].word}</Chip> {count}: <span className="tabular">{amounts.map(moneyText).join(" + ")}</span>
        </li>
      ))}
    </ul>
  );
}
