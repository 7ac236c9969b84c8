import { Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { DecisionCreate, Review } from "../../api/schema";
import { ProblemNotice } from "../Notice";

/** A decision as buttons and dialogs say it. */
export const choices: Record<DecisionCreate["decision"], { verb: string; keys: string; says: string; comment: "needed" | "optional" }> = {
  approve: { verb: "Approve", keys: "a", says: "The draft goes on to the next stage, or may be posted if this is the last.", comment: "optional" },
  approve_with_corrections: { verb: "Approve with corrections", keys: "c", says: "It may go on once the creator has made the small corrections you name.", comment: "needed" },
  request_changes: { verb: "Request changes", keys: "r", says: "The creator gets your words and submits a new version, which begins a new round.", comment: "needed" },
  reject: { verb: "Reject", keys: "x", says: "The draft ends here, as the policy says for a rejection.", comment: "needed" },
};

/** Asks for the words of a decision and gives it, for the version that is on the page and no other. */
export function DecisionDialog({ review, decision, onClose }: { review: Review; decision: DecisionCreate["decision"]; onClose: () => void }) {
  const [comment, setComment] = useState("");
  const choice = choices[decision];
  const decide = useAct({
    run: (what: DecisionCreate, key) =>
      body(api.POST("/v1/reviews/{id}/decisions", {
        params: { path: { id: review.summary.id }, header: { "Idempotency-Key": key } },
        body: what,
      })),
    done: `${choice.verb}: your decision counts`,
    close: onClose,
    touches: ["review", "partnership", "task"],
  });

  return (
    <Modal opened onClose={onClose} title={`${choice.verb}: ${review.summary.deliverable_title}, version ${review.summary.version}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          decide.mutate({ decision, comment: comment || undefined, submission_id: review.submission.id });
        }}
      >
        <Stack>
          <p style={{ margin: 0 }}>{choice.says}</p>
          <Textarea
            label={decision === "request_changes" ? "What must change" : "Comment"}
            description={decision === "approve" ? "Kept with the decision" : "The creator reads this"}
            required={choice.comment === "needed"}
            autosize
            minRows={3}
            maxRows={12}
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
            error={decide.error?.byField.comment}
            data-autofocus={choice.comment === "needed" || undefined}
          />
          <ProblemNotice problem={decide.error} shownFields={["comment"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Decide later</Button>
            <Button type="submit" color={decision === "reject" ? "red" : undefined} loading={decide.isPending} data-autofocus={choice.comment === "optional" || undefined}>
              {choice.verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
