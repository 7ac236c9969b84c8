import { IconAlertCircle, IconArrowUpRight } from "@tabler/icons-react";

import type { Decision, ReviewStage } from "../../api/schema";
import { exactText } from "../../lib/time";
import { RelativeTime } from "../RelativeTime";
import { Chip, StatusChip } from "../StatusChip";
import classes from "./Review.module.css";

const rules: Record<string, string> = {
  any: "One of them decides",
  all: "All of them must approve",
  quorum: "Several of them must approve",
  primary: "The first decides, the others stand in",
};

/** What a decision was, in words. */
export const decisionWords: Record<Decision["decision"], string> = {
  approve: "approved",
  approve_with_corrections: "approved with corrections",
  request_changes: "requested changes",
  reject: "rejected",
};

/** The stages of a review: who was asked, who decided what and when, with what words. */
export function ReviewStages({ stages }: { stages: ReviewStage[] }) {
  return (
    <ol className={classes.stages}>
      {stages.map((stage) => (
        <li key={stage.index} aria-current={stage.state === "open" ? "step" : undefined}>
          <div className={classes.stageHead}>
            <strong>{stage.name}</strong>
            <StatusChip noun="reviewStage" state={stage.state} />
            {stage.escalated && <Chip tone="attention" icon={<IconArrowUpRight size={13} aria-hidden />}>Escalated</Chip>}
          </div>
          <div className="soft">
            {stage.approvers.map(({ name }) => name).join(", ") || "Nobody is asked yet"}. {rules[stage.rule] ?? stage.rule}.
          </div>
          {stage.state === "open" && stage.due_at && <div className="soft">Due <RelativeTime at={stage.due_at} /></div>}
          {stage.decisions.map((decision) => (
            <div key={decision.id} className={classes.decision}>
              <div>
                <strong>{decision.user.name}</strong>
                {decision.on_behalf_of && ` on behalf of ${decision.on_behalf_of.name}`} {decisionWords[decision.decision]}{" "}
                <span className="soft"><RelativeTime at={decision.at} />, {exactText(new Date(decision.at))}</span>
              </div>
              {decision.moot && <Chip tone="idle" icon={<IconAlertCircle size={13} aria-hidden />}>Came after the decision; kept, without effect</Chip>}
              {decision.comment && <div className="prewrap">{decision.comment}</div>}
            </div>
          ))}
        </li>
      ))}
    </ol>
  );
}
