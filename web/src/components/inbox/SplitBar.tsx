import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { Thread } from "../../api/schema";
import { ProblemNotice } from "../Notice";

/** Stands in for the field to write in while messages are chosen that get a thread of their own. */
export function SplitBar({ thread, chosen, onSplit, onClose }: { thread: Thread; chosen: string[]; onSplit: (made: string) => void; onClose: () => void }) {
  const [subject, setSubject] = useState("");
  const split = useAct({
    run: (what: { message_ids: string[]; subject: string }, key) =>
      body(api.POST("/v1/threads/{id}/split", { params: { path: { id: thread.id }, header: { "Idempotency-Key": key } }, body: what })),
    done: ({ subject }) => `They are in a thread of their own now: “${subject}”`,
    close: onClose,
    then: ({ id }) => onSplit(id),
    touches: ["thread", "message", "partnership"],
  });
  return (
    <form
      aria-label="Split the thread"
      onSubmit={(event) => {
        event.preventDefault();
        split.mutate({ message_ids: chosen, subject: subject.trim() });
      }}
    >
      <Stack gap="xs">
        <strong role="status">
          {chosen.length === 0 ? "Choose the messages that get a thread of their own" : `${chosen.length} ${chosen.length === 1 ? "message" : "messages"} chosen`}
        </strong>
        <TextInput label="Subject of the new thread" required maxLength={200} value={subject} onChange={(event) => setSubject(event.currentTarget.value)} error={split.error?.byField.subject} />
        <ProblemNotice problem={split.error} shownFields={["subject"]} />
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" onClick={onClose}>Keep them here</Button>
          <Button size="xs" type="submit" loading={split.isPending} disabled={chosen.length === 0 || subject.trim() === ""}>Move them</Button>
        </Group>
      </Stack>
    </form>
  );
}
