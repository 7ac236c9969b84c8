import { Button, Group, SegmentedControl, Stack, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { MessageCreate } from "../../api/schema";
import { useShortcuts } from "../../lib/shortcuts";
import { ProblemNotice } from "../Notice";

const channels: Record<MessageCreate["channel"], { label: string; verb: string; done: string; placeholder: string }> = {
  email: { label: "E-mail", verb: "Send e-mail", done: "E-mail handed over to be sent", placeholder: "Write to the creator" },
  note: { label: "Note", verb: "Keep note", done: "Note kept", placeholder: "Only people of the house see a note" },
  call: { label: "Call", verb: "Log call", done: "Call logged", placeholder: "What was said" },
  dm: { label: "DM", verb: "Log message", done: "Message logged", placeholder: "What was written elsewhere" },
};

/** Writes to the creator, or keeps what was said elsewhere. */
export function Composer({ partnershipId, canMail, refused }: { partnershipId: string; canMail: boolean; refused?: string }) {
  const [channel, setChannel] = useState<MessageCreate["channel"]>(canMail ? "email" : "note");
  const [direction, setDirection] = useState<"in" | "out">("in");
  const [subject, setSubject] = useState("");
  const [text, setText] = useState("");
  const send = useAct({
    run: (message: MessageCreate, key) =>
      body(api.POST("/v1/partnerships/{id}/messages", {
        params: { path: { id: partnershipId }, header: { "Idempotency-Key": key } },
        body: message,
      })),
    done: () => channels[channel].done,
    then: () => {
      setSubject("");
      setText("");
    },
    touches: ["partnership", "message"],
  });
  const errors = send.error?.byField ?? {};
  useShortcuts("Conversation", [
    { keys: "c", label: "Write a message or a note", run: () => document.getElementById("composer-text")?.focus() },
  ]);

  return (
    <form
      aria-label="Write"
      onSubmit={(event) => {
        event.preventDefault();
        const mail = channel === "email";
        send.mutate({ channel, direction: mail ? "out" : channel === "note" ? "internal" : direction, subject: (mail && subject) || undefined, text });
      }}
    >
      <Stack gap="xs">
        <Group gap="xs">
          <SegmentedControl
            aria-label="What to write"
            value={channel}
            onChange={setChannel}
            data={(Object.keys(channels) as MessageCreate["channel"][]).map((value) => ({ value, label: channels[value].label, disabled: value === "email" && !canMail }))}
          />
          {(channel === "call" || channel === "dm") && (
            <SegmentedControl aria-label="Who began" value={direction} onChange={setDirection} data={[{ value: "in", label: "From the creator" }, { value: "out", label: "From us" }]} />
          )}
        </Group>
        {channel === "email" && <TextInput aria-label="Subject" placeholder="Subject" value={subject} onChange={(event) => setSubject(event.currentTarget.value)} error={errors.subject} />}
        <Textarea
          id="composer-text"
          aria-label={channels[channel].placeholder}
          placeholder={channels[channel].placeholder}
          autosize
          minRows={2}
          maxRows={14}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={errors.text}
        />
        {!canMail && refused && <span className="soft">{refused}</span>}
        <ProblemNotice problem={send.error} shownFields={["text", "subject"]} />
        <Group justify="flex-end">
          <Button type="submit" size="xs" loading={send.isPending} disabled={text.trim() === ""}>{channels[channel].verb}</Button>
        </Group>
      </Stack>
    </form>
  );
}
