import { Button, Group, Kbd } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { IconArrowLeft, IconArrowRight, IconColumns2, IconRotate } from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useState } from "react";

import { reviewQuery, reviewsQuery, warm } from "../../api/queries";
import type { Command, DecisionCreate, Review } from "../../api/schema";
import { CommandButton, refusal } from "../../components/CommandButton";
import { LoadingLines } from "../../components/Loading";
import { Notice } from "../../components/Notice";
import { Facts, Page, Section } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";
import { Checks } from "../../components/review/Checks";
import { Corrections } from "../../components/review/Corrections";
import { choices, DecisionDialog } from "../../components/review/DecisionDialog";
import { Draft } from "../../components/review/Draft";
import { HandOver } from "../../components/review/HandOver";
import classes from "../../components/review/Review.module.css";
import { ReviewHead } from "../../components/review/ReviewHead";
import { ReviewStages } from "../../components/review/ReviewStages";
import type { Span } from "../../lib/codepoints";
import * as url from "../../lib/search";
import { hasRole, useSession } from "../../lib/session";
import { useShortcuts } from "../../lib/shortcuts";

const Versions = lazy(() => import("../../components/review/Versions"));
const ReviewLinks = lazy(() => import("../../components/review/ReviewLinks"));
const RevokeDialog = lazy(() => import("../../components/partnership/RevokeDialog"));

const decisions = ["approve", "approve_with_corrections", "request_changes", "reject"] as const;

export const Route = createFileRoute("/_app/reviews/$id")({
  validateSearch: url.search({ decide: url.oneOf(decisions) }),
  loader: ({ context, params }) => warm(context.queryClient, reviewQuery(params.id)),
  component: ReviewPage,
});

function ReviewPage() {
  const { id } = Route.useParams();
  const { brand, decide } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const { data: review } = useSuspenseQuery(reviewQuery(id));
  const waiting = useQuery(reviewsQuery({ brand_id: brand, assigned_to: "me", state: "waiting", limit: 200 })).data;
  const queue = waiting?.items ?? [];
  const count = `${queue.length}${waiting?.next_cursor ? " or more" : ""}`;
  const { summary, submission } = review;

  const possible = review.commands.filter((command): command is Command & { command: DecisionCreate["decision"] } => (decisions as readonly string[]).includes(command.command));
  const ask = (decision: DecisionCreate["decision"] | undefined) => void navigate({ search: (search) => ({ ...search, decide: decision }), replace: true });
  const may = possible.some(({ allowed }) => allowed);
  const closed = !["checking", "open", "held"].includes(summary.state);
  const at = queue.findIndex((one) => one.id === id);
  // One that was just decided has left the queue; then the way on leads to its beginning.
  const next = queue[at + 1];
  const previous = at > 0 ? queue[at - 1] : undefined;
  const go = (review: typeof next) => review && void navigate({ to: "/reviews/$id", params: { id: review.id }, search: (search) => ({ ...search, decide: undefined }) });

  useShortcuts("This review", [
    ...possible.filter(({ allowed }) => allowed).map(({ command, label }) => ({ keys: choices[command].keys, label: label || choices[command].verb, run: () => ask(command) })),
    { keys: "ArrowRight", label: "Next review for you", run: () => go(next) },
    { keys: "ArrowLeft", label: "Previous review for you", run: () => go(previous) },
  ]);

  return (
    <Page
      title={`${summary.deliverable_title}, version ${summary.version}`}
      up={{ to: "/reviews", label: "Reviews" }}
      under={<ReviewHead review={review} />}
      actions={queue.length > 0 && (
        <Group gap={6}>
          <Button variant="default" size="xs" disabled={!previous} leftSection={<IconArrowLeft size={14} aria-hidden />} onClick={() => go(previous)}>Previous</Button>
          <Button variant="default" size="xs" disabled={!next} rightSection={<IconArrowRight size={14} aria-hidden />} onClick={() => go(next)}>Next</Button>
          <span className="soft">{at >= 0 ? `${at + 1} of ${count} for you` : `${count} for you`}</span>
        </Group>
      )}
    >
      {summary.behalf && <Notice tone="progress" title={`You decide on behalf of ${summary.behalf.name}`}>Both names are kept with the decision.</Notice>}
      <Body key={submission.id} review={review} />
      {possible.length > 0 && (
        <div className={classes.decide} role="group" aria-label="Decide" data-open={may || undefined}>
          {!may && <p className="soft">{[...new Set(possible.map((command) => refusal(command)))].join(" ")}</p>}
          {!closed && (
            <div>
              {possible.map((command) => (
                <CommandButton
                  key={command.command}
                  variant={command.command === "approve" ? "filled" : "default"}
                  c={command.command === "reject" && command.allowed ? "var(--mantine-color-error)" : undefined}
                  reason={refusal(command)}
                  onClick={() => ask(command.command)}
                  rightSection={command.allowed && <Kbd size="xs" visibleFrom="sm" aria-hidden>{choices[command.command].keys}</Kbd>}
                >
                  {command.label || choices[command.command].verb}
                </CommandButton>
              ))}
            </div>
          )}
        </div>
      )}
      {decide && <Deciding key={`${id}-${decide}`} review={review} decision={decide} allowed={possible.some(({ command, allowed }) => command === decide && allowed)} onClose={() => ask(undefined)} />}
    </Page>
  );
}

