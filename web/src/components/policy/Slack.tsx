import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { slackQuery } from "../../api/queries";
import type { SlackChannel, SlackSet } from "../../api/schema";
import { LoadingLines } from "../Loading";
import { LoadFailed, Notice, ProblemNotice } from "../Notice";
import { Section } from "../Page";
import { RelativeTime } from "../RelativeTime";

/** Whether reviews are also told in a Slack channel, and connecting one. */
export function Slack({ brandId }: { brandId: string }) {
  const slack = useQuery(slackQuery(brandId));
  return (
    <Section title="Slack">
      {slack.error && !slack.data ? <LoadFailed error={slack.error} retry={() => void slack.refetch()} /> : !slack.data ? <LoadingLines lines={2} /> : (
        // Connecting or disconnecting begins the form anew.
        <Channel key={slack.data.since ?? "none"} brandId={brandId} slack={slack.data} />
      )}
    </Section>
  );
}

function Channel({ brandId, slack: { connected, since, last_error } }: { brandId: string; slack: SlackChannel }) {
  const [address, setAddress] = useState("");
  const [changing, setChanging] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const set = useAct({
    run: (what: SlackSet, key) => body(api.PUT("/v1/brands/{id}/slack", { params: { path: { id: brandId }, header: { "Idempotency-Key": key } }, body: what })),
    done: "Slack is connected",
    close: () => {
      setAddress("");
      setChanging(false);
    },
    touches: ["brand"],
  });
  return (
    <Stack gap="sm">
      {connected ? (
        <Group justify="space-between">
          <span>Connected {since && <>since <RelativeTime at={since} /></>}. Reviews that open, run late or are decided are also told in the channel.</span>
          <Group gap="xs">
            {!changing && <Button variant="default" size="xs" onClick={() => setChanging(true)}>Connect another channel</Button>}
            <Button variant="default" size="xs" onClick={() => setLeaving(true)}>Disconnect…</Button>
          </Group>
        </Group>
      ) : <p style={{ margin: 0 }}>Reviews that open, run late or are decided can also be told in a Slack channel. Nobody decides there: a message leads to the review.</p>}
      {connected && last_error && <Notice tone="attention" title="The last message did not arrive">{last_error}. If the webhook was removed in Slack, make another one and connect it.</Notice>}
      {(!connected || changing) && (
        <form noValidate onSubmit={(event) => { event.preventDefault(); set.mutate({ webhook_url: address.trim() }); }}>
          <Stack gap="sm">
            <TextInput
              label="Address of the incoming webhook" type="url" required autoComplete="off" placeholder="https://hooks.slack.com/services/…"
              description="In Slack: your app, Incoming Webhooks, Add New Webhook to Workspace. Whoever has the address can write to the channel, so it is never shown again."
              value={address} onChange={(event) => setAddress(event.currentTarget.value)} error={set.error?.byField.webhook_url}
            />
            <ProblemNotice problem={set.error} shownFields={["webhook_url"]} />
            <Group>
              <Button type="submit" loading={set.isPending} disabled={address.trim() === ""}>Connect</Button>
              {changing && <Button variant="default" onClick={() => setChanging(false)}>Leave it as it is</Button>}
            </Group>
          </Stack>
        </form>
      )}
      {leaving && <Disconnect brandId={brandId} onClose={() => setLeaving(false)} />}
    </Stack>
  );
}

function Disconnect({ brandId, onClose }: { brandId: string; onClose: () => void }) {
  const leave = useAct({
    run: (what: SlackSet, key) => body(api.PUT("/v1/brands/{id}/slack", { params: { path: { id: brandId }, header: { "Idempotency-Key": key } }, body: what })),
    done: "Slack is disconnected",
    close: onClose,
    touches: ["brand"],
  });
  return (
    <Modal opened onClose={onClose} title="Disconnect Slack">
      <form onSubmit={(event) => { event.preventDefault(); leave.mutate({}); }}>
        <Stack>
          <p style={{ margin: 0 }}>No review is told in the channel any more, and the address is forgotten. Mails and tasks go on.</p>
          <ProblemNotice problem={leave.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Stay connected</Button>
            <Button type="submit" color="red" loading={leave.isPending}>Disconnect</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
