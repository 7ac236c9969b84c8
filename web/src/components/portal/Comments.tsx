import { Button, Group, Stack, Textarea } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { Comment } from "../../api/schema";
import { ProblemNotice } from "../Notice";
import { RelativeTime } from "../RelativeTime";
import { Chip } from "../StatusChip";
import classes from "./Portal.module.css";
import { useShowHome } from "./useHome";
import { inEnglish, useSay } from "./words/Words";

function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return parts.slice(parts[0] ? 0 : 1).map((part, at) => (at === 0 ? part : String(part).padStart(2, "0"))).join(":");
}

/** Where in the draft a comment points to, in words; nothing for one about the whole. */
export function placeText({ anchor, quote }: Pick<Comment, "anchor" | "quote">, say = inEnglish): string | undefined {
  if (!anchor) return undefined;
  if (anchor.kind === "span") return quote ? say("comment.quote", { quote }) : say("comment.words");
  const places = [anchor.seconds !== undefined && say("comment.at", { clock: clock(anchor.seconds) }), anchor.x !== undefined && say("comment.place")];
  return places.filter(Boolean).join(", ") || undefined;
}

/** Comments with their answers, oldest first; a comment whose first words are not shown here stands by itself. */
function threadsOf(comments: Comment[]): { first: Comment; answers: Comment[] }[] {
  const known = new Map(comments.map((comment) => [comment.id, comment]));
  const firstOf = (comment: Comment): string => {
    const before = comment.reply_to ? known.get(comment.reply_to) : undefined;
    return before && before !== comment ? firstOf(before) : comment.id;
  };
  return comments
    .filter((comment) => firstOf(comment) === comment.id)
    .map((first) => ({ first, answers: comments.filter((comment) => comment !== first && firstOf(comment) === first.id) }));
}

interface Props {
  comments: Comment[];
  /** How its writer is called where the reader may be the writer. */
  author: (comment: Comment) => string;
  /** The box for an answer to a comment. */
  answer?: (comment: Comment) => ReactNode;
}

/** What people said about a draft; what is settled is folded away. */
export function Comments({ comments, author, answer }: Props) {
  const say = useSay();
  const threads = threadsOf(comments);
  const open = threads.filter(({ first }) => !first.resolved_at);
  const settled = threads.filter(({ first }) => first.resolved_at);
  const list = (some: typeof threads, label: string) => (
    <ul className={classes.comments} aria-label={label}>
      {some.map(({ first, answers }) => (
        <li key={first.id}>
          <Words comment={first} author={author(first)} />
          {answers.length > 0 && (
            <ul className={classes.answers} aria-label={say("comment.answers")}>
              {answers.map((one) => <li key={one.id}><Words comment={one} author={author(one)} /></li>)}
            </ul>
          )}
          {answer?.(first)}
        </li>
      ))}
    </ul>
  );
  return (
    <>
      {open.length > 0 && list(open, say("comment.list"))}
      {settled.length > 0 && (
        <details>
          <summary>{say("comment.settledCount", { count: settled.length })}</summary>
          {list(settled, say("comment.settledList"))}
        </details>
      )}
    </>
  );
}

function Words({ comment, author }: { comment: Comment; author: string }) {
  const say = useSay();
  return (
    <>
      <div className={classes.said}>
        <strong>{author}</strong>
        {comment.resolved_at && <Chip tone="done" icon={<IconCheck size={13} aria-hidden />}>{say("comment.settled")}</Chip>}
      </div>
      <div className="soft">{[say("comment.version", { version: comment.version }), placeText(comment, say)].filter(Boolean).join(", ")}, <RelativeTime at={comment.created_at} /></div>
      <div className="prewrap">{comment.text}</div>
    </>
  );
}

/** The creator's answer to a comment. */
export function Answer({ comment, deliverableId }: { comment: Comment; deliverableId: string }) {
  const say = useSay();
  const show = useShowHome();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const send = useAct({
    run: (what: { text: string; reply_to: string }, key) =>
      body(api.POST("/v1/portal/deliverables/{id}/comments", { params: { path: { id: deliverableId }, header: { "Idempotency-Key": key } }, body: what })),
    close: () => {
      setOpen(false);
      setText("");
    },
    then: show,
    done: say("answerArrived"),
    touches: ["portal"],
  });
  if (!open) return <Button variant="default" size="sm" aria-label={say("comment.answerToText", { author: comment.author, text: comment.text.slice(0, 60) })} onClick={() => setOpen(true)}>{say("comment.answer")}</Button>;
  return (
    <form
      aria-label={say("comment.answerTo", { author: comment.author })}
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate({ text: text.trim(), reply_to: comment.id });
      }}
    >
      <Stack gap="sm">
        <Textarea label={say("comment.yours")} required autoFocus autosize minRows={2} maxLength={5000} value={text} onChange={(event) => setText(event.currentTarget.value)} error={send.error?.byField.text} />
        <ProblemNotice problem={send.error} shownFields={["text"]} />
        <Group gap="xs">
          <Button type="submit" size="md" disabled={text.trim() === ""} loading={send.isPending}>{say("comment.send")}</Button>
          <Button size="md" variant="default" onClick={() => setOpen(false)}>{say("back")}</Button>
        </Group>
      </Stack>
    </form>
  );
}
