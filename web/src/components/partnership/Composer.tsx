import { Button, Checkbox, Group, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { IconEyeOff, IconTextPlus } from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { asProblem } from "../../api/problem";
import type { Message, MessageCreate } from "../../api/schema";
import { useKept } from "../../lib/kept";
import { useShortcuts } from "../../lib/shortcuts";
import { say } from "../../lib/toasts";
import { Notice, ProblemNotice } from "../Notice";
import classes from "./Composer.module.css";
import { mentioned, usePeople, WordsField } from "./WordsField";

const CannedAnswers = lazy(() => import("../inbox/CannedAnswers"));

type Mode = "email" | "note" | "log";

/** What was typed. Each mode keeps words of its own, so that a note never becomes a mail by a change of the mode. */
interface Draft {
  mode: Mode;
  texts: Record<Mode, string>;
  subject: string;
  /** What is logged, and who began it. */
  log: { channel: "call" | "dm"; direction: "in" | "out" };
  /** The mail begins a thread of its own. */
  apart: boolean;
}

const modes: Record<Mode, { label: string; verb: string; done: string; placeholder: string }> = {
  email: { label: "Mail", verb: "Send mail", done: "Mail handed over to be sent", placeholder: "Write to the creator" },
  note: { label: "Note", verb: "Keep note", done: "Note kept", placeholder: "A note for people of the house; @ mentions somebody" },
  log: { label: "Log a call or DM", verb: "Log it", done: "Logged", placeholder: "What was said or written elsewhere" },
};

function useDraft(about: string, fresh: Draft) {
  const { value: draft, now, set: keep } = useKept(about, fresh);
  const set = (change: Partial<Draft>) => keep({ ...draft, ...change });
  /** Forgets what was sent, unless it was changed meanwhile. */
  const sent = (mode: Mode, text: string) => {
    const latest = now();
    if (latest.texts[mode] === text) keep({ ...latest, texts: { ...latest.texts, [mode]: "" }, subject: "", apart: false });
  };
  return { draft, set, sent };
}

/** Writes to the creator, keeps a note, or logs what was said elsewhere; in a thread when one is given. */
export function Composer({ partnershipId, brandId, threadId, canMail, refused, onSent }: {
  partnershipId: string;
  brandId: string;
  threadId?: string;
  canMail: boolean;
  refused?: string;
  onSent?: (message: Message) => void;
}) {
  const { draft, set, sent } = useDraft(threadId ?? partnershipId, {
    mode: canMail ? "email" : "note", texts: { email: "", note: "", log: "" }, subject: "", log: { channel: "call", direction: "in" }, apart: false,
  });
  const [choosing, setChoosing] = useState(false);
  const [missing, setMissing] = useState<string[]>([]);
  const words = useRef<HTMLTextAreaElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  const mode = draft.mode === "email" && !canMail ? "note" : draft.mode;
  const text = draft.texts[mode];
  const people = usePeople(brandId, mode === "note");
  const told = mode === "note" ? mentioned(text, people) : [];
  const bySubject = mode === "email" && (threadId === undefined || draft.apart);

  const send = useAct({
    run: async ({ mode, message }: { mode: Mode; message: MessageCreate }, key) => {
      try {
        const answer = await body(api.POST("/v1/partnerships/{id}/messages", {
          params: { path: { id: partnershipId }, header: { "Idempotency-Key": key } },
          body: message,
        }));
        sent(mode, message.text);
        return answer;
      } catch (error) {
        // Whoever has gone on to another thread would not see the notice.
        if (!here.current) say({ tone: "danger", title: `Not sent: ${asProblem(error).title}`, message: `${asProblem(error).detail} Your words are kept in that thread.` });
        throw error;
      }
    },
    done: ({ channel }) => (channel === "call" ? "Call logged" : channel === "dm" ? "Message logged" : channel === "note" ? modes.note.done : modes.email.done),
    then: (message) => {
      setMissing([]);
      onSent?.(message);
    },
    touches: ["partnership", "message", "thread"],
  });
  const errors = send.error?.byField ?? {};

  const setText = (next: string) => set({ texts: { ...draft.texts, [mode]: next } });
  const write = (next: Mode) => {
    set({ mode: next });
    words.current?.focus();
  };
  const insert = (piece: string, gaps: string[]) => {
    const at = words.current?.selectionStart ?? text.length;
    const end = words.current?.selectionEnd ?? at;
    setText(text.slice(0, at) + piece + text.slice(end));
    setMissing(gaps);
    setChoosing(false);
    words.current?.focus();
  };
  useShortcuts("Conversation", [
    ...(canMail ? [{ keys: "r", label: "Write a mail to the creator", run: () => write("email") }] : []),
    { keys: "n", label: "Write a note", run: () => write("note") },
    { keys: "c", label: "Go on writing", run: () => words.current?.focus(), hidden: true },
  ]);

  return (
    <>
      <form
        ref={form}
        aria-label="Write"
        className={mode === "note" ? classes.note : undefined}
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() === "" || send.isPending) return;
          const message: MessageCreate = {
            channel: mode === "log" ? draft.log.channel : mode,
            direction: mode === "email" ? "out" : mode === "note" ? "internal" : draft.log.direction,
            subject: (bySubject && draft.subject.trim()) || undefined,
            text,
            ...(mode === "email" && draft.apart ? { new_thread: true } : { thread_id: threadId }),
            ...(told.length > 0 && { mentions: told.map(({ id }) => id) }),
          };
          send.mutate({ mode, message });
        }}
      >
        <Stack gap="xs">
          <Group gap="xs" justify="space-between">
            <SegmentedControl
              aria-label="What to write"
              value={mode}
              onChange={(value) => set({ mode: value })}
              data={(Object.keys(modes) as Mode[]).map((value) => ({ value, label: modes[value].label, disabled: value === "email" && !canMail }))}
            />
            {mode === "note" ? (
              <span className={classes.inside}><IconEyeOff size={15} aria-hidden /> Not sent to the creator</span>
            ) : mode === "email" && (
              <Button size="compact-sm" variant="default" leftSection={<IconTextPlus size={15} aria-hidden />} onClick={() => setChoosing(true)} aria-haspopup="dialog">
                Canned answers
              </Button>
            )}
          </Group>
          {mode === "log" && (
            <Group gap="xs">
              <SegmentedControl aria-label="What it was" value={draft.log.channel} onChange={(channel) => set({ log: { ...draft.log, channel } })} data={[{ value: "call", label: "Call" }, { value: "dm", label: "DM" }]} />
              <SegmentedControl aria-label="Who began" value={draft.log.direction} onChange={(direction) => set({ log: { ...draft.log, direction } })} data={[{ value: "in", label: "From the creator" }, { value: "out", label: "From us" }]} />
            </Group>
          )}
          {bySubject && (
            <TextInput aria-label="Subject" placeholder="Subject" value={draft.subject} onChange={(event) => set({ subject: event.currentTarget.value })} error={errors.subject} />
          )}
          <WordsField
            ref={words}
            label={modes[mode].placeholder}
            value={text}
            onChange={setText}
            people={mode === "note" ? people : undefined}
            onSend={() => form.current?.requestSubmit()}
            error={errors.text}
          />
          {told.length > 0 && <span className="soft" role="status">{told.map(({ name }) => name).join(", ")} {told.length === 1 ? "gets" : "get"} a task to read it.</span>}
          {missing.length > 0 && text !== "" && (
            <Notice tone="attention" title="The answer has gaps" role="status">
              No value is known for {missing.join(", ")}. Fill in the words yourself before you send it.
            </Notice>
          )}
          {!canMail && refused && <span className="soft">{refused}</span>}
          <ProblemNotice problem={send.error} shownFields={bySubject ? ["text", "subject"] : ["text"]} />
          <Group justify="space-between" gap="xs">
            {threadId && mode === "email" ? (
              <Checkbox size="xs" styles={{ label: { paddingBlock: 4 } }} label="Begin a thread of its own" checked={draft.apart} onChange={(event) => set({ apart: event.currentTarget.checked })} />
            ) : <span />}
            <Button type="submit" size="xs" loading={send.isPending} disabled={text.trim() === ""} title="Ctrl Enter or ⌘ Enter">{modes[mode].verb}</Button>
          </Group>
        </Stack>
      </form>
      <Suspense>
        {choosing && <CannedAnswers brandId={brandId} partnershipId={partnershipId} text={text} onInsert={insert} onClose={() => setChoosing(false)} />}
      </Suspense>
    </>
  );
}
