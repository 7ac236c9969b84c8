import { Button, Group, Kbd } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { IconArrowLeft, IconArrowRight } from "@tabler/icons-react";

import { reviewQuery, reviewsQuery, warm } from "../../api/queries";
import type { Command, DecisionCreate } from "../../api/schema";
import { CommandButton, refusal } from "../../components/CommandButton";
import { Facts, Page, Section } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";
import { Content } from "../../components/review/Content";
import { choices, DecisionDialog } from "../../components/review/DecisionDialog";
import classes from "../../components/review/Review.module.css";
import { ReviewStages } from "../../components/review/ReviewStages";
import { StatusChip } from "../../components/StatusChip";
import * as url from "../../lib/search";
import { useShortcuts } from "../../lib/shortcuts";
import { words } from "../../lib/states";

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
  const queue = useQuery(reviewsQuery({ brand_id: brand, assigned_to: "me", state: "waiting" })).data?.items ?? [];
  const { summary, submission, deliverable } = review;

  const possible = review.commands.filter((command): command is Command & { command: DecisionCreate["decision"] } => (decisions as readonly string[]).includes(command.command));
  const ask = (decision: DecisionCreate["decision"] | undefined) => void navigate({ search: (search) => ({ ...search, decide: decision }), replace: true });
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

  const asked = possible.find(({ command, allowed }) => command === decide && allowed)?.command;
  return (
    <Page
      title={`${summary.deliverable_title}, version ${summary.version}`}
      up={{ to: "/reviews", label: "Reviews" }}
      under={
        <Group gap="md">
          <Link to="/partnerships/$id" params={{ id: summary.partnership_id }}>{summary.creator.name}</Link>
          <span>{summary.campaign_name}</span>
          <StatusChip noun="review" state={summary.state} />
          {summary.due_at && summary.state === "open" && <span>Due <RelativeTime at={summary.due_at} /></span>}
        </Group>
      }
      actions={queue.length > 0 && (
        <Group gap={6}>
          <Button variant="default" size="xs" disabled={!previous} leftSection={<IconArrowLeft size={14} aria-hidden />} onClick={() => go(previous)}>Previous</Button>
          <Button variant="default" size="xs" disabled={!next} rightSection={<IconArrowRight size={14} aria-hidden />} onClick={() => go(next)}>Next</Button>
          <span className="soft">{at >= 0 ? `${at + 1} of ${queue.length} for you` : `${queue.length} for you`}</span>
        </Group>
      )}
    >
      <div className={classes.columns}>
        <div className={classes.column}>
          <Section title="Draft">
            <Content submission={submission} />
          </Section>
          {possible.length > 0 && possible.every(({ allowed }) => !allowed) && (
            <p className="soft" style={{ margin: 0 }}>{[...new Set(possible.map((command) => refusal(command)))].join(" ")}</p>
          )}
          {possible.length > 0 && (
            <div className={classes.decide} role="group" aria-label="Decide">
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
        <div className={classes.column}>
          <Section title="Who decides">
            <ReviewStages stages={review.stages} />
          </Section>
          <Section title="Machine checks">
            {submission.checks.length === 0 ? (
              <p className="soft" style={{ margin: 0 }}>{summary.state === "checking" ? "They are running." : "None were made."}</p>
            ) : (
              <ul className={classes.checks}>
                {submission.checks.map((check) => (
                  <li key={check.rule}>
                    <StatusChip noun="check" state={check.result} />
                    <span>{words(check.rule)}<span className="soft"> {check.detail}</span></span>
                  </li>
                ))}
              </ul>
            )}
          </Section>
          <Section title="What was agreed">
            <Facts
              facts={[
                ["Kind", `${deliverable.kind} on ${deliverable.platform}`],
                ["Round", summary.round],
                ["Draft due", <RelativeTime key="due" at={deliverable.draft_due_at} />],
                ["Publish by", <RelativeTime key="publish" at={deliverable.publish_by} />],
                ["Policy", review.policy_name],
                ["On silence", words(review.on_silence)],
              ]}
            />
          </Section>
          <Section title="Brief">
            <div className="prewrap">{review.brief || <span className="soft">The campaign has no brief.</span>}</div>
          </Section>
        </div>
      </div>
      {asked && <DecisionDialog key={asked} review={review} decision={asked} onClose={() => ask(undefined)} />}
    </Page>
  );
}
