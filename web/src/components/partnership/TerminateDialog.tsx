import { Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { terminationQuery } from "../../api/queries";
import type { Partnership, Termination, TerminationMoney } from "../../api/schema";
import { LoadingLines } from "../Loading";
import { Money } from "../Money";
import { LoadFailed, Notice, ProblemNotice } from "../Notice";
import { StatusChip } from "../StatusChip";
import classes from "./Deal.module.css";

// In the order in which they are asked about.
const groups: { title: string; of: TerminationMoney["outcome"][]; sum: "owed" | "falls" | "paid" }[] = [
  { title: "Is still paid", of: ["owed", "held"], sum: "owed" },
  { title: "Is not paid", of: ["falls_off", "revoked"], sum: "falls" },
  { title: "Was paid", of: ["paid"], sum: "paid" },
];

/** Ends a partnership: first what that does to its money and content, then the reason, then the command, which carries what was shown. */
export default function TerminateDialog({ partnership, onClose }: { partnership: Partnership; onClose: () => void }) {
  const { summary } = partnership;
  const [reason, setReason] = useState("");
  const preview = useQuery(terminationQuery(summary.id));
  // What was looked at is what is done; while it is read again, nothing can be.
  const shown = preview.isFetching ? undefined : preview.data;
  const act = useAct({
    run: (what: { reason: string; shown: string | undefined }, key) =>
      body(api.POST("/v1/partnerships/{id}/commands", { params: { path: { id: summary.id }, header: { "Idempotency-Key": key } }, body: { command: "terminate", ...what } })),
    done: "The partnership is ended",
    close: onClose,
    touches: ["partnership", "task", "payout", "contract", "review", "campaign"],
  });
  return (
    <Modal opened onClose={onClose} title={`End the partnership with ${summary.creator.name}`} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (shown?.allowed) act.mutate({ reason: reason.trim(), shown: shown.shown });
        }}
      >
        <Stack>
          {preview.error ? (
            <LoadFailed error={preview.error} retry={() => void preview.refetch()} />
          ) : shown ? <Effect effect={shown} /> : <LoadingLines lines={6} />}
          {shown?.allowed && (
            <Textarea
              label="Reason"
              description="Kept in the history; only your house reads it"
              required
              autosize
              minRows={2}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              error={act.error?.byField.reason}
            />
          )}
          <ProblemNotice problem={act.error} shownFields={["reason"]} />
          {act.error?.code === "changed_since" && <Button variant="light" onClick={() => { act.reset(); void preview.refetch(); }}>Look at it again</Button>}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Let it go on</Button>
            <Button type="submit" color="red" loading={act.isPending} disabled={!shown?.allowed}>End the partnership</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Effect({ effect }: { effect: Termination }) {
  const { allowed, reason, money, content, words, freed } = effect;
  if (!allowed) return <Notice tone="attention" title="It cannot be ended now">{reason ?? "The present state does not allow it."}</Notice>;
  return (
    <section aria-label="What this does">
      {groups.map(({ title, of, sum }) => {
        const list = money.filter(({ outcome }) => of.includes(outcome));
        const total = effect[sum];
        return list.length > 0 && (
          <section key={title} aria-label={title}>
            <div className={classes.line} style={{ margin: "12px 0 0" }}>
              <h3 style={{ margin: 0 }}>{title}</h3>
              {total && <strong><Money value={total} /></strong>}
            </div>
            <ul className={classes.rows}>
              {list.map((part) => (
                <li key={part.id}>
                  <div>
                    {part.payout_id ? <Link to="/payouts/$id" params={{ id: part.payout_id }}>{part.title}</Link> : part.title}
                    <div className={classes.small}>{part.words}</div>
                  </div>
                  <div className={classes.end}>
                    <Money value={part.amount} />
                    {part.payout_state && <StatusChip noun="payout" state={part.payout_state} />}
                  </div>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
      {money.length === 0 && <p className="soft" style={{ margin: 0 }}>No money is owed or was paid in this term.</p>}
      {freed && freed.amount > 0 && <p style={{ margin: "8px 0 0" }}><strong><Money value={freed} /></strong> of the campaign's budget are free again.</p>}
      {content.length > 0 && (
        <section aria-label="Content">
          <h3 style={{ margin: "12px 0 0" }}>Content</h3>
          <ul className={classes.words}>
            {content.map(({ deliverable_id, title, words: line }) => <li key={deliverable_id}><strong>{title}:</strong> {line}</li>)}
          </ul>
        </section>
      )}
      <section aria-label="What else happens">
        <h3 style={{ margin: "12px 0 0" }}>What else happens</h3>
        <ul className={classes.words}>
          {words.map((line) => <li key={line}>{line}</li>)}
        </ul>
      </section>
    </section>
  );
}
