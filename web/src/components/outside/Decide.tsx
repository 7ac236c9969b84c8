import { Button, Stack, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body, isPending } from "../../api/client";
import { outsideReviewQuery } from "../../api/queries";
import type { OutsideDecision, OutsideReview } from "../../api/schema";
import { Notice, ProblemNotice } from "../Notice";
import { CorrectionFields, type Typed } from "./CorrectionFields";
import { choices, decisions } from "./words";

/** The one decision of an outside reviewer, on the version that the page shows. */
export function Decide({ review, token, onDecided }: { review: OutsideReview; token: string; onDecided: () => void }) {
  const queries = useQueryClient();
  const [choice, setChoice] = useState<OutsideDecision["decision"] | null>(null);
  const [comment, setComment] = useState("");
  const [corrections, setCorrections] = useState<Typed[]>([{ id: 1, text: "" }]);
  const [none, setNone] = useState(false);
  const decide = useAct({
    run: (what: OutsideDecision, key) =>
      body(api.POST("/v1/outside/review/decisions", { params: { header: { "Idempotency-Key": key, "Review-Token": token } }, body: what })),
    then: (after) => {
      onDecided();
      queries.setQueryData(outsideReviewQuery(token).queryKey, after);
    },
    touches: ["outside"],
  });

  if (isPending(decide.data)) {
    return <Notice tone="progress" role="status" title="Your decision was taken">This page shows it in a moment. Load it again if it does not.</Notice>;
  }
  if (choice === null) {
    return (
      <Stack gap="xs">
        <p style={{ margin: 0 }}>You decide once, on version {review.version}. {review.brand_name} decides finally.</p>
        {choices.map((one) => (
          <Button key={one} size="md" variant={one === "approve" ? "filled" : "default"} c={one === "reject" ? "var(--mantine-color-error)" : undefined} onClick={() => setChoice(one)}>
            {decisions[one].verb}
          </Button>
        ))}
      </Stack>
    );
  }

  const { verb, says, comment: words } = decisions[choice];
  const lists = choice === "approve_with_corrections";
  const filled = corrections.filter(({ text }) => text.trim() !== "");
  const fields = decide.error?.byField ?? {};
  // The answer counts the lines that were sent; empty ones were not.
  const errors = Object.fromEntries(filled.map(({ id }, at) => [id, fields[`corrections.${at}`]]));
  return (
    <form
      aria-label={verb}
      onSubmit={(event) => {
        event.preventDefault();
        setNone(lists && filled.length === 0);
        if (lists && filled.length === 0) return;
        decide.mutate({ decision: choice, comment: comment.trim() || undefined, corrections: lists ? filled.map(({ text }) => text.trim()) : undefined }, {
          // A link that ended meanwhile: the page reads again, and says so.
          onError: ({ status }) => {
            if (status === 401 || status === 404) void queries.invalidateQueries({ queryKey: ["outside"] });
          },
        });
      }}
    >
      <Stack gap="sm">
        <p style={{ margin: 0 }}>{says} You decide once: afterwards this link only shows what you decided.</p>
        {lists && <CorrectionFields value={corrections} onChange={setCorrections} errors={errors} error={none && filled.length === 0 ? "Name at least one correction" : fields.corrections} />}
        <Textarea
          label={words.label}
          description={words.needed ? "The creator reads this" : "If you like; the creator may read this"}
          required={words.needed}
          autoFocus={!lists}
          autosize
          minRows={2}
          maxRows={14}
          maxLength={20_000}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
          error={fields.comment}
        />
        <ProblemNotice problem={decide.error} shownFields={["comment", "corrections", ...filled.map((_, at) => `corrections.${at}`)]} />
        <Button type="submit" size="md" color={choice === "reject" ? "red" : undefined} loading={decide.isPending}>{verb}</Button>
        <Button size="md" variant="default" disabled={decide.isPending} onClick={() => { setChoice(null); decide.reset(); }}>Go back</Button>
      </Stack>
    </form>
  );
}
