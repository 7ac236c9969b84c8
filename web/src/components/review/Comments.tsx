import { ActionIcon, Button, Group, Radio, Stack, Textarea } from "@mantine/core";
import { IconArrowBackUp, IconCheck, IconLock, IconUserShare, IconX } from "@tabler/icons-react";
import { useState, type RefObject } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { Comment, CommentAnchor, CommentCreate, Submission } from "../../api/schema";
import { useKept } from "../../lib/kept";
import { ProblemNotice } from "../Notice";
import { RelativeTime } from "../RelativeTime";
import { Chip } from "../StatusChip";
import { anchorWords, type Talk } from "./anchors";
import classes from "./Review.module.css";

const kinds: Record<Comment["author_kind"], string> = { house: "of the house", outside: "outside reviewer", creator: "creator" };

/** Who reads a comment, in icon and words. */
function Readers({ internal }: { internal: boolean }) {
  return internal ? (
    <Chip tone="idle" icon={<IconLock size={13} aria-hidden />}>Only the house reads this</Chip>
  ) : (
    <Chip tone="attention" icon={<IconUserShare size={13} aria-hidden />}>The creator reads this with the decision</Chip>
  );
}

interface Props {
  submission: Submission;
  talks: Talk[];
  active: string | undefined;
  /** Shows the place that a comment is about. */
  onShow: (comment: Comment) => void;
  /** The place of the comment that is being written. */
  anchor: CommentAnchor | undefined;
  onAnchor: (anchor: CommentAnchor | undefined) => void;
  field: RefObject<HTMLTextAreaElement | null>;
}

/** What was said about a version, and the field to say more. */
export function Comments({ submission, talks, active, onShow, anchor, onAnchor, field }: Props) {
  const [answering, setAnswering] = useState<string>();
  const [settledToo, setSettledToo] = useState(false);
  const settled = talks.filter(({ comment }) => comment.resolved_at).length;
  const shown = talks.filter(({ comment }) => settledToo || !comment.resolved_at || comment.id === active || comment.id === answering);
  return (
    <Stack gap="md">
      {talks.length === 0 && <p className="soft" style={{ margin: 0 }}>Nobody has commented yet. What the creator must change belongs into a decision; comments say where.</p>}
      {shown.length > 0 && (
        <ol className={classes.talks} aria-label="Comments on this version">
          {shown.map(({ comment, replies, number }) => (
            <li key={comment.id} id={`comment-${comment.id}`} className={classes.talk} data-active={comment.id === active || undefined}>
              <One comment={comment} caption={submission.caption} number={number} onShow={onShow} />
              {replies.length > 0 && (
                <ol className={classes.replies} aria-label={`Answers to ${comment.author}`}>
                  {replies.map((reply) => <li key={reply.id}><One comment={reply} caption={submission.caption} onShow={onShow} /></li>)}
                </ol>
              )}
              {answering === comment.id ? (
                <Write submissionId={submission.id} replyTo={comment} onClose={() => setAnswering(undefined)} />
              ) : (
                <TalkActions comment={comment} onAnswer={() => setAnswering(comment.id)} />
              )}
            </li>
          ))}
        </ol>
      )}
      {settled > 0 && (
        <Button size="compact-sm" variant="subtle" color="gray" style={{ alignSelf: "flex-start" }} aria-expanded={settledToo} onClick={() => setSettledToo(!settledToo)}>
          {settledToo ? "Hide settled ones" : `Show ${settled} settled`}
        </Button>
      )}
      <Write submissionId={submission.id} anchor={anchor} words={anchorWords(anchor, submission.caption)} onAnchor={onAnchor} field={field} />
    </Stack>
  );
}

function One({ comment, caption, number, onShow }: { comment: Comment; caption: string; number?: number; onShow: (comment: Comment) => void }) {
  const where = anchorWords(comment.anchor, caption, comment.quote);
  return (
    <div className={classes.comment}>
      <div className={classes.stageHead}>
        {number !== undefined && <span className={classes.number} aria-label={`Comment ${number}`} role="img">{number}</span>}
        <strong>{comment.author}</strong>
        <span className="soft">{kinds[comment.author_kind]}, <RelativeTime at={comment.created_at} /></span>
        <Readers internal={comment.internal} />
        {comment.resolved_at && <Chip tone="done" icon={<IconCheck size={13} aria-hidden />}>Settled{comment.resolved_by && ` by ${comment.resolved_by}`}</Chip>}
      </div>
      {where && (
        <button type="button" className={classes.asLink} title={comment.anchor?.kind === "time" ? "Go there in the video" : "Show it"} onClick={() => onShow(comment)}>
          {where}
        </button>
      )}
      <div className="prewrap">{comment.text}</div>
    </div>
  );
}

