import { Button, Group, Modal, Select, Stack, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { revocationQuery } from "../../api/queries";
import type { Deliverable, Revocation } from "../../api/schema";
import { lookOf } from "../../lib/states";
import { exactText } from "../../lib/time";
import { LoadingLines } from "../Loading";
import { Money } from "../Money";
import { LoadFailed, Notice, ProblemNotice } from "../Notice";
import { RelativeTime } from "../RelativeTime";
import { StatusChip } from "../StatusChip";
import classes from "./Deal.module.css";

/** Takes back an approval: first what that would do now, then the reason, then the command. */
export default function RevokeDialog({ partnershipId, deliverables, onClose }: { partnershipId: string; deliverables: Deliverable[]; onClose: () => void }) {
  const [chosen, setChosen] = useState<string | null>(deliverables.length === 1 ? (deliverables[0]?.id ?? null) : null);
  const [reason, setReason] = useState("");
  const deliverable = deliverables.find(({ id }) => id === chosen);
  const preview = useQuery({ ...revocationQuery(chosen ?? ""), enabled: chosen !== null });
  // What was looked at is what is revoked; while it is read again, nothing can be.
  const shown = preview.isFetching ? undefined : preview.data;
  const act = useAct({
    run: (what: { deliverable_id: string; submission_id: string | undefined; reason: string }, key) =>
      body(api.POST("/v1/partnerships/{id}/commands", { params: { path: { id: partnershipId }, header: { "Idempotency-Key": key } }, body: { command: "revoke_approval", ...what } })),
    done: "The approval is taken back",
    close: onClose,
    touches: ["partnership", "review", "payout", "task"],
  });
  const fields = act.error?.byField ?? {};
  return (
    <Modal opened onClose={onClose} title={deliverable ? `Revoke the approval of ${deliverable.title}` : "Revoke an approval"}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (deliverable && shown?.allowed) act.mutate({ deliverable_id: deliverable.id, submission_id: deliverable.submission_id, reason: reason.trim() });
        }}
      >
        <Stack>
          {deliverables.length > 1 && (
            <Select label="Deliverable" required value={chosen} onChange={setChosen} data={deliverables.map(({ id, title, state }) => ({ value: id, label: `${title} (${lookOf("deliverable", state).word.toLowerCase()})` }))} error={fields.deliverable_id} />
          )}
          {deliverables.length === 0 && <p className="soft" style={{ margin: 0 }}>No deliverable is approved now.</p>}
          {preview.error ? (
            <LoadFailed error={preview.error} retry={() => void preview.refetch()} />
          ) : chosen !== null && (shown ? <Consequences revocation={shown} /> : <LoadingLines lines={4} />)}
          {shown?.allowed && (
            <Textarea label="Reason" description="Kept in the history" required autosize minRows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={fields.reason} />
          )}
          <ProblemNotice problem={act.error} shownFields={["reason", "deliverable_id"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Leave it approved</Button>
            <Button type="submit" color="red" loading={act.isPending} disabled={!shown?.allowed}>Revoke approval</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Consequences({ revocation }: { revocation: Revocation }) {
  const { allowed, reason, holds, draft_due_at: due } = revocation;
  if (!allowed) return <Notice tone="attention" title="It cannot be revoked now">{reason ?? "The present state does not allow it."}</Notice>;
  return (
    <section aria-label="What this does">
      <h3 className={classes.small} style={{ margin: "0 0 4px" }}>What this does, once</h3>
      <ol className={classes.words}>
        {revocation.words.map((line) => <li key={line}>{line}</li>)}
      </ol>
      {holds.length > 0 ? (
        <ul className={classes.rows} aria-label="Money on hold">
          {holds.map((hold) => (
            <li key={hold.payout_id}>
              <div>
                <Link to="/payouts/$id" params={{ id: hold.payout_id }}>{hold.title}</Link>
                <div className={classes.small}>is put on hold</div>
              </div>
              <div className={classes.end}>
                <Money value={hold.amount} />
                {hold.payout_state && <StatusChip noun="payout" state={hold.payout_state} />}
              </div>
            </li>
          ))}
        </ul>
      ) : <p className="soft" style={{ margin: "8px 0 0" }}>No payment rests on it now.</p>}
      {due && <p style={{ margin: "8px 0 0" }}>A new draft is due <RelativeTime at={due} />, on {exactText(new Date(due))}.</p>}
    </section>
  );
}
