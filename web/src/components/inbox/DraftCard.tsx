import { Button, Group } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { Message } from "../../api/schema";
import { hasRole, useSession } from "../../lib/session";
import { MessageBody } from "../MessageBody";
import { ProblemNotice } from "../Notice";
import { Chip } from "../StatusChip";
import classes from "./MessageItem.module.css";

const EditDraft = lazy(() => import("./EditDraft"));

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
    touches: ["message", "thread", "partnership", "task"],
  });
  const decides = hasRole(session, ["ops", "admin"], brandId);
  const edits = hasRole(session, ["ops"], brandId);
  return (
    <div>
      <Chip tone="attention" icon={<IconEye size={13} aria-hidden />}>Waits for a person to look at it</Chip>
      {editing ? (
        <Suspense><EditDraft message={message} close={() => setEditing(false)} /></Suspense>
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
