import type { ReviewSummary } from "../../api/schema";

/** Why a review must be looked at by itself; undefined when it may be approved together with others. */
export function lookFirst({ mine, state, warnings }: ReviewSummary): string | undefined {
  if (state === "checking") return "The machine checks are still running.";
  if (state === "held") return "It is held: look at it before you decide.";
  if (state !== "open") return "It is decided already.";
  if (!mine) return "You are not asked to decide now.";
  if (warnings > 0) return `${warnings === 1 ? "A machine check warns" : `${warnings} machine checks warn`}: look at it before you decide.`;
  return undefined;
}
