import { ActionIcon, Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { DecisionCreate, Review } from "../../api/schema";
import { useKept } from "../../lib/kept";
import { Notice, ProblemNotice } from "../Notice";
import classes from "./Review.module.css";

const NewerVersion = lazy(() => import("./NewerVersion"));

/** A decision as buttons and dialogs say it. */
export const choices: Record<DecisionCreate["decision"], { verb: string; keys: string; says: string; comment: "needed" | "optional" }> = {
  approve: { verb: "Approve", keys: "a", says: "The draft goes on to the next stage, or may be posted if this is the last.", comment: "optional" },
  approve_with_corrections: { verb: "Approve with corrections", keys: "c", says: "It goes on; the creator makes the small corrections you list and ticks each off.", comment: "optional" },
  request_changes: { verb: "Request changes", keys: "r", says: "The creator gets your words and submits a new version, which begins a new round.", comment: "needed" },
  reject: { verb: "Reject", keys: "x", says: "The draft ends here, as the policy says for a rejection.", comment: "needed" },
};

// A refusal that means: what was on the page is not what is to be decided now.
const outdated = ["another_version", "stale"];
const mostCorrections = 20;

interface Row {
  id: number;
  text: string;
}

/** Asks for the words of a decision and gives it, for the version that is on the page and no other. */
export function DecisionDialog({ review, decision, onClose }: { review: Review; decision: DecisionCreate["decision"]; onClose: () => void }) {
  // What is decided on is what was on the page when the dialog opened; the page behind it may learn of a newer version.
  const [asked] = useState(() => ({ submission: review.submission.id, version: review.summary.version, behalf: review.summary.behalf }));
  // What must change is about the piece: the words are still there for a newer version, should one have come. An approval is of one version.
  const about = choices[decision].comment === "needed" ? review.deliverable.id : asked.submission;
  const { value: { comment, rows }, now, set, forget } = useKept(`${decision} ${about}`, { comment: "", rows: [{ id: 0, text: "" }] as Row[] });
  const setRows = (change: (before: Row[]) => Row[]) => set({ ...now(), rows: change(now().rows) });
  const choice = choices[decision];
  const listed = decision === "approve_with_corrections";
  const filled = rows.filter(({ text }) => text.trim() !== "");
  const corrections = filled.map(({ text }) => text.trim());
  const decide = useAct({
    run: (what: DecisionCreate, key) =>
      body(api.POST("/v1/reviews/{id}/decisions", {
        params: { path: { id: review.summary.id }, header: { "Idempotency-Key": key } },
        body: what,
      })),
    done: `${choice.verb}: your decision counts`,
    close: () => {
      forget();
      onClose();
    },
    touches: ["review", "submission", "partnership", "task"],
  });
  const fields = decide.error?.byField ?? {};
  const newer = review.submission.id !== asked.submission || outdated.includes(decide.error?.code ?? "");
  const shownFields = ["comment", "corrections", ...rows.map((_, at) => `corrections.${at}`)];

  return (
    <Modal opened onClose={onClose} title={`${choice.verb}: ${review.summary.deliverable_title}, version ${asked.version}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (listed && corrections.length === 0) return;
          decide.mutate({ decision, comment: comment.trim() || undefined, submission_id: asked.submission, corrections: listed ? corrections : undefined });
        }}
      >
        <Stack>
          <p style={{ margin: 0 }}>{choice.says}</p>
          {asked.behalf && <Notice tone="progress" title={`You decide on behalf of ${asked.behalf.name}`}>Both names are kept with the decision.</Notice>}
          {listed && (
            <fieldset className={classes.corrections}>
              <legend>Corrections, for the creator to tick off</legend>
              {rows.map((row, at) => (
                <Group key={row.id} gap={4} wrap="nowrap" align="flex-start">
                  <TextInput
                    flex={1}
                    aria-label={`Correction ${at + 1}`}
                    required={at === 0 && filled.length === 0}
                    maxLength={1000}
                    value={row.text}
                    onChange={(event) => {
                      const text = event.currentTarget.value;
                      setRows((before) => before.map((other) => (other.id === row.id ? { ...other, text } : other)));
                    }}
                    error={fields[`corrections.${filled.indexOf(row)}`] ?? (at === 0 ? fields.corrections : undefined)}
                    data-autofocus={at === 0 || undefined}
                    autoFocus={at > 0}
                  />
                  {rows.length > 1 && (
                    <ActionIcon size="lg" aria-label={`Remove correction ${at + 1}`} onClick={() => setRows((before) => before.filter(({ id }) => id !== row.id))}><IconX size={16} aria-hidden /></ActionIcon>
                  )}
                </Group>
              ))}
              <Button size="compact-sm" variant="subtle" leftSection={<IconPlus size={14} aria-hidden />} disabled={rows.length >= mostCorrections} onClick={() => setRows((before) => [...before, { id: Math.max(...before.map(({ id }) => id)) + 1, text: "" }])}>
                Add a correction
              </Button>
            </fieldset>
          )}
          <Textarea
            label={decision === "request_changes" ? "What must change" : "Comment"}
            description={decision === "approve" ? "Kept with the decision" : "The creator reads this"}
            required={choice.comment === "needed"}
            autosize
            minRows={listed ? 2 : 3}
            maxRows={12}
            value={comment}
            onChange={(event) => set({ ...now(), comment: event.currentTarget.value })}
            error={fields.comment}
            data-autofocus={choice.comment === "needed" || undefined}
          />
          <ProblemNotice problem={decide.error} shownFields={shownFields} />
          {newer && <Suspense><NewerVersion review={review} decidedOn={asked} onClose={onClose} /></Suspense>}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Decide later</Button>
            <Button type="submit" color={decision === "reject" ? "red" : undefined} loading={decide.isPending} disabled={newer} data-autofocus={(decision === "approve") || undefined}>
              {choice.verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