/**
 * A dialog that was opened stays until it is closed, also when the review moved on: its refusal must be read. One that may not open is
 * forgotten: opening by itself later, it would take the keyboard from whoever writes.
 */
function Deciding({ review, decision, allowed, onClose }: { review: Review; decision: DecisionCreate["decision"]; allowed: boolean; onClose: () => void }) {
  const [opened] = useState(allowed);
  useEffect(() => {
    if (!opened) onClose();
  }, [opened, onClose]);
  return opened && <DecisionDialog review={review} decision={decision} onClose={onClose} />;
}

function Body({ review }: { review: Review }) {
  const session = useSession();
  const [lit, setLit] = useState<Span>();
  const [compared, setCompared] = useState(false);
  const [revoking, setRevoking] = useState(false);
  const { summary, submission, deliverable, corrections, choice, changed = [] } = review;
  const outside = review.stages.flatMap(({ approvers }) => approvers).filter((person, at, all) => person.outside && all.findIndex(({ id }) => id === person.id) === at);
  // Only what is approved now, and is the version in force, can be taken back.
  const approved = summary.state === "approved" && deliverable.submission_id === submission.id;
  const revokes = approved && hasRole(session, ["ops", "admin", "approver", "legal"], summary.brand_id);
  return (
    <div className={classes.columns}>
      <div className={classes.column}>
        {submission.version > 1 && (
          <Section
            title="What is different"
            actions={
              <Button size="compact-sm" variant="default" leftSection={<IconColumns2 size={14} aria-hidden />} aria-expanded={compared} onClick={() => setCompared(!compared)}>
                {compared ? "Hide the comparison" : "Compare with an earlier version"}
              </Button>
            }
          >
            {changed.length > 0 ? (
              <ul className={classes.plain}>{changed.map((line) => <li key={line}>{line}</li>)}</ul>
            ) : <p className="soft" style={{ margin: 0 }}>What changed was not put into words. Compare the versions to see it.</p>}
            {compared && <div className={classes.compared}><Suspense fallback={<LoadingLines lines={3} />}><Versions submission={submission} beforeId={review.before_id} /></Suspense></div>}
          </Section>
        )}
        <Draft submission={submission} lit={lit} />
      </div>
      <div className={classes.column}>
        {corrections.length > 0 && (
          <Section title="Corrections">
            <Corrections corrections={corrections} />
          </Section>
        )}
        <Section title="Machine checks">
          <Checks checks={submission.checks} running={summary.state === "checking"} lit={lit} onLight={setLit} />
        </Section>
        <Section title="Who decides">
          <ReviewStages stages={review.stages} />
          <HandOver review={review} />
        </Section>
        {outside.length > 0 && (
          <Section title="Links of outside reviewers">
            <Suspense fallback={<LoadingLines lines={2} />}><ReviewLinks review={review} people={outside} /></Suspense>
          </Section>
        )}
        {revokes && (
          <Section title="After the approval">
            <p className="soft" style={{ margin: "0 0 8px" }}>Until the content is posted, its approval can be taken back. You see first what that does.</p>
            <Button size="xs" variant="default" c="var(--mantine-color-error)" leftSection={<IconRotate size={14} aria-hidden />} onClick={() => setRevoking(true)}>Revoke approval</Button>
          </Section>
        )}
        <Section title="What was agreed">
          <Facts
            facts={[
              ["Kind", `${deliverable.kind} on ${deliverable.platform}`],
              ["Round", summary.round],
              ["Draft due", <RelativeTime key="due" at={deliverable.draft_due_at} />],
              ["Publish by", <RelativeTime key="publish" at={deliverable.publish_by} />],
            ]}
          />
        </Section>
        <Section title="Why this policy">
          <strong>{choice ? `${choice.name}, version ${choice.version}` : review.policy_name}</strong>
          {choice && choice.because.length > 0 && (
            <>
              <div className="soft">Chosen because</div>
              <ul className={classes.plain}>{choice.because.map((line) => <li key={line}>{line}</li>)}</ul>
            </>
          )}
          {choice?.over && choice.over.length > 0 && <div className="soft">Others that fit: {choice.over.join(", ")}</div>}
          <div className="soft">{review.on_silence}</div>
        </Section>
        <Section title="Brief">
          <div className="prewrap">{review.brief || <span className="soft">The campaign has no brief.</span>}</div>
        </Section>
      </div>
      <Suspense>{revoking && <RevokeDialog partnershipId={summary.partnership_id} deliverables={[deliverable]} onClose={() => setRevoking(false)} />}</Suspense>
    </div>
  );
}
