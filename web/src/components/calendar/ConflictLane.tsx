import { Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconAlertTriangle, IconCheck, IconHandStop } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { conflictsQuery, type ConflictFilter } from "../../api/queries";
import type { Conflict } from "../../api/schema";
import { dateText } from "../../lib/time";
import { LoadingLines } from "../Loading";
import { LoadFailed, ProblemNotice } from "../Notice";
import { Section } from "../Page";
import { Chip } from "../StatusChip";
import classes from "./Calendar.module.css";

function Severity({ conflict: { severity, override } }: { conflict: Conflict }) {
  if (override) return <Chip tone="held" icon={<IconCheck size={13} aria-hidden />}>May stand</Chip>;
  if (severity === "block") return <Chip tone="danger" icon={<IconHandStop size={13} aria-hidden />}>Blocks</Chip>;
  return <Chip tone="attention" icon={<IconAlertTriangle size={13} aria-hidden />}>Warning</Chip>;
}

/** What stands in the way of the posts, with its cause in words, both sides, and who let it stand. */
export function ConflictLane({ filter }: { filter: ConflictFilter }) {
  const list = useQuery(conflictsQuery(filter));
  const [overriding, setOverriding] = useState<Conflict | null>(null);
  const items = list.data?.items;
  return (
    <Section title="Conflicts" flush>
      {list.error ? <LoadFailed error={list.error} retry={() => void list.refetch()} /> : !items ? <LoadingLines /> : items.length === 0 ? (
        <p className="soft" style={{ margin: 0, padding: "10px 14px" }}>Nothing stands in the way of a post in these days.</p>
      ) : (
        <ul className={classes.lane}>
          {items.map((conflict) => (
            <li key={conflict.key}>
              <Severity conflict={conflict} />
              <div className={classes.cause}>
                {conflict.words}
                <div className="soft">
                  <Link to="/partnerships/$id" params={{ id: conflict.partnership_id }}>{conflict.creator.name}, {conflict.campaign_name}</Link>
                  {conflict.other?.partnership_id && <> · <Link to="/partnerships/$id" params={{ id: conflict.other.partnership_id }}>{conflict.creator.name}, {conflict.other.campaign_name}</Link></>}
                  {conflict.override && <> · {conflict.override.by.name} let it stand on {dateText(conflict.override.at.slice(0, 10))}: {conflict.override.reason}</>}
                </div>
              </div>
              {conflict.may_override && <Button size="compact-sm" variant="default" aria-label={`Let it stand: ${conflict.words}`} onClick={() => setOverriding(conflict)}>Let it stand</Button>}
            </li>
          ))}
        </ul>
      )}
      {list.data?.next_cursor && <p className="soft" style={{ margin: 0, padding: "10px 14px" }}>There are more behind these: narrow the filters.</p>}
      {overriding && <OverrideDialog conflict={overriding} onClose={() => setOverriding(null)} />}
    </Section>
  );
}

function OverrideDialog({ conflict, onClose }: { conflict: Conflict; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const act = useAct({
    run: (what: { partnership_id: string; key: string; reason: string }, key) => body(api.POST("/v1/conflicts/override", { params: { header: { "Idempotency-Key": key } }, body: what })),
    done: "It may stand",
    close: onClose,
    touches: ["calendar"],
  });
  return (
    <Modal opened onClose={onClose} title="Let a conflict stand">
      <form onSubmit={(event) => { event.preventDefault(); act.mutate({ partnership_id: conflict.partnership_id, key: conflict.key, reason: reason.trim() }); }}>
        <Stack>
          <p style={{ margin: 0 }}>{conflict.words}</p>
          <Textarea label="Reason" description="Kept with your name" required data-autofocus autosize minRows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={act.error?.byField.reason} />
          <ProblemNotice problem={act.error} shownFields={["reason"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Cancel</Button>
            <Button type="submit" loading={act.isPending} disabled={reason.trim() === ""}>Let it stand</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
