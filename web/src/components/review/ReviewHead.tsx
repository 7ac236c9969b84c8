import { Link } from "@tanstack/react-router";
import { Fragment } from "react";

import type { Review } from "../../api/schema";
import { words } from "../../lib/states";
import { exactText } from "../../lib/time";
import { RelativeTime } from "../RelativeTime";
import { StatusChip } from "../StatusChip";
import classes from "./Review.module.css";

const and = new Intl.ListFormat("en", { type: "conjunction" });

/** What a review is about, who is waited for since when, and what happens if nobody decides. */
export function ReviewHead({ review }: { review: Review }) {
  const { summary, stages, on_silence: silence } = review;
  const open = stages.filter(({ state }) => state === "open" || state === "held");
  const silenceAt = review.silence_at ?? summary.silence_at;
  return (
    <div className={classes.head}>
      <div className={classes.facts}>
        <Link to="/partnerships/$id" params={{ id: summary.partnership_id }}>{summary.creator.name}</Link>
        <span>{summary.campaign_name}</span>
        <StatusChip noun="review" state={summary.state} />
      </div>
      {open.map((stage) => {
        const waited = stage.approvers.filter(({ decided }) => !decided).map(({ name, outside, on_behalf_of }) => `${name}${on_behalf_of ? ` for ${on_behalf_of.name}` : ""}${outside ? " (outside)" : ""}`);
        return (
          <div key={stage.index}>
            Stage {stage.index + 1} of {stages.length}, {stage.name}: waiting for <strong>{waited.length > 0 ? and.format(waited) : "nobody yet"}</strong>
            {stage.opened_at && <> since <RelativeTime at={stage.opened_at} /></>}
            {stage.due_at && <Fragment>, due <RelativeTime at={stage.due_at} /></Fragment>}.
          </div>
        );
      })}
      {open.length > 0 && silence && (
        <div>
          {words(silence).replace(/\.$/, "")}{silenceAt && <>: <RelativeTime at={silenceAt} />, on {exactText(new Date(silenceAt))}</>}.
        </div>
      )}
      {summary.state === "checking" && <div>The machine checks are running. Whoever decides is asked when they are done.</div>}
    </div>
  );
}
