import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { PartnershipBatchCommand, PartnershipBatchCreate, PartnershipFilter } from "../../api/schema";
import { localInput } from "../../lib/time";
import { ProblemNotice } from "../Notice";

/** A command to many partnerships: those that were chosen one by one, or all that the list showed. */
export type BatchAsk = { command: PartnershipBatchCommand } & ({ ids: string[] } | { filter: PartnershipFilter; count: number });

const asks: Record<PartnershipBatchCommand, { verb: string; says: string }> = {
  pause: { verb: "Pause", says: "Timers that act are held until somebody resumes them. Deadlines that others rely on go on, and say so." },
  snooze: { verb: "Pause", says: "Timers that act are held until the time you choose, then go on by themselves. Deadlines that others rely on go on." },
  resume: { verb: "Resume", says: "What was held goes on: mails that are due are sent to creators. This cannot be taken back." },
};

/** Says what will happen to how many, and lets it happen. */
export default function BatchDialog({ ask, onClose, onMade }: { ask: BatchAsk; onClose: () => void; onMade: (id: string) => void }) {
  const { command } = ask;
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState(() => localInput(new Date(Date.now() + 86_400_000)));
  const n = "ids" in ask ? ask.ids.length : ask.count;
  const many = `${n.toLocaleString("en")} ${n === 1 ? "partnership" : "partnerships"}`;
  const act = useAct({
    run: (create: PartnershipBatchCreate, key) => body(api.POST("/v1/partnership-batches", { params: { header: { "Idempotency-Key": key } }, body: create })),
    then: ({ id }) => onMade(id),
    touches: ["partnership"],
  });
  const fields = act.error?.byField ?? {};
  return (
    <Modal opened onClose={onClose} title={`${asks[command].verb} ${many}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate({
            command,
            reason: reason.trim() || undefined,
            until: command === "snooze" ? new Date(until).toISOString() : undefined,
            ...("ids" in ask ? { partnership_ids: ask.ids } : { filter: ask.filter, count: ask.count }),
          });
        }}
      >
        <Stack>
          <p style={{ margin: 0 }}>{asks[command].says}</p>
          <p className="soft" style={{ margin: 0 }}>Each partnership decides by itself. One that cannot do this stays as it is, and you see which and why.</p>
          {command === "snooze" && <TextInput label="Until" description="In your time zone" type="datetime-local" required value={until} onChange={(event) => setUntil(event.currentTarget.value)} error={fields.until} />}
          <Textarea label="Reason" description="Kept in the history of each" autosize minRows={2} maxLength={2000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={fields.reason} />
          <ProblemNotice problem={act.error} shownFields={["until", "reason"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Leave them as they are</Button>
            <Button type="submit" loading={act.isPending}>{asks[command].verb} {many}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
