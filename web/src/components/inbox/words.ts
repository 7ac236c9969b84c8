import {
  IconBan, IconCash, IconClockPause, IconHelp, IconThumbDown, IconThumbUp, IconUserQuestion, IconZzz, type TablerIcon,
} from "@tabler/icons-react";

import type { ThreadFilter } from "../../api/queries";
import type { Message, ReplySuggestion, Thread } from "../../api/schema";
import { moneyText } from "../../lib/money";
import { clockText } from "../../lib/time";
import type { Tone } from "../../theme/tokens";
import type { boxNames } from "./search";

/** One box of the inbox. */
export type Box = (typeof boxNames)[number];

interface BoxLook {
  label: string;
  /** Which threads are in it. */
  filter: Pick<ThreadFilter, "state" | "assigned_to" | "waiting">;
  /** What an empty one says: that all is well, and what would bring something here. */
  empty: { title: string; says: string };
}

/** What each box is called, holds, and says when it holds nothing. */
export const boxes: Record<Exclude<Box, "unmatched">, BoxLook> = {
  mine: {
    label: "Mine",
    filter: { state: "open", assigned_to: "me" },
    empty: { title: "No open thread is yours", says: "Threads of the partnerships that you own come here, and those that somebody assigns to you. Press a on a thread to take it." },
  },
  waiting: {
    label: "Waiting",
    filter: { state: "open", waiting: true },
    empty: { title: "No thread waits for an answer", says: "When a creator writes, the outreach stops, the answer clock starts, and the thread appears here." },
  },
  unassigned: {
    label: "Unassigned",
    filter: { state: "open", assigned_to: "nobody" },
    empty: { title: "Every open thread has somebody", says: "Threads that nobody has taken are listed here; until somebody does, the partnership’s owner answers them." },
  },
  all: {
    label: "All",
    filter: {},
    empty: { title: "Nothing was written yet", says: "The first mail of a partnership’s sequence begins its thread." },
  },
  snoozed: {
    label: "Snoozed",
    filter: { state: "snoozed" },
    empty: { title: "Nothing is put off", says: "Press s on a thread to hide it until a time. Whatever the creator writes brings it back earlier." },
  },
  done: {
    label: "Done",
    filter: { state: "done" },
    empty: { title: "No thread is done", says: "Press e when a thread needs nothing more. It comes back when the creator writes." },
  },
};

const suggestions: Record<Exclude<ReplySuggestion["class"], "other">, { word: string; tone: Tone; icon: TablerIcon }> = {
  accept: { word: "Seems to accept", tone: "done", icon: IconThumbUp },
  question: { word: "Asks a question", tone: "progress", icon: IconHelp },
  counter_offer: { word: "Names a fee", tone: "attention", icon: IconCash },
  later: { word: "Not now", tone: "idle", icon: IconClockPause },
  decline: { word: "Seems to decline", tone: "idle", icon: IconThumbDown },
  wrong_person: { word: "Wrong person", tone: "attention", icon: IconUserQuestion },
  out_of_office: { word: "Away", tone: "idle", icon: IconZzz },
  unsubscribe: { word: "Wants no more mail", tone: "danger", icon: IconBan },
};

/** How a suggestion looks and is said; nothing for a reply that says none of these. */
export function suggestionLook({ class: kind, amount }: ReplySuggestion): { word: string; tone: Tone; icon: TablerIcon } | undefined {
  if (kind === "other") return undefined;
  const look = suggestions[kind];
  return kind === "counter_offer" && amount ? { ...look, word: `${look.word}: ${moneyText(amount).replace(/\.00$/, "")}` } : look;
}

/** The suggestion that still matters: whoever has answered since needs none. */
export function openSuggestion({ suggestion, last_direction }: Pick<Thread, "suggestion" | "last_direction">): ReplySuggestion | undefined {
  return last_direction === "out" ? undefined : suggestion;
}

/** What a thread is about; a private one does not say it to others. */
export function subjectOf({ subject, hidden }: Pick<Thread, "subject" | "hidden">): string {
  return subject || (hidden ? "Private thread" : "No subject");
}

const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short" });
const dayAndMonth = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });

/** "today 17:00", "tomorrow 09:00", "Tue 17:00", and with the date where a weekday alone could mean two days. */
export function momentText(at: Date, now: Date): string {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const days = Math.round((midnight(at) - midnight(now)) / 86_400_000);
  const day = days === 0 ? "today" : days === 1 ? "tomorrow" : days === -1 ? "yesterday" : (Math.abs(days) < 7 ? weekday : dayAndMonth).format(at);
  return `${day} ${clockText(at)}`;
}

/** What the answer clock says, and whether its time is over. */
export function answerText({ answer_by, overdue }: Pick<Thread, "answer_by" | "overdue">, now: Date): { late: boolean; text: string } {
  if (!answer_by) return { late: overdue, text: overdue ? "Answer overdue" : "Waits for an answer" };
  const by = new Date(answer_by);
  const late = overdue || by < now;
  return { late, text: `${late ? "Overdue since" : "Answer by"} ${momentText(by, now)}` };
}

/** The times that a thread is put off to with one press, in the reader's zone. */
export function snoozeTimes(now: Date): { label: string; until: Date }[] {
  const later = new Date(now.getTime() + 3 * 3_600_000);
  later.setSeconds(0, 0);
  const morning = (days: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 9);
  return [
    { label: "In 3 hours", until: later },
    { label: "Tomorrow morning", until: morning(1) },
    { label: "Next week", until: morning(((8 - now.getDay()) % 7) || 7) },
  ];
}

/** Who wrote a message, beside the author's name. */
export const writers: Record<NonNullable<Message["written_by"]>, string> = {
  creator: "the creator",
  person: "a person",
  machine: "a machine",
  looked_at: "a machine, looked at by a person",
};

/** How a message travelled. */
export const channels: Record<Message["channel"], string> = { email: "mail", portal: "creator’s page", dm: "DM", call: "call", note: "note" };

/** "84 kB": the size of a file. */
export function sizeText(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Whether a mail was written by a machine and waits for a person to look at it. */
export function waitsForALook({ to_look_at }: Message): boolean {
  return to_look_at === true;
}

/** A subject without what answering and forwarding put before it, to compare it with another. */
export function bareSubject(subject = ""): string {
  return subject.replace(/^(\s*(re|aw|fwd?|wg|sv|antw)\s*(\[\d+\])?:)+/i, "").trim().toLowerCase();
}
