import { Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconCheck, IconHelp, IconHourglass, IconRefresh, IconX, type TablerIcon } from "@tabler/icons-react";
import { useRef, useState } from "react";

import { api, body, isPending } from "../../api/client";
import { asProblem } from "../../api/problem";
import type { ReviewSummary } from "../../api/schema";
import type { Tone } from "../../theme/tokens";
import { Chip } from "../StatusChip";
import classes from "./Review.module.css";
import { lookFirst } from "./safe";

/** What became of one of them. */
interface Result {
  state: "approved" | "pending" | "refused" | "unknown";
  words: string;
}

const chips: Record<Result["state"], { word: string; tone: Tone; icon: TablerIcon }> = {
  approved: { word: "Approved", tone: "done", icon: IconCheck },
  pending: { word: "Taken", tone: "progress", icon: IconHourglass },
  refused: { word: "Not approved", tone: "danger", icon: IconX },
  unknown: { word: "Not known", tone: "attention", icon: IconHelp },
};

function ResultChip({ state }: { state: Result["state"] }) {
  const { word, tone, icon: Icon } = chips[state];
  return <Chip tone={tone} icon={<Icon size={13} aria-hidden />}>{word}</Chip>;
}

const nameOf = ({ creator, deliverable_title, version }: ReviewSummary) => `${creator.name}: ${deliverable_title}, version ${version}`;

/**
 * Approves several reviews one after the other. Each is read again first: one that is not as the list showed it is left
 * for a look of its own. A refusal ends nothing but itself.
 */
export default function BulkApprove({ chosen, onClose }: { chosen: ReviewSummary[]; onClose: () => void }) {
  const queries = useQueryClient();
  // What is approved is what the dialog said when it opened, whatever the list behind it becomes.
  const [safe] = useState(() => chosen.filter((review) => lookFirst(review) === undefined));
  const [left] = useState(() => chosen.filter((review) => lookFirst(review) !== undefined));
  const [comment, setComment] = useState("");
  const [results, setResults] = useState<Record<string, Result>>({});
  const [at, setAt] = useState<string>();
  const [stopped, setStopped] = useState(false);
  const stop = useRef(false);
  // A key stays with its review while nobody knows what came of it, so that asking again never decides twice.
  const keys = useRef(new Map<string, string>());

  const approve = async (review: ReviewSummary): Promise<Result> => {
    try {
      const now = await body(api.GET("/v1/reviews/{id}", { params: { path: { id: review.id } } }));
      const why = now.summary.version === review.version ? lookFirst(now.summary) : "Another version was handed in meanwhile.";
      const key = keys.current.get(review.id);
      // With a key in hand the decision may be made already; then the answer to it is asked for.
      if (why && !key) return { state: "refused", words: why };
      const sent = key ?? crypto.randomUUID();
      keys.current.set(review.id, sent);
      const answer = await body(api.POST("/v1/reviews/{id}/decisions", {
        params: { path: { id: review.id }, header: { "Idempotency-Key": sent } },
        body: { decision: "approve", comment: comment || undefined, submission_id: now.submission.id },
      }));
      keys.current.delete(review.id);
      return isPending(answer) ? { state: "pending", words: "Taken, not finished yet. It goes on by itself." } : { state: "approved", words: "Your approval counts." };
    } catch (error) {
      const problem = asProblem(error);
      if (problem.isUncertain) return { state: "unknown", words: `${problem.title}. Trying again is safe.` };
      keys.current.delete(review.id);
      return { state: "refused", words: problem.detail };
    }
  };

  const isStopped = () => stop.current;
  const run = async (reviews: ReviewSummary[]) => {
    stop.current = false;
    setStopped(false);
    for (const review of reviews) {
      if (isStopped()) break;
      setAt(review.id);
      const result = await approve(review);
      setResults((before) => ({ ...before, [review.id]: result }));
    }
    setAt(undefined);
    await Promise.all(["review", "partnership", "task", "overview"].map((noun) => queries.invalidateQueries({ queryKey: [noun] })));
  };

  const done = safe.filter(({ id }) => results[id]);
  const open = safe.filter(({ id }) => !results[id] || results[id].state === "unknown");
  const began = done.length > 0 || at !== undefined;
  const running = at !== undefined;
  const count = (state: Result["state"]) => done.filter(({ id }) => results[id]?.state === state).length;

  return (
    <Modal opened onClose={onClose} title={safe.length === 0 ? "None of these can be approved together" : `Approve ${safe.length} ${safe.length === 1 ? "draft" : "drafts"}`} size="lg" closeOnEscape={!running} closeOnClickOutside={!running} withCloseButton={!running}>
      <Stack>
        {safe.length > 0 && (
          <section aria-label="Will be approved">
            <h3 className={classes.label}>{began ? "One after the other" : "These are approved, each by itself"}</h3>
            <ul className={classes.bulk}>
              {safe.map((review) => {
                const result = results[review.id];
                return (
                  <li key={review.id}>
                    <span>
                      {nameOf(review)}
                      {review.behalf && <span className="soft"> (on behalf of {review.behalf.name})</span>}
                      {result && <span className={classes.small}>{result.words}</span>}
                    </span>
                    {at === review.id ? <Chip tone="progress" icon={<IconRefresh size={13} aria-hidden />}>Deciding</Chip> : result && <ResultChip state={result.state} />}
                  </li>
                );
              })}
            </ul>
          </section>
        )}
        {left.length > 0 && (
          <section aria-label="Left out">
            <h3 className={classes.label}>{left.length} left out</h3>
            <ul className={classes.bulk}>
              {left.map((review) => (
                <li key={review.id}>
                  <span>
                    <Link to="/reviews/$id" params={{ id: review.id }} onClick={onClose}>{nameOf(review)}</Link>
                    <span className={classes.small}>{lookFirst(review)}</span>
                  </span>
                </li>
              ))}
            </ul>
          </section>
        )}
        {!began && safe.length > 0 && (
          <Textarea label="Comment" description="Kept with each of the decisions" autosize minRows={2} value={comment} onChange={(event) => setComment(event.currentTarget.value)} />
        )}
        <p className="soft" style={{ margin: 0 }} role="status">
          {running && `Deciding ${done.length + 1} of ${safe.length}.`}
          {!running && began && `${count("approved") + count("pending")} of ${safe.length} approved${count("refused") > 0 ? `, ${count("refused")} refused` : ""}${count("unknown") > 0 ? `, ${count("unknown")} not known` : ""}${stopped ? ", stopped" : ""}.`}
        </p>
        <Group justify="flex-end">
          {running ? (
            <Button variant="default" onClick={() => {
              stop.current = true;
              setStopped(true);
            }} disabled={stopped}>{stopped ? "Stops after this one" : "Stop after this one"}</Button>
          ) : (
            <>
              <Button variant="default" onClick={onClose}>{began ? "Close" : "Decide later"}</Button>
              {open.length > 0 && <Button onClick={() => void run(open)} data-autofocus>{began ? `Go on with ${open.length}` : `Approve ${open.length}`}</Button>}
            </>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
