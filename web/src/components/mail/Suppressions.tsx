import { Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconMailCheck, IconSearchOff } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { suppressionsQuery } from "../../api/queries";
import type { Suppression } from "../../api/schema";
import { hasRole, houseRoles, useSession } from "../../lib/session";
import { columns, DataTable, TwoLines } from "../DataTable";
import { Downloads } from "../Downloads";
import { SearchInput } from "../Filters";
import { EmptyState, ProblemNotice } from "../Notice";
import { Section } from "../Page";
import { RelativeTime } from "../RelativeTime";

const reasons: Record<Suppression["reason"], { why: string; stops: string }> = {
  unsubscribe: { why: "Asked for no more invitations", stops: "Mail of sequences stops; mail about a contract still goes." },
  bounce: { why: "Mail comes back", stops: "No mail is sent to the address at all." },
  complaint: { why: "Reported our mail as spam", stops: "No mail is sent to the address at all." },
  manual: { why: "Entered by a person", stops: "Mail of sequences stops; mail about a contract still goes." },
};

/** Addresses that get no mail, and letting mail through again. */
export function Suppressions({ brand }: { brand: string | undefined }) {
  const session = useSession();
  const [q, setQ] = useState<string>();
  const [cursor, setCursor] = useState<string>();
  const [lifting, setLifting] = useState<Suppression>();
  const list = useQuery(suppressionsQuery({ brand_id: brand, q, cursor, limit: 20 }));
  const cols = columns<Suppression>([
    { id: "email", header: "Address", cell: ({ email, creator }) => (creator ? <><Link to="/creators/$id" params={{ id: creator.id }}>{creator.name}</Link><div className="soft">{email}</div></> : <span>{email}</span>) },
    { id: "why", header: "Why", cell: ({ reason }) => <TwoLines first={reasons[reason].why} second={reasons[reason].stops} /> },
    { id: "brand", header: "For", cell: ({ brand_name }) => brand_name ?? "All brands" },
    { id: "at", header: "Since", cell: ({ at }) => <RelativeTime at={at} inList /> },
    {
      id: "do", header: "Change",
      cell: (row) => hasRole(session, ["admin"], row.brand_id) && <Button size="compact-sm" variant="default" aria-label={`Let mail through to ${row.email} again`} onClick={() => setLifting(row)}>Let mail through again…</Button>,
    },
  ]);
  return (
    <Section title="Addresses that get no mail" actions={(
        <>
          <SearchInput label="Search addresses" value={q} onChange={(value) => { setQ(value); setCursor(undefined); }} />
          {hasRole(session, houseRoles, brand) && <Downloads small path="/v1/suppressions/export" query={{ brand_id: brand, q }} as={["csv", "xlsx"]} />}
        </>
      )} flush>
      <DataTable
        label="Addresses that get no mail"
        columns={cols}
        rows={list.data?.items}
        rowId={({ id }) => id}
        error={list.error}
        retry={() => void list.refetch()}
        flush
        empty={q ? <EmptyState icon={IconSearchOff} title="No address matches">Search for another part of it.</EmptyState> : (
          <EmptyState icon={IconMailCheck} title="Every address gets mail">Whoever unsubscribes, complains or cannot be reached appears here by themselves.</EmptyState>
        )}
      />
      {(cursor ?? list.data?.next_cursor) && (
        <Group gap="xs" p="xs" justify="flex-end">
          {cursor && <Button variant="default" size="xs" onClick={() => setCursor(undefined)}>First page</Button>}
          {list.data?.next_cursor && <Button variant="default" size="xs" onClick={() => setCursor(list.data.next_cursor)}>Next page</Button>}
        </Group>
      )}
      {lifting && <Lift suppression={lifting} onClose={() => setLifting(undefined)} />}
    </Section>
  );
}

function Lift({ suppression, onClose }: { suppression: Suppression; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const lift = useAct({
    run: (why: string, key) => body(api.POST("/v1/suppressions/{id}/lift", { params: { path: { id: suppression.id }, header: { "Idempotency-Key": key } }, body: { reason: why } })),
    done: `Mail to ${suppression.email} goes out again`,
    close: onClose,
    touches: ["mail", "creator", "partnership"],
  });
  return (
    <Modal opened onClose={onClose} title="Let mail through again">
      <form onSubmit={(event) => { event.preventDefault(); lift.mutate(reason); }}>
        <Stack>
          <p style={{ margin: 0 }}>
            <strong>{suppression.email}</strong>: {reasons[suppression.reason].why.toLowerCase()}, <RelativeTime at={suppression.at} />.
            {" "}Mail to whoever asked for none may be against the law, and harms the mailbox. Nothing that was stopped is sent by this; new mail goes out.
          </p>
          <Textarea label="Why" description="Kept with your name" required data-autofocus autosize minRows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={lift.error?.byField.reason} />
          <ProblemNotice problem={lift.error} shownFields={["reason"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Keep it stopped</Button>
            <Button type="submit" loading={lift.isPending} disabled={!reason.trim()}>Let mail through</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
