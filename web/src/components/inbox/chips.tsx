import { IconCheck, IconHourglass, IconLock, IconUserCircle, IconZzz } from "@tabler/icons-react";

import type { ReplySuggestion, Thread } from "../../api/schema";
import { useTimeText } from "../../lib/time";
import { Chip } from "../StatusChip";
import { answerText, momentText, suggestionLook } from "./words";

/** Until when the creator's words are to be answered; red once that time is over. */
export function AnswerChip({ thread }: { thread: Thread }) {
  const text = useTimeText((now) => answerText(thread, now).text);
  const late = useTimeText((now) => String(answerText(thread, now).late)) === "true";
  return <Chip tone={late ? "danger" : "attention"} icon={<IconHourglass size={13} aria-hidden />}>{text}</Chip>;
}

/** What a reply seems to say. */
export function SuggestionChip({ suggestion }: { suggestion: ReplySuggestion }) {
  const look = suggestionLook(suggestion);
  if (!look) return null;
  const Icon = look.icon;
  return <Chip tone={look.tone} icon={<Icon size={13} aria-hidden />}>{look.word}</Chip>;
}

/** Whether a thread is put off, and until when, or done. */
export function StateChip({ thread: { state, snoozed_until } }: { thread: Thread }) {
  const until = useTimeText((now) => (snoozed_until ? momentText(new Date(snoozed_until), now) : ""));
  if (state === "snoozed") return <Chip tone="held" icon={<IconZzz size={13} aria-hidden />}>Until {until}</Chip>;
  if (state === "done") return <Chip tone="done" icon={<IconCheck size={13} aria-hidden />}>Done</Chip>;
  return null;
}

/** Who has taken a thread. */
export function AssigneeChip({ thread: { assignee }, me }: { thread: Thread; me: string | undefined }) {
  if (!assignee) return null;
  return <Chip tone="idle" icon={<IconUserCircle size={13} aria-hidden />}>{assignee.id === me ? "You" : assignee.name}</Chip>;
}

/** That only who takes part in a thread reads it. */
export function PrivateChip() {
  return <Chip tone="held" icon={<IconLock size={13} aria-hidden />}>Private</Chip>;
}
