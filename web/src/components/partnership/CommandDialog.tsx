import { Button, Group, Modal, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { Command, Partnership, PartnershipCommandKind } from "../../api/schema";
import { words } from "../../lib/states";
import { localInput } from "../../lib/time";
import { ProblemNotice } from "../Notice";

interface Ask {
  /** What it does, said before it is done. */
  says: string;
  verb: string;
  reason?: "needed" | "optional";
  until?: boolean;
  deliverable?: boolean;
}

// What each command asks before it is given. One that is not here is given at once.
const asks: Partial<Record<PartnershipCommandKind, Ask>> = {
  pause: { says: "Timers that act are held. Deadlines that others rely on go on, and say so.", verb: "Pause", reason: "optional" },
  snooze: { says: "Timers that act are held until the time you choose, then go on by themselves.", verb: "Snooze", until: true },
  log_reply: { says: "Use this when the creator answered outside of mail. It ends the outreach and opens the conversation.", verb: "Log the reply", reason: "optional" },
  mark_declined: { says: "Outreach stops. It can be started again after the cool-off.", verb: "Mark declined", reason: "optional" },
  withdraw_offer: { says: "The creator can no longer accept this offer, and its reserved budget is free again.", verb: "Withdraw offer", reason: "optional" },
  withdraw_contract: { says: "The contract can no longer be signed; you go back to negotiating.", verb: "Withdraw contract", reason: "optional" },
  start_again: { says: "Outreach begins again with the first mail of the sequence.", verb: "Start again" },
  waive_deliverable: { says: "The creator no longer owes this deliverable.", verb: "Waive deliverable", reason: "needed", deliverable: true },
  accept_deliverable: { says: "You accept the deliverable as it stands, without further checks.", verb: "Accept deliverable", reason: "optional", deliverable: true },
  retry_check: { says: "The post is fetched and checked again now.", verb: "Check again", deliverable: true },
  let_lapse: { says: "No next term is offered; the partnership ends when its term does.", verb: "Let it lapse", reason: "needed" },
};

/** Tomorrow at the same minute, in the form a local date and time field takes. */
function tomorrow(): string {
  return localInput(new Date(Date.now() + 86_400_000));
}

/** Says what a command does, asks for what it needs, and gives it. */
export default function CommandDialog({ command, partnership, onClose }: { command: Command; partnership: Partnership; onClose: () => void }) {
  const kind = command.command as PartnershipCommandKind;
  const ask: Ask = asks[kind] ?? { says: "The partnership answers at once whether it accepts this.", verb: command.label };
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState(tomorrow);
  const fitting = partnership.deliverables.filter(({ id }) => command.fits?.includes(id));
  const [deliverableId, setDeliverableId] = useState<string | null>(fitting.length === 1 ? (fitting[0]?.id ?? null) : null);
  const deliverable = fitting.find(({ id }) => id === deliverableId);

  const act = useAct({
    run: (what: { reason: string; until: string | undefined; deliverable_id: string | undefined }, key) =>
      body(api.POST("/v1/partnerships/{id}/commands", {
        params: { path: { id: partnership.summary.id }, header: { "Idempotency-Key": key } },
        body: { command: kind, ...what, reason: what.reason || undefined },
      })),
    done: `${command.label}: done`,
    close: onClose,
    touches: ["partnership", "task", "payout", "contract", "review"],
  });
  const fields = act.error?.byField ?? {};

  return (
    <Modal opened onClose={onClose} title={command.label}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate({
            reason,
            until: ask.until ? new Date(until).toISOString() : undefined,
            deliverable_id: ask.deliverable ? deliverable?.id : undefined,
          });
        }}
      >
        <Stack>
          <p style={{ margin: 0 }}>{ask.says}</p>
          {ask.deliverable && (
            <Select
              label="Deliverable"
              required
              value={deliverableId}
              onChange={setDeliverableId}
              data={fitting.map(({ id, title, state }) => ({ value: id, label: `${title} (${words(state).toLowerCase()})` }))}
              error={fields.deliverable_id}
            />
          )}
          {ask.until && <TextInput label="Until" description="In your time zone" type="datetime-local" required value={until} onChange={(event) => setUntil(event.currentTarget.value)} error={fields.until} />}
          {ask.reason && (
            <Textarea
              label="Reason"
              description="Kept in the history"
              required={ask.reason === "needed"}
              autosize
              minRows={2}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              error={fields.reason}
            />
          )}
          <ProblemNotice problem={act.error} shownFields={["reason", "until", "deliverable_id"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Cancel</Button>
            <Button type="submit" loading={act.isPending}>{ask.verb}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
