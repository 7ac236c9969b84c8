import { Button, Stack, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body, isPending } from "../../api/client";
import type { Extension, ExtensionRequest, PortalDeliverable } from "../../api/schema";
import { localInput } from "../../lib/time";
import { Notice, ProblemNotice } from "../Notice";
import { useShowHome } from "./useHome";
import { When } from "./When";
import { useSay } from "./words/Words";

const day = 86_400_000;
/** Three days after the date, or after now when that has passed. */
const later = (at: string | undefined) => localInput(new Date(Math.max(at ? Date.parse(at) : 0, Date.now()) + 3 * day));
const draftOwed = ["planned", "brief_sent", "awaiting_draft", "changes_requested", "late"];

/** What became of the request for more time, and where one is made. */
export function ExtensionCard({ deliverable }: { deliverable: PortalDeliverable }) {
  const say = useSay();
  const { extension } = deliverable;
  return (
    <>
      {extension?.state === "open" && <Open deliverable={deliverable} extension={extension} />}
      {extension?.state === "granted" && <Notice tone="progress" title={say("time.granted")}>{extension.answer || say("time.grantedText")}</Notice>}
      {extension?.state === "declined" && <Notice tone="attention" title={say("time.declined")}><div className="prewrap">{extension.answer}</div></Notice>}
      {deliverable.can_ask_for_time && (
        <details>
          <summary>{say("time.ask")}</summary>
          <Ask key={extension?.id ?? ""} deliverable={deliverable} />
        </details>
      )}
    </>
  );
}

function Open({ deliverable, extension }: { deliverable: PortalDeliverable; extension: Extension }) {
  const say = useSay();
  const show = useShowHome();
  const withdraw = useAct({
    run: (_: object, key) => body(api.POST("/v1/portal/deliverables/{id}/extensions/withdraw", { params: { path: { id: deliverable.id }, header: { "Idempotency-Key": key } }, body: {} })),
    then: show,
    done: say("time.withdrawn"),
    touches: ["portal"],
  });
  return (
    <Notice tone="progress" title={say("time.asked")}>
      <Stack gap="sm" mt={4}>
        <div>
          {extension.draft_due_at && <div>{say("time.draftBy", { at: <When key="at" at={extension.draft_due_at} /> })}</div>}
          {extension.publish_by && <div>{say("time.publishBy", { at: <When key="at" at={extension.publish_by} /> })}</div>}
          {extension.answer_by && <div>{say("time.answerBy", { at: <When key="at" at={extension.answer_by} /> })}</div>}
        </div>
        <ProblemNotice problem={withdraw.error} />
        <Button size="md" variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate({})}>{say("time.withdraw")}</Button>
      </Stack>
    </Notice>
  );
}

function Ask({ deliverable }: { deliverable: PortalDeliverable }) {
  const say = useSay();
  const show = useShowHome();
  const owed = draftOwed.includes(deliverable.state);
  const [reason, setReason] = useState("");
  const [draft, setDraft] = useState(() => (owed ? later(deliverable.draft_due_at) : ""));
  const [publish, setPublish] = useState(() => later(deliverable.publish_by));
  const ask = useAct({
    run: (what: ExtensionRequest, key) => body(api.POST("/v1/portal/deliverables/{id}/extensions", { params: { path: { id: deliverable.id }, header: { "Idempotency-Key": key } }, body: what })),
    then: show,
    done: say("time.arrived"),
    touches: ["portal"],
  });
  const errors = ask.error?.byField ?? {};
  const instant = (at: string) => (at ? new Date(at).toISOString() : undefined);
  if (isPending(ask.data)) return <Notice tone="progress" role="status" title={say("time.taken")}>{say("soonHere")}</Notice>;
  return (
    <form
      aria-label={say("time.form", { title: deliverable.title })}
      onSubmit={(event) => {
        event.preventDefault();
        ask.mutate({ reason: reason.trim(), draft_due_at: instant(draft), publish_by: instant(publish) });
      }}
    >
      <Stack gap="sm" mt="sm">
        {owed && <TextInput type="datetime-local" label={say("content.draftBy")} description={say("time.yours")} value={draft} onChange={(event) => setDraft(event.currentTarget.value)} error={errors.draft_due_at} />}
        <TextInput type="datetime-local" label={say("content.publishBy")} description={say("time.yours")} value={publish} onChange={(event) => setPublish(event.currentTarget.value)} error={errors.publish_by} />
        <Textarea label={say("time.why")} required autosize minRows={2} maxLength={2000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={errors.reason} />
        <ProblemNotice problem={ask.error} shownFields={["draft_due_at", "publish_by", "reason"]} />
        <Button type="submit" size="md" loading={ask.isPending}>{say("time.send")}</Button>
      </Stack>
    </form>
  );
}
