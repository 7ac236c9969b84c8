import { Button, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { components, Message } from "../../api/schema";
import { ProblemNotice } from "../Notice";

/** The fields of a mail that waits for a person to look at it. */
export default function EditDraft({ message, close }: { message: Message; close: () => void }) {
  // What the person started from: a change made by somebody else meanwhile must not slip in unseen.
  const [version] = useState(message.version);
  const [subject, setSubject] = useState(message.subject ?? "");
  const [text, setText] = useState(message.text ?? "");
  const save = useAct({
    run: (what: components["schemas"]["DraftEdit"]) => body(api.PATCH("/v1/messages/{id}", { params: { path: { id: message.id }, header: { "If-Match": `"${version}"` } }, body: what })),
    done: "Saved. It still waits until somebody sends it.",
    close,
    touches: ["message", "thread", "partnership"],
  });
  const errors = save.error?.byField ?? {};
  return (
    <form
      aria-label="Edit the mail"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ subject, text });
      }}
    >
      <Stack gap="xs" mt="xs">
        <TextInput label="Subject" required maxLength={200} value={subject} onChange={(event) => setSubject(event.currentTarget.value)} error={errors.subject} />
        <Textarea label="Text" required autosize minRows={4} maxRows={18} value={text} onChange={(event) => setText(event.currentTarget.value)} error={errors.text} />
        <ProblemNotice problem={save.error} shownFields={["subject", "text"]} />
        <Group justify="flex-end" gap="xs">
          <Button size="compact-sm" variant="default" onClick={close}>Discard changes</Button>
          <Button size="compact-sm" type="submit" loading={save.isPending}>Save</Button>
        </Group>
      </Stack>
    </form>
  );
}
