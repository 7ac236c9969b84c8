import { Button, CopyButton, Group, Modal, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { tokensQuery } from "../../api/queries";
import type { Token, TokenCreate } from "../../api/schema";
import { columns, DataTable } from "../../components/DataTable";
import { EmptyState, Notice, ProblemNotice } from "../../components/Notice";
import { Page } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";
import { exactText } from "../../lib/time";

export const Route = createFileRoute("/_app/settings/tokens")({ component: Tokens });

function Tokens() {
  const tokens = useQuery(tokensQuery);
  const [making, setMaking] = useState(false);
  const [asked, setAsked] = useState<Token>();
  const revoke = useAct({
    run: ({ id }: Token) => body(api.DELETE("/v1/tokens/{id}", { params: { path: { id } } })),
    done: "Token revoked",
    close: () => setAsked(undefined),
    touches: ["token"],
  });
  const cols = columns<Token>([
    { id: "name", header: "Name", cell: ({ name }) => <strong>{name}</strong> },
    { id: "made", header: "Made", cell: ({ created_at }) => <RelativeTime at={created_at} inList /> },
    { id: "used", header: "Last used", cell: ({ last_used_at }) => (last_used_at ? <RelativeTime at={last_used_at} inList /> : <span className="soft">Never</span>) },
    { id: "ends", header: "Ends", cell: ({ expires_at }) => (expires_at ? <RelativeTime at={expires_at} inList /> : <span className="soft">Never</span>) },
    { id: "do", header: "Change", cell: (token) => <Button size="compact-sm" variant="default" aria-label={`Revoke ${token.name}`} onClick={() => setAsked(token)}>Revoke</Button> },
  ]);
  const make = <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>Make a token</Button>;
  return (
    <Page title="API tokens" under="For programs that act as you, with your roles." actions={make} narrow>
      <DataTable
        label="API tokens"
        columns={cols}
        rows={tokens.data?.items}
        rowId={({ id }) => id}
        error={tokens.error}
        retry={() => void tokens.refetch()}
        empty={<EmptyState icon={IconKey} title="You have no API token" action={<Button variant="default" onClick={() => setMaking(true)}>Make the first token</Button>}>Make one for each program, so that one can be revoked alone.</EmptyState>}
      />
      {asked && (
        <Modal opened onClose={() => setAsked(undefined)} title={`Revoke ${asked.name}?`}>
          <Stack>
            <p style={{ margin: 0 }}>The program that has it is refused from now on, and needs a new one.</p>
            <ProblemNotice problem={revoke.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setAsked(undefined)}>Keep it</Button>
              <Button color="red" loading={revoke.isPending} onClick={() => revoke.mutate(asked)}>Revoke token</Button>
            </Group>
          </Stack>
        </Modal>
      )}
      {making && <MakeToken onClose={() => setMaking(false)} />}
    </Page>
  );
}

function MakeToken({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [days, setDays] = useState("90");
  const [opened] = useState(() => Date.now());
  const ends = days === "" ? undefined : new Date(opened + Number(days) * 86_400_000);
  const make = useAct({
    run: (what: TokenCreate, key) => body(api.POST("/v1/tokens", { params: { header: { "Idempotency-Key": key } }, body: what })),
    touches: ["token"],
  });
  return (
    <Modal opened onClose={onClose} title="Make a token" closeOnClickOutside={!make.data}>
      {make.data ? (
        <Stack>
          <Notice tone="attention" title="Copy it now" role="status">
            It is not shown again. Whoever has it can act as you{make.data.token.expires_at ? `, until ${exactText(new Date(make.data.token.expires_at))}` : ""}.
          </Notice>
          <TextInput label="Token" readOnly value={make.data.secret} onFocus={(event) => event.currentTarget.select()} />
          <Group justify="flex-end">
            <CopyButton value={make.data.secret}>{({ copied, copy }) => <Button variant="default" onClick={copy}>{copied ? "Copied" : "Copy"}</Button>}</CopyButton>
            <Button onClick={onClose}>I have it</Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={(event) => { event.preventDefault(); make.mutate({ name, expires_at: ends?.toISOString() }); }}>
          <Stack>
            <TextInput label="Name" description="Which program it is for" required data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} error={make.error?.byField.name} />
            <NativeSelect
              label="Ends" value={days} onChange={(event) => setDays(event.currentTarget.value)} error={make.error?.byField.expires_at}
              data={[{ value: "30", label: "In 30 days" }, { value: "90", label: "In 90 days" }, { value: "365", label: "In a year" }, { value: "", label: "Never, until it is revoked" }]}
              description={ends ? `The program is refused from ${exactText(ends)} on` : "Whoever finds it can act as you for as long as nobody revokes it"}
            />
            <ProblemNotice problem={make.error} shownFields={["name", "expires_at"]} />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>Make none</Button>
              <Button type="submit" loading={make.isPending}>Make token</Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
