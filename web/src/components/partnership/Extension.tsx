import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconClock } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { asProblem } from "../../api/problem";
import type { Deliverable, Extension, ExtensionGrant, ExtensionPreview } from "../../api/schema";
import { exactText, localInput } from "../../lib/time";
import { hasRole, useSession } from "../../lib/session";
import { blocks, Changes, Conflicts } from "../Changes";
import { ProblemNotice } from "../Notice";
import { RelativeTime } from "../RelativeTime";
import { Chip } from "../StatusChip";
import classes from "./Deal.module.css";

const endings: Partial<Record<Extension["state"], string>> = { granted: "More time was given", declined: "More time was declined", withdrawn: "The creator took the request back" };

/** A creator's request for more time: what is asked for, until when it is answered, and how. */
export function ExtensionLine({ deliverable, extension, brandId }: { deliverable: Deliverable; extension: Extension; brandId: string }) {
  const session = useSession();
  const [answer, setAnswer] = useState<"grant" | "decline" | null>(null);
  if (extension.state !== "open") {
    const ended = endings[extension.state];
    return ended ? <div className={classes.small}>{ended}{extension.answered_by && ` by ${extension.answered_by}`}{extension.answer && `: “${extension.answer}”`}</div> : null;
  }
  return (
    <div className={classes.small}>
      <Chip tone="attention" icon={<IconClock size={13} aria-hidden />}>Asked for more time</Chip>
      <div className="prewrap" style={{ overflowWrap: "anywhere" }}>“{extension.reason}”</div>
      {extension.draft_due_at && <div>Draft by {exactText(new Date(extension.draft_due_at))}</div>}
      {extension.publish_by && <div>Published by {exactText(new Date(extension.publish_by))}</div>}
      {extension.answer_by && <div>Answer due <RelativeTime at={extension.answer_by} /></div>}
      {hasRole(session, ["ops", "admin"], brandId) && (
        <Group gap="xs" mt={4}>
          <Button size="compact-sm" onClick={() => setAnswer("grant")}>Give more time</Button>
          <Button size="compact-sm" variant="default" onClick={() => setAnswer("decline")}>Decline</Button>
        </Group>
      )}
      {answer === "grant" && <GrantDialog deliverable={deliverable} extension={extension} onClose={() => setAnswer(null)} />}
      {answer === "decline" && <DeclineDialog deliverable={deliverable} extension={extension} onClose={() => setAnswer(null)} />}
    </div>
  );
}

const touches = ["partnership", "task", "calendar"];
const local = (at: string | undefined) => (at ? localInput(new Date(at)) : "");

interface Answering {
  deliverable: Deliverable;
  extension: Extension;
  onClose: () => void;
}

