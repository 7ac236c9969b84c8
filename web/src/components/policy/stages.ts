import type { PolicyStage } from "../../api/schema";

/** A stage before anything is filled in. */
export const emptyStage: PolicyStage = { name: "", approvers: [], rule: "any", starts: "after_previous", deadline_days: 3, on_reject: "creator" };

/** The stages that a new policy begins with. */
export const freshStages: PolicyStage[] = [
  { ...emptyStage, name: "Brand", approvers: [{ kind: "role", role: "approver" }], escalate_to: [{ kind: "role", role: "admin" }] },
];

/**
 * The stages in a new order. Each goes back to the same stage as before; where that is gone or comes later now, to the creator. The
 * first stage has none before it to run along with or to go back to.
 */
export function arrangeStages(stages: PolicyStage[], order: (number | PolicyStage)[]): PolicyStage[] {
  return order.flatMap((from, at) => {
    const stage = typeof from === "number" ? stages[from] : from;
    if (!stage) return [];
    const next = { ...stage };
    if (at === 0 && next.starts === "in_parallel") next.starts = "after_previous";
    if (at === 0 && next.on_reject === "previous") next.on_reject = "creator";
    if (next.on_reject === "stage") {
      const place = order.indexOf(next.return_to ?? 0);
      if (place >= 0 && place < at) next.return_to = place;
      else {
        next.on_reject = "creator";
        delete next.return_to;
      }
    }
    return next;
  });
}

/** A stage as it is sent: without what its other answers make meaningless. */
export function cleanStage(stage: PolicyStage): PolicyStage {
  const { name, approvers, rule, quorum, starts, start_days, start_from, deadline_days, on_reject, return_to, legal, escalate_to = [], keep, scope } = stage;
  return {
    name: name.trim(), approvers, rule, starts, deadline_days, on_reject,
    ...(rule === "quorum" && { quorum: quorum ?? 0 }),
    ...(starts === "by_date" && { start_days: start_days ?? 0, start_from: start_from ?? "review" }),
    ...(on_reject === "stage" && { return_to: return_to ?? 0 }),
    ...(legal && { legal }),
    ...(escalate_to.length > 0 && { escalate_to }),
    ...(keep && { keep, scope: scope ?? "all" }),
  };
}

/** Why silence cannot approve under these stages, or undefined where it can. */
export function whyNoSilentApproval(stages: PolicyStage[]): string | undefined {
  const legal = stages.some((stage) => stage.legal);
  const outside = stages.some(({ approvers }) => approvers.some(({ kind }) => kind === "outside"));
  if (legal && outside) return "Not possible with a legal stage or outside reviewers: somebody must really have looked.";
  if (legal) return "Not possible with a legal stage: somebody of legal must really have looked.";
  if (outside) return "Not possible with outside reviewers: a link alone never makes money owed.";
  return undefined;
}

/** The inputs of a stage that show what is refused about them, as refusals name them; what stands in a list is shown at the list. */
export const stageInputs = ["name", "approvers", "rule", "quorum", "starts", "start_days", "start_from", "deadline_days", "on_reject", "return_to", "legal", "escalate_to", "keep", "scope"];
