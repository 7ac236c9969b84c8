import { Button, Checkbox, FileInput, Stack, Textarea, TextInput } from "@mantine/core";
import { IconExternalLink, IconPaperclip } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";

import { useAct } from "../../api/act";
import { api, body, form, isPending } from "../../api/client";
import type { PortalDeliverable, SubmissionForm } from "../../api/schema";
import { Notice, ProblemNotice } from "../Notice";
import { Facts, Section } from "../Page";
import { Answer, Comments } from "./Comments";
import { Corrections } from "./Corrections";
import { ExtensionCard } from "./ExtensionCard";
import classes from "./Portal.module.css";
import { RoundCard } from "./RoundCard";
import { ScheduleCard } from "./ScheduleCard";
import { State } from "./State";
import { useShowHome } from "./useHome";
import { WaitingFor } from "./WaitingFor";
import { When } from "./When";
import { useSay } from "./words/Words";

/** One piece of content that is owed: by when, who is looking, what must change, and the step that is due. */
export function DeliverableCard({ deliverable }: { deliverable: PortalDeliverable }) {
  const say = useSay();
  const due = (at: string | undefined) => at && <When at={at} />;
  const { waiting, corrections, comments, round_question: question } = deliverable;
  return (
    <Section title={deliverable.title} actions={<State noun="deliverable" state={deliverable.state} />}>
      <Stack gap="sm">
        <Facts
          facts={[
            [say("content.what"), say("content.kindOn", { kind: deliverable.kind, platform: deliverable.platform })],
            [say("content.draftBy"), deliverable.can_submit ? due(deliverable.draft_due_at) || undefined : undefined],
            [say("content.publishBy"), due(deliverable.publish_by) || undefined],
            [say("content.looking"), waiting ? undefined : deliverable.reviewing],
            [say("content.post"), deliverable.post_url && /^https?:/.test(deliverable.post_url) ? (
              <a key="post" href={deliverable.post_url} target="_blank" rel="noreferrer noopener">{say("content.openPost")} <IconExternalLink size={13} aria-label={say("content.elsewhere")} /></a>
            ) : undefined],
            ...(deliverable.rights ?? []).map(({ kind, until }) => [say(`right.${kind}`), due(until)] as [string, ReactNode]),
          ]}
        />
        {deliverable.waits_for_product && <Notice tone="progress" title={say("content.product")}>{say("content.productText")}</Notice>}
        {deliverable.can_submit && deliverable.asks.length > 0 && (
          <div>
            <h3 className={classes.part}>{say("content.asks")}</h3>
            <ul className={classes.asks}>{deliverable.asks.map((ask) => <li key={ask}>{ask}</li>)}</ul>
          </div>
        )}
        {waiting && (
          <div>
            <h3 className={classes.part}>{say("content.who")}</h3>
            <WaitingFor waiting={waiting} />
          </div>
        )}
        {deliverable.feedback && <Notice tone="attention" title={say("content.change")}><div className="prewrap">{deliverable.feedback}</div></Notice>}
        {comments.length > 0 && (
          <div>
            <h3 className={classes.part}>{say("content.comments")}</h3>
            <Comments comments={comments} author={(one) => (one.author_kind === "creator" ? say("comment.you") : one.author)} answer={(one) => <Answer comment={one} deliverableId={deliverable.id} />} />
          </div>
        )}
        {corrections.length > 0 && <Corrections corrections={corrections} />}
        {question && <RoundCard key={`round ${question.round} ${question.fee?.amount ?? ""}`} deliverable={deliverable} question={question} />}
        {/* Handing in a version would be an answer to the question, so the question comes first. */}
        {deliverable.can_submit && deliverable.state !== "in_review" && !question && <Submit key={`draft ${deliverable.round}`} deliverable={deliverable} />}
        {deliverable.can_submit && deliverable.state === "in_review" && (
          <details>
            <summary>{say("content.another")}</summary>
            <p className="soft">{say("content.anotherText")}</p>
            <Submit deliverable={deliverable} />
          </details>
        )}
        <ScheduleCard deliverable={deliverable} />
        <ExtensionCard deliverable={deliverable} />
        {deliverable.can_report_post && <ReportPost deliverable={deliverable} />}
      </Stack>
    </Section>
  );
}

const fields = ["file", "caption", "note"];