function TalkActions({ comment, onAnswer }: { comment: Comment; onAnswer: () => void }) {
  const settle = useAct({
    run: (resolved: boolean, key) =>
      body(api.POST("/v1/comments/{id}/resolve", { params: { path: { id: comment.id }, header: { "Idempotency-Key": key } }, body: { resolved } })),
    touches: ["comment"],
    announce: true,
  });
  return (
    <Group gap={4}>
      <Button size="compact-sm" variant="subtle" color="gray" leftSection={<IconArrowBackUp size={14} aria-hidden />} onClick={onAnswer}>Answer</Button>
      <Button size="compact-sm" variant="subtle" color="gray" leftSection={<IconCheck size={14} aria-hidden />} loading={settle.isPending} onClick={() => settle.mutate(!comment.resolved_at)}>
        {comment.resolved_at ? "Open again" : "Settle"}
      </Button>
    </Group>
  );
}

interface WriteProps {
  submissionId: string;
  replyTo?: Comment;
  anchor?: CommentAnchor;
  words?: string;
  onAnchor?: (anchor: CommentAnchor | undefined) => void;
  onClose?: () => void;
  field?: RefObject<HTMLTextAreaElement | null>;
}

/** Writes one comment. Who reads it is chosen anew each time, so that nothing reaches the creator by habit. */
function Write({ submissionId, replyTo, anchor, words, onAnchor, onClose, field }: WriteProps) {
  const { value: text, set: setText, forget } = useKept(`comment ${submissionId} ${replyTo?.id ?? ""}`, "");
  const [internal, setInternal] = useState(true);
  // An answer to words that only the house reads makes sense to nobody else.
  const fixed = replyTo?.internal ?? false;
  const add = useAct({
    run: (what: CommentCreate, key) =>
      body(api.POST("/v1/submissions/{id}/comments", { params: { path: { id: submissionId }, header: { "Idempotency-Key": key } }, body: what })),
    then: () => {
      forget();
      setInternal(true);
      onAnchor?.(undefined);
      onClose?.();
    },
    touches: ["comment"],
  });
  return (
    <form
      className={classes.write}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) add.mutate({ text: text.trim(), internal: fixed || internal, anchor, reply_to: replyTo?.id });
      }}
    >
      {words && (
        <div className={classes.where}>
          <span>{words}</span>
          <ActionIcon size="sm" aria-label="Comment on the whole draft instead" title="Comment on the whole draft instead" onClick={() => onAnchor?.(undefined)}><IconX size={14} aria-hidden /></ActionIcon>
        </div>
      )}
      <Textarea
        ref={field}
        label={replyTo ? `Answer to ${replyTo.author}` : anchor ? "Comment on this place" : "Comment on the whole draft"}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={5000}
        autoFocus={replyTo !== undefined}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={add.error?.byField.text}
      />
      {fixed ? <div><Readers internal /></div> : (
        <Radio.Group aria-label="Who reads it" value={internal ? "house" : "creator"} onChange={(value) => setInternal(value === "house")}>
          <Group gap="8px 16px">
            <Radio size="xs" value="house" label={<span className={classes.reader}><IconLock size={14} aria-hidden />Only the house reads this</span>} />
            <Radio size="xs" value="creator" label={<span className={classes.reader}><IconUserShare size={14} aria-hidden />The creator reads this with the decision</span>} />
          </Group>
        </Radio.Group>
      )}
      <ProblemNotice problem={add.error} shownFields={["text"]} />
      <Group gap={8}>
        <Button type="submit" size="xs" variant="default" disabled={!text.trim()} loading={add.isPending}>{replyTo ? "Answer" : "Comment"}</Button>
        {onClose && <Button size="xs" variant="default" onClick={onClose}>Do not answer</Button>}
      </Group>
    </form>
  );
}