function GrantDialog({ deliverable, extension, onClose }: Answering) {
  const [draft, setDraft] = useState(local(extension.draft_due_at));
  const [publish, setPublish] = useState(local(extension.publish_by));
  const [words, setWords] = useState("");
  const [override, setOverride] = useState("");
  const grant = useAct({
    run: (what: ExtensionGrant, key) => body(api.POST("/v1/extensions/{id}/grant", { params: { path: { id: extension.id }, header: { "Idempotency-Key": key } }, body: what })),
    done: "More time is given; the creator is told",
    close: onClose,
    touches,
  });
  // What was not touched is sent as it was asked for, to the second.
  const chosen = (typed: string, asked: string | undefined) => (typed === local(asked) ? asked : typed ? new Date(typed).toISOString() : undefined);
  const [settled] = useDebouncedValue({ draft_due_at: chosen(draft, extension.draft_due_at), publish_by: chosen(publish, extension.publish_by) }, 300);
  const asked = Boolean(settled.draft_due_at ?? settled.publish_by);
  const preview = useQuery({
    queryKey: ["extension", extension.id, settled],
    queryFn: () => body(api.POST("/v1/extensions/{id}/preview", { params: { path: { id: extension.id }, header: { "Idempotency-Key": crypto.randomUUID() } }, body: settled })),
    enabled: asked,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const problem = asked && preview.error ? asProblem(preview.error) : grant.error;
  const errors = problem?.byField ?? {};
  const inTheWay = preview.data?.conflicts.filter(blocks) ?? [];
  const stuck = inTheWay.some(({ may_override }) => !may_override);
  return (
    <Modal opened onClose={onClose} title={`More time for ${deliverable.title}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          grant.mutate({ draft_due_at: chosen(draft, extension.draft_due_at), publish_by: chosen(publish, extension.publish_by), words: words.trim() || undefined, override_reason: override.trim() || undefined });
        }}
      >
        <Stack>
          <p style={{ margin: 0 }}>These dates were asked for; give others if you like. Empty leaves a date as it is.</p>
          {extension.draft_due_at && <TextInput type="datetime-local" label="Draft by" description="In your time zone" value={draft} onChange={(event) => setDraft(event.currentTarget.value)} error={errors.draft_due_at} />}
          <TextInput type="datetime-local" label="Published by" description="In your time zone" value={publish} onChange={(event) => setPublish(event.currentTarget.value)} error={errors.publish_by} />
          <Textarea label="Words to the creator" description="If you like; they stand in the mail" autosize minRows={2} maxLength={2000} value={words} onChange={(event) => setWords(event.currentTarget.value)} error={errors.words} />
          {asked && preview.data && !preview.error && <Preview preview={preview.data} />}
          {stuck && <p style={{ margin: 0 }}>Only legal and admins let stand what is in the way. Give other dates, or ask an admin to give these.</p>}
          {!stuck && (inTheWay.length > 0 || grant.error?.code === "conflict" || override) && (
            <Textarea label="Why its conflicts may stand" description="Only legal and admins let stand what blocks; kept with your name" autosize minRows={2} maxLength={2000} value={override} onChange={(event) => setOverride(event.currentTarget.value)} />
          )}
          <ProblemNotice problem={problem} shownFields={["draft_due_at", "publish_by", "words"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Not now</Button>
            <Button type="submit" loading={grant.isPending} disabled={(!draft && !publish) || preview.error !== null || stuck || (inTheWay.length > 0 && override.trim() === "")}>Give more time</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** What the dates would change, before anybody gives them. */
function Preview({ preview }: { preview: ExtensionPreview }) {
  return (
    <section aria-label="What changes" aria-live="polite">
      <h3 style={{ margin: "0 0 4px" }}>What changes</h3>
      <Changes lines={preview.changes} />
      <Conflicts conflicts={preview.conflicts} />
      {preview.pinned.length > 0 && (
        <>
          <h3 style={{ margin: "8px 0 4px" }}>What stays</h3>
          <Changes lines={preview.pinned} />
        </>
      )}
    </section>
  );
}

function DeclineDialog({ deliverable, extension, onClose }: Answering) {
  const [words, setWords] = useState("");
  const decline = useAct({
    run: (what: { words: string }, key) => body(api.POST("/v1/extensions/{id}/decline", { params: { path: { id: extension.id }, header: { "Idempotency-Key": key } }, body: what })),
    done: "Declined; the creator is told",
    close: onClose,
    touches,
  });
  return (
    <Modal opened onClose={onClose} title={`No more time for ${deliverable.title}`}>
      <form onSubmit={(event) => { event.preventDefault(); decline.mutate({ words: words.trim() }); }}>
        <Stack>
          <Textarea label="Words to the creator" description="They stand in the mail" required autosize minRows={3} maxLength={2000} value={words} onChange={(event) => setWords(event.currentTarget.value)} error={decline.error?.byField.words} />
          <ProblemNotice problem={decline.error} shownFields={["words"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Not now</Button>
            <Button type="submit" color="red" loading={decline.isPending}>Decline</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
