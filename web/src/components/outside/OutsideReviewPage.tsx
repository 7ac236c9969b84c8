import { useQuery } from "@tanstack/react-query";
import { IconLinkOff } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";

import { asProblem, type Problem } from "../../api/problem";
import { outsideFileQuery, outsideReviewQuery } from "../../api/queries";
import type { CheckResult, OutsideReview } from "../../api/schema";
import { words } from "../../lib/states";
import { exactText } from "../../lib/time";
import { useTitle } from "../../lib/title";
import { LoadingPage } from "../Loading";
import { EmptyState, LoadFailed } from "../Notice";
import { Facts, Section } from "../Page";
import { Comments } from "../portal/Comments";
import portal from "../portal/Portal.module.css";
import { When } from "../portal/When";
import { DraftContent } from "../review/Content";
import classes from "../review/Review.module.css";
import { StatusChip } from "../StatusChip";
import { Decide } from "./Decide";
import { decidedText } from "./words";

/** Whether the API said that the link opens nothing, and not that it could not answer. */
const isDead = ({ isUncertain, status }: Problem) => !isUncertain && status !== 429;

/** Everything that an outside reviewer needs to decide on one version, or what became of it. */
export function OutsideReviewPage({ token }: { token: string }) {
  const [acted, setActed] = useState(false);
  // What no header can carry is no token of ours.
  const possible = /^[\x21-\x7e]{1,200}$/.test(token);
  const { data: review, error, refetch } = useQuery({ ...outsideReviewQuery(token), enabled: possible });
  useTitle(review ? `${review.deliverable_title}, version ${review.version}` : "A draft to decide on");

  const problem = error && asProblem(error);
  // A decision that was seen stays on the page even when its link has ended.
  if (!possible || (problem && isDead(problem) && review?.state !== "decided")) {
    return <EmptyState icon={IconLinkOff} title="This link does not work any more" alert page>Ask whoever sent it for a new one.</EmptyState>;
  }
  if (!review) return problem ? <LoadFailed page error={problem} retry={() => void refetch()} /> : <LoadingPage />;
  if (review.state === "decided") return <Decided review={review} fresh={acted} />;
  if (review.state === "closed") return <Closed review={review} />;
  return <Open review={review} token={token} onDecided={() => setActed(true)} />;
}

const about = (review: OutsideReview): [string, ReactNode | undefined][] => [
  ["Creator", review.creator_name],
  ["Campaign", `${review.campaign_name} (${review.brand_name})`],
  ["Content", `${review.deliverable_title}, ${review.kind} on ${review.platform}`],
  ["Version", review.version],
];

function Open({ review, token, onDecided }: { review: OutsideReview; token: string; onDecided: () => void }) {
  return (
    <>
      <div>
        <h1 className={portal.title}>{review.deliverable_title}, version {review.version}</h1>
        <div className="soft">{review.brand_name} asks you, {review.reviewer_name}, to decide on a draft of {review.creator_name}.</div>
      </div>

      <section className={portal.next} aria-label="What is asked of you">
        <div className={portal.nextLabel}>Decide</div>
        <div className={portal.nextText}>{review.due_at ? <>by <When at={review.due_at} /></> : "when you can"}</div>
        {review.expires_at && <div>This link works until {exactText(new Date(review.expires_at))}.</div>}
        <a href="#decision">Go to your decision</a>
      </section>

      <Section title="What it is">
        <Facts facts={[...about(review), ["Your part", review.stage_name]]} />
      </Section>
      <Section title="Draft">
        <DraftContent draft={review} file={outsideFileQuery(token)} />
      </Section>
      <Section title="Automatic checks">
        <Checks checks={review.checks} />
      </Section>
      {review.comments.length > 0 && (
        <Section title="Comments">
          <Comments comments={review.comments} author={({ author, author_kind: kind }) => (kind === "creator" ? `${author} (the creator)` : author)} />
        </Section>
      )}
      <Section title="Brief">
        <div className="prewrap">{review.brief || <span className="soft">The campaign has no brief.</span>}</div>
      </Section>
      <div id="decision">
        <Section title="Your decision">
          <Decide review={review} token={token} onDecided={onDecided} />
        </Section>
      </div>
    </>
  );
}

const weight: Record<CheckResult["result"], number> = { fail: 0, warn: 1, pass: 2 };

function Checks({ checks }: { checks: CheckResult[] }) {
  if (checks.length === 0) return <p className="soft" style={{ margin: 0 }}>None were made.</p>;
  return (
    <ul className={classes.checks}>
      {[...checks].sort((a, b) => weight[a.result] - weight[b.result]).map((check, at) => (
        <li key={`${check.rule} ${at}`}>
          <StatusChip noun="check" state={check.result} />
          <span>
            {words(check.rule)} <span className="soft">{check.detail}</span>
            {check.result !== "pass" && check.fix && <div>{check.fix}</div>}
          </span>
        </li>
      ))}
    </ul>
  );
}

const focus = (title: HTMLElement | null) => title?.focus();

function Decided({ review, fresh }: { review: OutsideReview; fresh: boolean }) {
  return (
    <>
      {/* What was pressed is gone, so whoever pressed it is led to what it did. */}
      <h1 className={portal.title} tabIndex={-1} ref={fresh ? focus : undefined}>{decidedText(review.decision)}</h1>
      <p style={{ margin: 0 }}>
        {review.brand_name} decides finally and tells the creator. There is nothing more for you to do: you can close this page.
      </p>
      <Section title="What it was">
        <Facts facts={[...about(review), ["Decided", review.decided_at && <When at={review.decided_at} />]]} />
      </Section>
    </>
  );
}

function Closed({ review }: { review: OutsideReview }) {
  return (
    <>
      <h1 className={portal.title}>Your decision is not needed any more</h1>
      <p style={{ margin: 0 }}>{review.closed_words || "The review has ended, or a newer version has taken the place of this one."} There is nothing for you to do.</p>
      <Section title="What it was">
        <Facts facts={about(review)} />
      </Section>
    </>
  );
}
