import { Button, Stack, Textarea } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body, isPending } from "../../api/client";
import type { PortalDeliverable, RoundDecision, RoundQuestion } from "../../api/schema";
import { Money } from "../Money";
import { Notice, ProblemNotice } from "../Notice";
import { useShowHome } from "./useHome";

/** Asks the creator about another round of changes than the contract includes. */
export function RoundCard({ deliverable, question }: { deliverable: PortalDeliverable; question: RoundQuestion }) {
  const show = useShowHome();
  const [answer, setAnswer] = useState<RoundDecision["decision"] | null>(null);
  const [message, setMessage] = useState("");
  const decide = useAct({
    run: (what: RoundDecision, key) =>
      body(api.POST("/v1/portal/deliverables/{id}/round", { params: { path: { id: deliverable.id }, header: { "Idempotency-Key": key } }, body: what })),
    close: () => setAnswer(null),
    then: show,
    done: "Your answer arrived",
    touches: ["portal"],
  });

  if (isPending(decide.data)) return <Notice tone="progress" role="status" title="Your answer was taken">It shows here in a moment.</Notice>;
  return (
    <Notice tone="attention" title={`This would be revision round ${question.round}; your contract includes ${question.included || "none"}`}>
      <Stack gap="sm" mt={4}>
        <p style={{ margin: 0 }}>
          {question.fee ? <>You are offered <strong><Money value={question.fee} /></strong> for it, on top of your fee.</> : "No money is offered for it on top of your fee."}{" "}
          {answer === null ? "Do you agree to make it?" : says[answer]}
        </p>
        {answer === null ? (
          <Stack gap="xs">
            <Button size="md" onClick={() => setAnswer("agree")}>Agree</Button>
            <Button size="md" variant="default" onClick={() => setAnswer("decline")}>Decline</Button>
          </Stack>
        ) : (
          <form
            aria-label={`Answer about round ${question.round} of ${deliverable.title}`}
            onSubmit={(event) => {
              event.preventDefault();
              decide.mutate({ decision: answer, fee: question.fee, message: message.trim() || undefined });
            }}
          >
            <Stack gap="sm">
              <Textarea label="Message" description="If you like" autoFocus autosize minRows={2} maxLength={5000} value={message} onChange={(event) => setMessage(event.currentTarget.value)} error={decide.error?.byField.message} />
              <ProblemNotice problem={decide.error} shownFields={["message"]} />
              <Button type="submit" size="md" color={answer === "decline" ? "red" : undefined} loading={decide.isPending}>{verbs[answer]}</Button>
              <Button size="md" variant="default" onClick={() => { setAnswer(null); decide.reset(); }}>Go back</Button>
            </Stack>
          </form>
        )}
      </Stack>
    </Notice>
  );
}

const says: Record<RoundDecision["decision"], string> = {
  agree: "You agree to make the changes. The form for the new version comes next.",
  decline: "You do not agree to another round. The brand is told and talks with you about how to go on.",
};

const verbs: Record<RoundDecision["decision"], string> = { agree: "Yes, agree", decline: "Yes, decline" };
