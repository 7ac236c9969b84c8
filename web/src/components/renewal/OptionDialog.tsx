import { Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { renewalQuery } from "../../api/queries";
import type { Option, OptionExercise, RenewalPacket } from "../../api/schema";
import { dayText, exactText } from "../../lib/time";
import { LoadingLines } from "../Loading";
import { Money } from "../Money";
import { LoadFailed, Notice, ProblemNotice } from "../Notice";
import { Facts } from "../Page";
import { RelativeTime } from "../RelativeTime";

/** Takes the next term by the option that both have signed. */
export default function OptionDialog({ partnershipId, onClose }: { partnershipId: string; onClose: () => void }) {
  const packet = useQuery(renewalQuery(partnershipId));
  return (
    <Modal opened onClose={onClose} title="Use the option to renew">
      {packet.data?.renewal.option ? (
        <Form packet={packet.data} option={packet.data.renewal.option} onClose={onClose} />
      ) : packet.error ? (
        <LoadFailed error={packet.error} retry={() => void packet.refetch()} />
      ) : packet.data ? (
        <Notice tone="attention" title="There is no option">The contract of this term gives none. Offer a renewal instead.</Notice>
      ) : (
        <LoadingLines />
      )}
    </Modal>
  );
}

function Form({ packet: { renewal, terms }, option, onClose }: { packet: RenewalPacket; option: Option; onClose: () => void }) {
  const [override, setOverride] = useState("");
  const act = useAct({
    run: (what: OptionExercise, key) => body(api.POST("/v1/partnerships/{id}/option", { params: { path: { id: renewal.partnership_id }, header: { "Idempotency-Key": key } }, body: what })),
    done: "The next term is agreed; its budget is reserved",
    close: onClose,
    touches: ["partnership", "campaign", "contract", "task", "calendar"],
  });
  const creator = renewal.creator.name;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        act.mutate({ fee: option.fee, override_reason: override.trim() || undefined });
      }}
    >
      <Stack>
        <p style={{ margin: 0 }}>
          {creator} has agreed to this by signing contract {renewal.number}: another term of {terms.duration_days} days with the same deliverables. It is agreed at once, and cannot be taken back.
        </p>
        <Facts
          facts={[
            ["Fee of the next term", <Money key="fee" value={option.fee} />],
            ["It begins", `on ${dayText(new Date(renewal.ends_at))}, when this term ends`],
            ["Last day of the option", <span key="by"><RelativeTime at={option.ends_at} />, {exactText(new Date(option.ends_at))}</span>],
          ]}
        />
        <ul style={{ margin: 0, paddingLeft: 18 }}>
          <li>The fee is reserved from the campaign’s budget now.</li>
          <li>{creator} gets a mail that says so, and is not asked.</li>
          <li>The next term’s contract is drafted when this term ends, for both to sign. It has no option unless you agree on one.</li>
          {renewal.state === "offered" && <li>The renewal offer that is out is withdrawn.</li>}
        </ul>
        <ProblemNotice problem={act.error} />
        {(act.error?.code === "conflict" || override) && (
          <Textarea label="Why its conflicts may stand" description="Only legal and admins let stand what blocks; kept with your name" autosize minRows={2} maxLength={1000} value={override} onChange={(event) => setOverride(event.currentTarget.value)} />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>Not now</Button>
          <Button type="submit" loading={act.isPending}>Use the option</Button>
        </Group>
      </Stack>
    </form>
  );
}
