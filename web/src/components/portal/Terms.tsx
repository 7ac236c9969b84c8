import { Stack } from "@mantine/core";

import type { ContractTerms } from "../../api/schema";
import { moneyText } from "../../lib/money";
import { dateText } from "../../lib/time";
import { Facts } from "../Page";
import classes from "../Terms.module.css";
import { useSay } from "./words/Words";

/** The terms of an offer to read. */
export function Terms({ terms, currency }: { terms: ContractTerms; currency: string }) {
  const say = useSay();
  const days = (count: number | undefined) => (count === undefined ? undefined : say("terms.days", { days: count }));
  const late = terms.late && say("terms.lateAfter", { hours: terms.late.grace_hours });
  return (
    <Stack gap="sm">
      <ul className={classes.list} aria-label={say("terms.deliverables")}>
        {terms.deliverables.map((piece, at) => (
          <li key={at}>
            <strong>{piece.title}</strong>
            <span className="soft">
              {say("content.kindOn", { kind: piece.kind, platform: piece.platform })};{" "}
              {piece.draft_due_on
                ? say("terms.draftOn", { on: dateText(piece.draft_due_on) })
                : say("terms.draft", { draft: piece.draft_due_days, product: piece.draft_after ? "yes" : "no" })},{" "}
              {piece.publish_until
                ? say(piece.publish_from ? "terms.publishFrom" : "terms.publishOn", { from: piece.publish_from ? dateText(piece.publish_from) : "", until: dateText(piece.publish_until) })
                : say("terms.publish", { publish: piece.publish_days })}
            </span>
          </li>
        ))}
      </ul>
      <ul className={classes.list} aria-label={say("terms.milestones")}>
        {terms.milestones.map((part, at) => (
          <li key={at}>
            <strong className="tabular">{part.bonus ? say("terms.bonus", { amount: moneyText({ amount: part.bonus, currency }) }) : say("terms.share", { percent: part.percent })}</strong>{" "}
            <span>
              {part.threshold ? say("terms.goal", { number: part.threshold.at_least, metric: part.threshold.metric, days: part.threshold.within_days }) : part.owed_on ? say("terms.whenOn", { on: dateText(part.owed_on) }) : say(`terms.when.${part.trigger}`)}
              {part.net_days > 0 && say("terms.later", { days: part.net_days })}
              {part.hold_until && say("terms.held", { what: part.hold_until })}
              {part.deliverable !== undefined && `: ${terms.deliverables[part.deliverable]?.title ?? ""}`}
            </span>
          </li>
        ))}
      </ul>
      <Facts
        facts={[
          [say("terms.rounds"), terms.revision_rounds],
          [say("terms.runs"), days(terms.duration_days)],
          [say("terms.notice"), days(terms.notice_days)],
          [say("terms.usage"), days(terms.usage_rights_days)],
          [say("terms.allowlisting"), days(terms.allowlisting_days)],
          [say("terms.exclusivity"), days(terms.exclusivity_days)],
          [say("terms.option"), terms.renewal_option && say("terms.optionText", { days: terms.renewal_option.notice_days, fee: moneyText({ amount: terms.renewal_option.fee, currency }) })],
          [say("terms.late"), late && terms.late?.remedy ? say("terms.missed", { late, days: terms.late.missed_after_days ?? 0, remedy: terms.late.remedy }) : late],
          [say("terms.other"), terms.extra_clauses && <span className="prewrap">{terms.extra_clauses}</span>],
        ]}
      />
    </Stack>
  );
}
