import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { Partnership } from "../../api/schema";
import { hasRole, useSession } from "../../lib/session";
import { exactText, localInput } from "../../lib/time";
import { ProblemNotice } from "../Notice";
import { Section } from "../Page";

/** The product that drafts wait for: the parcels on their way, and when it arrived. Nothing where no draft waits for one. */
export function Product({ partnership }: { partnership: Partnership }) {
  const session = useSession();
  const { summary, shipments = [], product_delivered_at: delivered } = partnership;
  if (!partnership.deliverables.some(({ draft_after: after }) => after)) return null;
  const editable = summary.stage === "active" && hasRole(session, ["ops", "admin"], summary.brand_id);
  return (
    <Section title="Product">
      <Stack gap="xs">
        <p style={{ margin: 0 }}>
          {delivered ? <>Arrived {exactText(new Date(delivered))}. The dates are counted from then.</> : "It has not arrived yet. The time for what waits for it begins when it has."}
        </p>
        {shipments.map(({ id, carrier, reference, delivered_at: at }) => (
          <div key={id} style={{ overflowWrap: "anywhere" }}>
            {carrier || "Parcel"} {reference} <span className="soft">{at ? `delivered ${exactText(new Date(at))}, says the carrier` : "on its way"}</span>
          </div>
        ))}
        {editable && <Parcel partnershipId={summary.id} />}
        {editable && <Arrived partnershipId={summary.id} delivered={delivered} />}
      </Stack>
    </Section>
  );
}

function Parcel({ partnershipId }: { partnershipId: string }) {
  const [reference, setReference] = useState("");
  const [carrier, setCarrier] = useState("");
  const add = useAct({
    run: (what: { reference: string; carrier: string | undefined }, key) => body(api.POST("/v1/partnerships/{id}/shipments", { params: { path: { id: partnershipId }, header: { "Idempotency-Key": key } }, body: what })),
    done: "Saved",
    then: () => { setReference(""); setCarrier(""); },
    touches: ["partnership"],
  });
  return (
    <form aria-label="Add a parcel" onSubmit={(event) => { event.preventDefault(); add.mutate({ reference: reference.trim(), carrier: carrier.trim() || undefined }); }}>
      <Group align="flex-end" gap="xs">
        <TextInput label="Number on the parcel" required maxLength={200} value={reference} onChange={(event) => setReference(event.currentTarget.value)} error={add.error?.byField.reference} />
        <TextInput label="Carrier" maxLength={200} value={carrier} onChange={(event) => setCarrier(event.currentTarget.value)} error={add.error?.byField.carrier} />
        <Button type="submit" variant="default" loading={add.isPending}>Add</Button>
      </Group>
      <ProblemNotice problem={add.error} shownFields={["reference", "carrier"]} />
    </form>
  );
}

function Arrived({ partnershipId, delivered }: { partnershipId: string; delivered: string | undefined }) {
  const [at, setAt] = useState(() => localInput(delivered ? new Date(delivered) : new Date()));
  const note = useAct({
    run: (what: { delivered_at: string }, key) => body(api.POST("/v1/partnerships/{id}/delivery", { params: { path: { id: partnershipId }, header: { "Idempotency-Key": key } }, body: what })),
    done: "Noted; the dates are counted from then",
    touches: ["partnership", "task", "calendar"],
  });
  return (
    <form aria-label="Note the delivery" onSubmit={(event) => { event.preventDefault(); note.mutate({ delivered_at: new Date(at).toISOString() }); }}>
      <Group align="flex-end" gap="xs">
        <TextInput type="datetime-local" label="Product delivered on" description="In your time zone" required value={at} onChange={(event) => setAt(event.currentTarget.value)} error={note.error?.byField.delivered_at} />
        <Button type="submit" variant={delivered ? "default" : "filled"} loading={note.isPending}>{delivered ? "Put it right" : "It has arrived"}</Button>
      </Group>
      <ProblemNotice problem={note.error} shownFields={["delivered_at"]} />
    </form>
  );
}
