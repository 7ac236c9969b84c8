import { Button, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { components, Message } from "../../api/schema";
import { hasRole, useSession } from "../../lib/session";
import { MessageBody } from "../MessageBody";
import { ProblemNotice } from "../Notice";
import { Chip } from "../StatusChip";
import classes from "./MessageItem.module.css";

const touches = ["message", "thread", "partnership", "task"];

/** A mail that a machine wrote and a person has to look at: it is edited, sent, or skipped, and does nothing before. */
export function DraftCard({ message, partnershipId, brandId }: { message: Message; partnershipId: string; brandId: string }) {
  const session = useSession();
  const [editing, setEditing] = useState(false);
  const decide = useAct({
    run: (command: "let_mail_go" | "skip_mail", key) =>
      body(api.POST("/v1/partnerships/{id}/commands", {
        params: { path: { id: partnershipId }, header: { "Idempotency-Key": key } },
        body: { command, message_id: message.id },
      })),
    done: "Done. The thread shows what became of the mail.",
    touches,
  });
  const decides = hasRole(session, ["ops", "admin"], brandId);
  const edits = hasRole(session, ["ops"], brandId);
  return (
    <div>
      <Chip tone="attention" icon={<IconEye size={13} aria-hidden />}>Waits for a person to look at it</Chip>
      {editing ? (
        <EditDraft message={message} close={() => setEditing(false)} />
      ) : (
        <>
          <div className={classes.draft}><MessageBody message={message} /></div>
          <ProblemNotice problem={decide.error} />
          {decides && (
            <Group gap="xs" mt="xs">
              <Button size="compact-sm" loading={decide.isPending && decide.variables === "let_mail_go"} disabled={decide.isPending} onClick={() => decide.mutate("let_mail_go")}>Send it</Button>
              {edits && <Button size="compact-sm" variant="default" disabled={decide.isPending} onClick={() => setEditing(true)}>Edit</Button>}
              <Button size="compact-sm" variant="default" loading={decide.isPending && decide.variables === "skip_mail"} disabled={decide.isPending} onClick={() => decide.mutate("skip_mail")}>Skip this mail</Button>
            </Group>
          )}
        </>
      )}
    </div>
  );
}

function EditDraft({ message, close }: { message: Message; close: () => void }) {
  const [subject, setSubject] = useState(message.subject ?? "");
  const [text, setText] = useState(message.text ?? "");
  const save = useAct({
    run: (what: components["schemas"]["DraftEdit"]) => body(api.PATCH("/v1/messages/{id}", { params: { path: { id: message.id } }, body: what })),
    done: "Saved. It still waits until somebody sends it.",
    close,
    touches,
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
