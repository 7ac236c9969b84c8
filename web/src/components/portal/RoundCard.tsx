import { Button, Stack, Textarea } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body, isPending } from "../../api/client";
import type { PortalDeliverable, RoundDecision, RoundQuestion } from "../../api/schema";
import { Money } from "../Money";
import { Notice, ProblemNotice } from "../Notice";
import { useShowHome } from "./useHome";
import { useSay } from "./words/Words";

/** Asks the creator about another round of changes than the contract includes. */
export function RoundCard({ deliverable, question }: { deliverable: PortalDeliverable; question: RoundQuestion }) {
  const say = useSay();
  const show = useShowHome();
  const [answer, setAnswer] = useState<RoundDecision["decision"] | null>(null);
  const [message, setMessage] = useState("");
  const decide = useAct({
    run: (what: RoundDecision, key) =>
      body(api.POST("/v1/portal/deliverables/{id}/round", { params: { path: { id: deliverable.id }, header: { "Idempotency-Key": key } }, body: what })),
    close: () => setAnswer(null),
    then: show,
    done: say("answerArrived"),
    touches: ["portal"],
  });

  if (isPending(decide.data)) return <Notice tone="progress" role="status" title={say("answerTaken")}>{say("soonHere")}</Notice>;
  return (
    <Notice tone="attention" title={say("round.title", { round: question.round, included: question.included })}>
      <Stack gap="sm" mt={4}>
        <p style={{ margin: 0 }}>
          {question.fee ? say("round.fee", { fee: <strong key="fee"><Money value={question.fee} /></strong> }) : say("round.noFee")}{" "}
          {say(answer === null ? "round.ask" : `round.says.${answer}`)}
        </p>
        {answer === null ? (
          <Stack gap="xs">
            <Button size="md" onClick={() => setAnswer("agree")}>{say("round.agree")}</Button>
            <Button size="md" variant="default" onClick={() => setAnswer("decline")}>{say("round.decline")}</Button>
          </Stack>
        ) : (
          <form
            aria-label={say("round.form", { round: question.round, title: deliverable.title })}
            onSubmit={(event) => {
              event.preventDefault();
              decide.mutate({ decision: answer, fee: question.fee, message: message.trim() || undefined });
            }}
          >
            <Stack gap="sm">
              <Textarea label={say("message")} description={say("ifYouLike")} autoFocus autosize minRows={2} maxLength={5000} value={message} onChange={(event) => setMessage(event.currentTarget.value)} error={decide.error?.byField.message} />
              <ProblemNotice problem={decide.error} shownFields={["message"]} />
              <Button type="submit" size="md" color={answer === "decline" ? "red" : undefined} loading={decide.isPending}>{say(`round.yes.${answer}`)}</Button>
              <Button size="md" variant="default" onClick={() => { setAnswer(null); decide.reset(); }}>{say("back")}</Button>
            </Stack>
          </form>
        )}
      </Stack>
    </Notice>
  );
}
