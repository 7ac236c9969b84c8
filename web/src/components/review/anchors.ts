import type { Comment, CommentAnchor } from "../../api/schema";
import { spanText } from "../../lib/codepoints";

/** Seconds as a player shows them: "0:12", "1:02:07". */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return `${hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}` : minutes}:${String(rest).padStart(2, "0")}`;
}

/** What a comment is about, in words. */
export function anchorWords(anchor: CommentAnchor | undefined, caption: string, quote?: string): string | undefined {
  if (!anchor) return undefined;
  if (anchor.kind === "time") return `At ${clock(anchor.seconds ?? 0)}`;
  if (anchor.kind === "span") return `On “${quote ?? spanText(caption, { from: anchor.from ?? 0, to: anchor.to ?? 0 })}”`;
  return `On a place in the picture, ${Math.round((anchor.x ?? 0) * 100)} % from the left and ${Math.round((anchor.y ?? 0) * 100)} % from the top`;
}

/** A comment that begins a conversation, with its answers, and the number that its place has. */
export interface Talk {
  comment: Comment;
  replies: Comment[];
  number?: number;
}

/** Comments as conversations. Those about a place are numbered in the order they were made. */
export function talks(comments: Comment[]): Talk[] {
  const ids = new Set(comments.map(({ id }) => id));
  let last = 0;
  // An answer whose question this person may not read stands by itself.
  return comments.filter(({ reply_to }) => !reply_to || !ids.has(reply_to)).map((comment) => ({
    comment,
    replies: answers(comments, comment.id),
    ...(comment.anchor && { number: ++last }),
  }));
}

function answers(comments: Comment[], to: string): Comment[] {
  return comments.filter(({ reply_to }) => reply_to === to).flatMap((comment) => [comment, ...answers(comments, comment.id)]);
}
