import type { OutsideDecision } from "../../api/schema";
import { words } from "../../lib/states";

type Choice = OutsideDecision["decision"];

export const choices: Choice[] = ["approve", "approve_with_corrections", "request_changes", "reject"];

/** A decision as its button says it, what it does, and how it is called afterwards. */
export const decisions: Record<Choice, { verb: string; says: string; comment: { label: string; needed: boolean }; done: string }> = {
  approve: {
    verb: "Approve", done: "You approved this version",
    says: "The version is right as it is.",
    comment: { label: "Comment", needed: false },
  },
  approve_with_corrections: {
    verb: "Approve with corrections", done: "You approved this version with corrections",
    says: "The version is right once small things are corrected. The creator ticks them off and hands in no new version.",
    comment: { label: "Comment", needed: false },
  },
  request_changes: {
    verb: "Request changes", done: "You requested changes",
    says: "The creator reads your words and hands in a new version.",
    comment: { label: "What must change", needed: true },
  },
  reject: {
    verb: "Reject", done: "You rejected this version",
    says: "You do not want this content, not even changed.",
    comment: { label: "Why", needed: true },
  },
};

/** What was decided, as a sentence; one that this page does not know is said in its own words. */
export function decidedText(decision: string | undefined): string {
  if (!decision) return "You have decided";
  return decision in decisions ? decisions[decision as Choice].done : `You have decided: ${words(decision)}`;
}
