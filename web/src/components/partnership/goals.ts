import type { Milestone, Partnership, Threshold } from "../../api/schema";

/** A bonus whose number is counted now. */
export type Goal = Milestone & Required<Pick<Milestone, "threshold" | "counts_until" | "deliverable_id">>;

/** The bonuses of a partnership that wait for a number. */
export function goalsOf({ milestones }: Partnership): Goal[] {
  return milestones.filter((each): each is Goal => each.state === "pending" && !!each.threshold && !!each.counts_until && !!each.deliverable_id);
}

/** What must be reached, after "has". */
export const goalText = ({ at_least, metric, within_days }: Threshold) =>
  `${at_least.toLocaleString("en-US")} ${metric} within ${within_days} ${within_days === 1 ? "day" : "days"} after publication`;
