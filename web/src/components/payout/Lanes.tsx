import { useQuery } from "@tanstack/react-query";

import { payoutLanesQuery } from "../../api/queries";
import type { PayoutLane, PayoutState } from "../../api/schema";
import { moneyText } from "../../lib/money";
import { words } from "../../lib/states";
import { Money } from "../Money";
import { LoadFailed } from "../Notice";
import { laneWords } from "./laneWords";
import classes from "./Lanes.module.css";

/** What keeps the payments of a state, before whom or what they wait for. */
const blockWords: Partial<Record<PayoutState, string>> = { held: "held", awaiting_payee: "payment details", awaiting_funds: "funds", failed: "rejected", approved: "approved and not sent" };

interface Props {
  brandId: string | undefined;
  campaignId?: string;
  value: PayoutLane | undefined;
  onChange: (lane: PayoutLane | undefined) => void;
  /** The one state that is shown alone. */
  state: PayoutState | undefined;
  onState: (state: PayoutState | undefined) => void;
}

/** Each lane with how many payments stand in it and their sums; a press shows only those. A payment can stand in one by its day and in one by what it waits for. */
export function Lanes({ brandId, campaignId, value, onChange, state, onState }: Props) {
  const lanes = useQuery(payoutLanesQuery({ brand_id: brandId, campaign_id: campaignId }));
  if (lanes.error && !lanes.data) return <LoadFailed error={lanes.error} retry={() => void lanes.refetch()} />;
  const blocked = lanes.data?.blocked ?? [];
  return (
    <>
      <ul className={classes.lanes} aria-label="What is owed">
        {(Object.keys(laneWords) as PayoutLane[]).map((lane) => {
          const counted = lanes.data?.items.find((one) => one.lane === lane);
          const { word, says } = laneWords[lane];
          // Not disabled, which would take the focus from whoever stands on it when it becomes empty.
          const empty = !counted?.count && value !== lane;
          return (
            <li key={lane}>
              <button type="button" className={classes.lane} aria-pressed={value === lane} aria-disabled={empty || undefined} aria-description={says} title={says} onClick={() => empty || onChange(value === lane ? undefined : lane)}>
                <span className={classes.head}>
                  <span>{word}</span>{" "}
                  <strong className="tabular">{counted?.count ?? "…"}</strong>
                </span>{" "}
                {/* The line of the sums stands before they come, so that nothing below it moves. */}
                {!lanes.data && <span>&nbsp;</span>}
                {counted?.amounts.map((amount) => <span key={amount.currency} className="soft"><Money value={amount} /></span>)}
              </button>
            </li>
          );
        })}
      </ul>
      {blocked.length > 0 && (
        <ul className={classes.blocked} aria-label="What blocked payments wait for">
          {blocked.map((block) => (
            <li key={block.state}>
              <button type="button" className={classes.block} aria-pressed={state === block.state} onClick={() => onState(state === block.state ? undefined : block.state)}>
                <strong>{laneWords.blocked.word}: {blockWords[block.state] ?? words(block.state)}</strong> <span className="tabular">{block.count}</span> <span className="soft">{block.amounts.map(moneyText).join(" + ")}</span>
                <span className={classes.who}>{block.who.join(", ")}{block.more > 0 && ` and ${block.more} more`}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
