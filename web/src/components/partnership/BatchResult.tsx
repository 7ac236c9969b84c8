import { Button, Group, Modal, Progress, Stack } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { partnershipBatchQuery } from "../../api/queries";
import type { PartnershipBatchCommand } from "../../api/schema";
import { LoadingLines } from "../Loading";
import { LoadFailed, ProblemNotice } from "../Notice";

const did: Record<PartnershipBatchCommand, { doing: string; done: string }> = {
  pause: { doing: "Pausing", done: "paused" },
  snooze: { doing: "Pausing", done: "paused until then" },
  resume: { doing: "Resuming", done: "resumed" },
};

/** What became of a command to many partnerships so far: how many took it, and which refused and why. */
export default function BatchResult({ id, onClose, onUndone }: { id: string; onClose: () => void; onUndone: (id: string) => void }) {
  const query = useInfiniteQuery(partnershipBatchQuery(id));
  const undo = useAct({
    run: (undoes: string, key) => body(api.POST("/v1/partnership-batches", { params: { header: { "Idempotency-Key": key } }, body: { command: "resume", undoes } })),
    then: (batch) => onUndone(batch.id),
    touches: ["partnership"],
  });
  const pages = query.data?.pages ?? [];
  const [batch] = pages;
  if (!batch) {
    return (
      <Modal opened onClose={onClose} title="Many partnerships">
        {query.error ? <LoadFailed error={query.error} retry={() => void query.refetch()} /> : <LoadingLines lines={3} />}
      </Modal>
    );
  }
  const { total, done, refused, pending } = batch;
  const items = pages.flatMap((page) => page.items);
  const { doing, done: words } = did[batch.command];
  const number = (n: number) => n.toLocaleString("en");
  return (
    <Modal opened onClose={onClose} title={pending > 0 ? `${doing} ${number(total)} partnerships` : `${number(done)} of ${number(total)} ${words}`}>
      <Stack>
        {pending > 0 && <Progress value={(100 * (total - pending)) / total} aria-label="Answered" />}
        <p role="status" style={{ margin: 0 }}>
          {number(done)} {words}{refused > 0 && `, ${number(refused)} stayed as ${refused === 1 ? "it was" : "they were"}`}{pending > 0 && `, ${number(pending)} ${pending === 1 ? "has" : "have"} not answered yet`}.
          {pending > 0 && " It goes on by itself, also when you close this."}
        </p>
        {items.length > 0 && (
          <section aria-label="Stayed as they were">
            <ul style={{ margin: 0, paddingLeft: 18, maxHeight: 320, overflowY: "auto" }}>
              {items.map(({ partnership_id, creator_name, campaign_name, reason }) => (
                <li key={partnership_id}>
                  <Link to="/partnerships/$id" params={{ id: partnership_id }}>{creator_name}</Link>, {campaign_name}
                  <div className="soft">{reason}</div>
                </li>
              ))}
            </ul>
            {query.hasNextPage && (
              <Button mt="xs" size="xs" variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>Show more of the {number(refused)}</Button>
            )}
          </section>
        )}
        <ProblemNotice problem={undo.error} />
        <Group justify="flex-end">
          {batch.may_undo && <Button variant="default" loading={undo.isPending} onClick={() => undo.mutate(id)}>Resume what this paused</Button>}
          <Button onClick={onClose}>Back to the list</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