function Submit({ deliverable }: { deliverable: PortalDeliverable }) {
  const say = useSay();
  const show = useShowHome();
  const [file, setFile] = useState<File | null>(null);
  const [caption, setCaption] = useState("");
  const [note, setNote] = useState("");
  const [spoken, setSpoken] = useState(false);
  const [written, setWritten] = useState(false);
  const submit = useAct({
    run: (draft: { caption: string; note: string; file: File | null; marked?: { spoken: boolean; written: boolean } }, key) =>
      body(api.POST("/v1/portal/deliverables/{id}/submissions", {
        params: { path: { id: deliverable.id }, header: { "Idempotency-Key": key } },
        // The generated type names the form's fields; what is sent is the form itself, with the file in it.
        body: form({
          caption: draft.caption, note: draft.note || undefined, file: draft.file ?? undefined,
          ...(draft.marked && { spoken: String(draft.marked.spoken), written: String(draft.marked.written) }),
        }) as unknown as SubmissionForm,
        bodySerializer: (data) => data as unknown as FormData,
      })),
    then: (home) => {
      setFile(null);
      setCaption("");
      setNote("");
      setSpoken(false);
      setWritten(false);
      show(home);
    },
    done: say("draft.arrived"),
    touches: ["portal"],
  });
  const errors = submit.error?.byField ?? {};
  if (isPending(submit.data)) return <Notice tone="progress" role="status" title={say("draft.taken")}>{say("soonHere")}</Notice>;
  return (
    <form
      aria-label={say("draft.form", { title: deliverable.title })}
      onSubmit={(event) => {
        event.preventDefault();
        submit.mutate({ caption, note, file, marked: deliverable.spoken ? { spoken, written } : undefined });
      }}
    >
      <Stack gap="sm">
        <FileInput label={say("draft.file")} description={say("draft.fileHint")} placeholder={say("draft.choose")} clearable clearButtonProps={{ "aria-label": say("draft.clear") }} leftSection={<IconPaperclip size={16} aria-hidden />} value={file} onChange={setFile} error={errors.file} />
        <Textarea label={say("draft.caption")} description={say("draft.captionHint")} required autosize minRows={3} value={caption} onChange={(event) => setCaption(event.currentTarget.value)} error={errors.caption} />
        <Textarea label={say("draft.note")} autosize minRows={1} value={note} onChange={(event) => setNote(event.currentTarget.value)} error={errors.note} />
        {deliverable.spoken && (
          <Stack gap="sm" role="group" aria-label={say("draft.marked")}>
            <Checkbox size="md" label={say("draft.spoken")} checked={spoken} onChange={(event) => setSpoken(event.currentTarget.checked)} error={errors.spoken} />
            <Checkbox size="md" label={say("draft.written")} checked={written} onChange={(event) => setWritten(event.currentTarget.checked)} error={errors.written} />
          </Stack>
        )}
        <ProblemNotice problem={submit.error} shownFields={deliverable.spoken ? [...fields, "spoken", "written"] : fields} />
        <Button type="submit" size="md" loading={submit.isPending}>{say(deliverable.round > 0 || deliverable.state === "changes_requested" ? "draft.submitNew" : "draft.submit")}</Button>
      </Stack>
    </form>
  );
}

function ReportPost({ deliverable }: { deliverable: PortalDeliverable }) {
  const say = useSay();
  const show = useShowHome();
  const [url, setUrl] = useState("");
  const report = useAct({
    run: (post: { url: string }, key) =>
      body(api.POST("/v1/portal/deliverables/{id}/post", { params: { path: { id: deliverable.id }, header: { "Idempotency-Key": key } }, body: post })),
    then: show,
    done: say("post.thanks"),
    touches: ["portal"],
  });
  return (
    <form
      aria-label={say("post.form", { title: deliverable.title })}
      onSubmit={(event) => {
        event.preventDefault();
        report.mutate({ url: url.trim() });
      }}
    >
      <Stack gap="sm">
        <TextInput label={say("post.address")} description={say("post.hint")} type="url" inputMode="url" placeholder="https://" required value={url} onChange={(event) => setUrl(event.currentTarget.value)} error={report.error?.byField.url} />
        <ProblemNotice problem={report.error} shownFields={["url"]} />
        <Button type="submit" size="md" loading={report.isPending}>{say("post.done")}</Button>
      </Stack>
    </form>
  );
}
