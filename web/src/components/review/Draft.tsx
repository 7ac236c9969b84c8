import { useQuery } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";

import { commentsQuery } from "../../api/queries";
import type { Comment, CommentAnchor, Submission } from "../../api/schema";
import type { Span } from "../../lib/codepoints";
import { LoadingLines } from "../Loading";
import { LoadFailed } from "../Notice";
import { Section } from "../Page";
import { talks } from "./anchors";
import { Comments } from "./Comments";
import { Content } from "./Content";

/** The draft and what is said about it: each place that somebody commented on leads to the comment, and back. */
export function Draft({ submission, lit }: { submission: Submission; lit: Span | undefined }) {
  const comments = useQuery(commentsQuery(submission.id));
  const [anchor, setAnchor] = useState<CommentAnchor>();
  const [active, setActive] = useState<string>();
  const field = useRef<HTMLTextAreaElement>(null);
  const box = useRef<HTMLDivElement>(null);

  const list = talks(comments.data?.items ?? []);
  const toComment = (comment: Comment) => {
    setActive(comment.id);
    // A settled one is listed only once it is the active one.
    requestAnimationFrame(() => document.getElementById(`comment-${comment.id}`)?.scrollIntoView({ block: "nearest" }));
  };
  const toPlace = (comment: Comment) => {
    setActive(comment.id);
    const player = box.current?.querySelector("video");
    if (comment.anchor?.kind === "time" && player) {
      player.pause();
      player.currentTime = comment.anchor.seconds ?? 0;
    }
    if (comment.anchor?.kind !== "span") box.current?.scrollIntoView({ block: "nearest" });
  };
  const write = useCallback(() => requestAnimationFrame(() => field.current?.focus()), []);

  const pins = list.flatMap(({ comment, number }) => {
    const { anchor: at } = comment;
    if (at?.kind !== "point" || number === undefined || (comment.resolved_at && comment.id !== active)) return [];
    return [{ x: at.x ?? 0, y: at.y ?? 0, number, label: comment.text, active: comment.id === active, onClick: () => toComment(comment) }];
  });
  const marks = [
    ...list.flatMap(({ comment, number }) => {
      const { anchor: at } = comment;
      if (at?.kind !== "span" || (comment.resolved_at && comment.id !== active)) return [];
      return [{ from: at.from ?? 0, to: at.to ?? 0, number, active: comment.id === active, onClick: () => toComment(comment) }];
    }),
    ...(lit ? [{ ...lit, active: true }] : []),
    ...(anchor?.kind === "span" ? [{ from: anchor.from ?? 0, to: anchor.to ?? 0, active: true }] : []),
  ];

  return (
    <>
      <div ref={box}>
        <Section title="Draft">
          <Content submission={submission} places={{ pins, marks, choosing: anchor, onChoose: setAnchor, onChosen: write }} />
        </Section>
      </div>
      <Section title="Comments">
        {comments.error && !comments.data ? (
          <LoadFailed error={comments.error} retry={() => void comments.refetch()} />
        ) : !comments.data ? (
          <LoadingLines lines={2} />
        ) : (
          <Comments submission={submission} talks={list} active={active} onShow={toPlace} anchor={anchor} onAnchor={setAnchor} field={field} />
        )}
      </Section>
    </>
  );
}
