import { Button, Group, SegmentedControl, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";

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
  const form = useForm<{ channel: MessageCreate["channel"]; direction: "out" | "in"; subject: string; text: string }>({
    initialValues: { channel: canMail ? "email" : "note", direction: "in", subject: "", text: "" },
  });
  const { channel, direction } = form.values;
  const send = useAct({
    run: (message: MessageCreate, key) =>
      body(api.POST("/v1/partnerships/{id}/messages", {
        params: { path: { id: partnershipId }, header: { "Idempotency-Key": key } },
        body: message,
      })),
    done: () => channels[channel].done,
    then: () => form.setValues({ subject: "", text: "" }),
    touches: ["partnership", "message"],
  });
  useShortcuts("Conversation", [
    { keys: "c", label: "Write a message or a note", run: () => document.getElementById("composer-text")?.focus() },
  ]);

  return (
    <form
      aria-label="Write"
      onSubmit={form.onSubmit((values) => {
        if (!values.text.trim()) {
          form.setFieldError("text", "Write something first");
          return;
        }
        send.mutate(
          {
            channel: values.channel,
            direction: values.channel === "email" ? "out" : values.channel === "note" ? "internal" : values.direction,
            subject: values.channel === "email" ? values.subject || undefined : undefined,
            text: values.text,
          },
          { onError: (problem) => form.setErrors(problem.byField) },
        );
      })}
    >
      <Stack gap="xs">
        <Group gap="xs">
          <SegmentedControl
            aria-label="What to write"
            value={channel}
            onChange={(value) => form.setFieldValue("channel", value as MessageCreate["channel"])}
            data={Object.entries(channels).map(([value, { label }]) => ({ value, label, disabled: value === "email" && !canMail }))}
          />
          {(channel === "call" || channel === "dm") && (
            <SegmentedControl
              aria-label="Who began"
              value={direction}
              onChange={(value) => form.setFieldValue("direction", value as "in" | "out")}
              data={[{ value: "in", label: "From the creator" }, { value: "out", label: "From us" }]}
            />
          )}
        </Group>
        {channel === "email" && <TextInput aria-label="Subject" placeholder="Subject" {...form.getInputProps("subject")} />}
        <Textarea id="composer-text" aria-label={channels[channel].placeholder} placeholder={channels[channel].placeholder} autosize minRows={2} maxRows={14} {...form.getInputProps("text")} />
        {!canMail && refused && <span className="soft">{refused}</span>}
        <ProblemNotice problem={send.error} shownFields={["text", "subject"]} />
        <Group justify="flex-end">
          <Button type="submit" size="xs" loading={send.isPending}>{channels[channel].verb}</Button>
        </Group>
      </Stack>
    </form>
  );
}
