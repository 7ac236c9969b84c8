import { IconAlertCircle, IconArrowUpRight, IconCopyCheck, IconRotate, IconScale, IconUserCheck, IconWorld } from "@tabler/icons-react";

import type { Decision, ReviewPerson, ReviewStage } from "../../api/schema";
import { exactText } from "../../lib/time";
import { RelativeTime } from "../RelativeTime";
import { Chip, StatusChip } from "../StatusChip";
import classes from "./Review.module.css";

/** What a decision was, in words. */
export const decisionWords: Record<Decision["decision"], string> = {
  approve: "approved",
  approve_with_corrections: "approved with corrections",
  request_changes: "requested changes",
  reject: "rejected",
};

/** Who is asked in a stage: outside of the house, for somebody else, on a later level, decided already. */
function Person({ person, levels }: { person: ReviewPerson; levels: boolean }) {
  return (
    <li>
      <span>
        {person.name}
        {person.on_behalf_of && <span className="soft"> on behalf of {person.on_behalf_of.name}</span>}
        {levels && person.level !== undefined && person.level > 0 && <span className="soft">, level {person.level + 1}</span>}
      </span>
      {person.outside && <Chip tone="held" icon={<IconWorld size={13} aria-hidden />}>Outside, by a link</Chip>}
      {person.decided && <Chip tone="done" icon={<IconUserCheck size={13} aria-hidden />}>Has decided</Chip>}
    </li>
  );
}

/** The stages of a review: who was asked, who decided what and when, with what words. */
export function ReviewStages({ stages }: { stages: ReviewStage[] }) {
  return (
    <ol className={classes.stages}>
      {stages.map((stage) => {
        const open = stage.state === "open" || stage.state === "held";
        const levels = stage.levels ?? 1;
        return (
          <li key={stage.index} aria-current={open ? "step" : undefined}>
            <div className={classes.stageHead}>
              <strong>{stage.name}</strong>
              <StatusChip noun="reviewStage" state={stage.state} />
              {stage.legal && <Chip tone="idle" icon={<IconScale size={13} aria-hidden />}>Legal</Chip>}
              {stage.escalated && (
                <Chip tone="attention" icon={<IconArrowUpRight size={13} aria-hidden />}>
                  {levels > 1 ? `Escalated to level ${(stage.level ?? 0) + 1} of ${levels}` : "Escalated"}
                </Chip>
              )}
            </div>
            {stage.approvers.length > 0 ? (
              <ul className={classes.people} aria-label={`Asked in ${stage.name}`}>
                {stage.approvers.map((person) => <Person key={`${person.id}-${person.on_behalf_of?.id ?? ""}`} person={person} levels={levels > 1} />)}
              </ul>
            ) : <div className="soft">Nobody is asked yet.</div>}
            <div className="soft">
              {stage.rule}.
              {stage.legal && " Silence never approves here."}
            </div>
            {stage.state === "waiting" && stage.starts_at && <div className="soft">Starts <RelativeTime at={stage.starts_at} />, on {exactText(new Date(stage.starts_at))}</div>}
            {open && stage.opened_at && <div className="soft">Asked <RelativeTime at={stage.opened_at} />{stage.due_at && <>, due <RelativeTime at={stage.due_at} /></>}</div>}
            {open && stage.silence_at && <div className="soft">Waits for a decision until <RelativeTime at={stage.silence_at} />, on {exactText(new Date(stage.silence_at))}</div>}
            {stage.decisions.map((decision) => (
              <div key={decision.id} className={classes.decision}>
                <div>
                  <strong>{decision.user.name}</strong>
                  {decision.outside && <span className="soft"> (outside)</span>}
                  {decision.on_behalf_of && ` on behalf of ${decision.on_behalf_of.name}`} {decisionWords[decision.decision]}{" "}
                  <span className="soft"><RelativeTime at={decision.at} />, {exactText(new Date(decision.at))}</span>
                </div>
                {decision.kept && <Chip tone="done" icon={<IconCopyCheck size={13} aria-hidden />}>Kept from an earlier version</Chip>}
                {decision.void && <Chip tone="idle" icon={<IconRotate size={13} aria-hidden />}>Sent back since; the stage is decided anew</Chip>}
                {decision.moot && <Chip tone="idle" icon={<IconAlertCircle size={13} aria-hidden />}>Came after the decision; kept, without effect</Chip>}
                {decision.comment && <div className="prewrap">{decision.comment}</div>}
                {decision.corrections && decision.corrections.length > 0 && (
                  <ul className={classes.plain} aria-label="Corrections">
                    {decision.corrections.map((text, at) => <li key={at}>{text}</li>)}
                  </ul>
                )}
              </div>
            ))}
          </li>
        );
      })}
    </ol>
  );
}
