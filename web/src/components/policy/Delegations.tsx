import { Button, Group, Modal, NativeSelect, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { IconArrowsExchange, IconPlus } from "@tabler/icons-react";
import { useEffect, useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { delegationsQuery } from "../../api/queries";
import type { Delegation, DelegationCreate } from "../../api/schema";
import { hasRole, useSession } from "../../lib/session";
import { dayText } from "../../lib/time";
import { columns, DataTable } from "../DataTable";
import { EmptyState, ProblemNotice } from "../Notice";
import { Page } from "../Page";
import { RelativeTime } from "../RelativeTime";
import { StatusChip } from "../StatusChip";
import { useWho } from "./who";
import { deciders } from "./words";

const order: Delegation["state"][] = ["running", "planned", "ended"];

/** Who decides for whom on content, and when; those who run now stand first. */
export function Delegations({ brand }: { brand: string | undefined }) {
  const session = useSession();
  const list = useQuery(delegationsQuery(brand));
  const [asked, setAsked] = useState<"new" | Delegation>();
  const rows = list.data && [...list.data.items].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  const brands = new Map(session?.brands.map(({ brand_id, brand_name }) => [brand_id, brand_name]));
  // Those who decide on nothing have nothing to hand over.
  const decides = hasRole(session, Object.keys(deciders) as (keyof typeof deciders)[], brand);
  const mine = (row: Delegation) => row.from.id === session?.user_id || row.to.id === session?.user_id || hasRole(session, ["admin"], row.brand_id);
  const cols = columns<Delegation>([
    { id: "who", header: "Decides", cell: ({ from, to }) => <span><strong>{to.name}</strong> for {from.name}</span> },
    { id: "state", header: "State", cell: ({ state }) => <StatusChip noun="delegation" state={state} />, phone: "head" },
    ...(brands.size > 1 ? [{ id: "brand", header: "At", cell: ({ brand_id }: Delegation) => brands.get(brand_id) ?? "" }] : []),
    { id: "from", header: "From", cell: ({ starts_at }) => <When at={starts_at} /> },
    { id: "until", header: "Until", cell: ({ ends_at }) => <When at={ends_at} /> },
    {
      id: "do", header: "Change",
      cell: (row) => row.state !== "ended" && mine(row) && (
        <Button size="compact-sm" variant="default" aria-label={`End now: ${row.to.name} for ${row.from.name}`} onClick={() => setAsked(row)}>End now…</Button>
      ),
    },
  ]);
  const make = decides && <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAsked("new")}>Let somebody decide for me</Button>;
  return (
    <Page title="Standing in" under="Who decides on content for somebody who is away." actions={make}>
      <DataTable
        label="Who stands in for whom"
        columns={cols}
        rows={rows}
        rowId={({ id }) => id}
        error={list.error}
        retry={() => void list.refetch()}
        empty={(
          <EmptyState icon={IconArrowsExchange} title="Nobody stands in for anybody" action={decides && <Button variant="default" onClick={() => setAsked("new")}>Name who decides for you</Button>}>
            Before you are away, name who decides for you and until when. Their decisions show both names.
          </EmptyState>
        )}
      />
      {asked === "new" && <DelegationDialog brand={brand} onClose={() => setAsked(undefined)} />}
      {asked && asked !== "new" && <EndDialog delegation={asked} onClose={() => setAsked(undefined)} />}
    </Page>
  );
}

/** How far away a time is, and its day: of a month ahead the distance alone says too little. */
const When = ({ at }: { at: string }) => <><RelativeTime at={at} inList /><div className="soft">{dayText(new Date(at))}</div></>;

/** An instant as a field for date and time writes it, in the reader's zone. */
function localText(at: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Names who decides for a person, from when until when. */
export function DelegationDialog({ brand, onClose }: { brand: string | undefined; onClose: () => void }) {
  const session = useSession();
  const me = session?.user_id;
  const brands = (session?.brands ?? []).filter(({ brand_id, roles }) => (!brand || brand_id === brand) && roles.some((role) => role in deciders));
  const form = useForm({
    initialValues: { brand_id: brand ?? brands[0]?.brand_id ?? "", from_user_id: me ?? "", to_user_id: "", starts_at: localText(new Date()), ends_at: "" },
  });
  const { values, errors } = form;
  const brandId = values.brand_id || brands[0]?.brand_id || "";
  const from = values.from_user_id || me;
  const { people } = useWho(brandId);
  const admin = hasRole(session, ["admin"], brandId);
  const save = useAct({
    run: (what: DelegationCreate, key) => body(api.POST("/v1/delegations", { params: { header: { "Idempotency-Key": key } }, body: what })),
    done: ({ from: away, to, state }) => (state === "running" ? `${to.name} decides for ${away.name} from now on` : `${to.name} will decide for ${away.name}`),
    close: onClose,
    touches: ["delegation", "review"],
  });
  // After a refusal the first field that must change gets the keyboard.
  useEffect(() => {
    if (save.error) document.querySelector<HTMLElement>("[role=dialog] [aria-invalid=true]")?.focus();
  }, [save.error]);
  const names = people.map((one) => (one.value === me ? { ...one, label: `${one.label} (you)` } : one));
  return (
    <Modal opened onClose={onClose} title="Let somebody decide">
      <form
        noValidate
        onSubmit={form.onSubmit(({ to_user_id, starts_at, ends_at }) => {
          if (!to_user_id) return form.setFieldError("to_user_id", "Say who decides");
          if (!starts_at) return form.setFieldError("starts_at", "Say from when");
          if (!ends_at) return form.setFieldError("ends_at", "Say until when");
          save.mutate(
            { brand_id: brandId, ...(from !== me && { from_user_id: from }), to_user_id, starts_at: new Date(starts_at).toISOString(), ends_at: new Date(ends_at).toISOString() },
            { onError: (problem) => form.setErrors(problem.byField) },
          );
        })}
      >
        <Stack>
          <p style={{ margin: 0 }}>It covers what is open now and what comes. Both may decide, and the first decision counts; it shows both names.</p>
          {brands.length > 1 && (
            <NativeSelect
              label="At" value={brandId} data={brands.map(({ brand_id, brand_name }) => ({ value: brand_id, label: brand_name ?? brand_id }))} error={errors.brand_id}
              onChange={(event) => form.setValues({ brand_id: event.currentTarget.value, from_user_id: me, to_user_id: "" })}
            />
          )}
          {admin && (
            <Select label="Who is away" searchable selectFirstOptionOnChange allowDeselect={false} value={from ?? null} onChange={(id) => form.setFieldValue("from_user_id", id ?? "")} data={names} nothingFoundMessage="No such person" error={errors.from_user_id} />
          )}
          <Select
            label="Who decides" description="Never on what they submitted themselves" required searchable selectFirstOptionOnChange openOnFocus={false} data-autofocus value={values.to_user_id || null} onChange={(id) => form.setFieldValue("to_user_id", id ?? "")}
            data={names.filter(({ value }) => value !== from)} nothingFoundMessage="Nobody else decides on content here" error={errors.to_user_id}
          />
          <Group grow align="flex-start">
            <TextInput type="datetime-local" label="From" required {...form.getInputProps("starts_at")} />
            <TextInput type="datetime-local" label="Until" required {...form.getInputProps("ends_at")} />
          </Group>
          <p className="soft" style={{ margin: 0 }}>In your time zone, {zone}. It can be ended at any time.</p>
          <ProblemNotice problem={save.error} shownFields={["to_user_id", "starts_at", "ends_at", ...(admin ? ["from_user_id"] : []), ...(brands.length > 1 ? ["brand_id"] : [])]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Hand over nothing</Button>
            <Button type="submit" loading={save.isPending}>Let them decide</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function EndDialog({ delegation: { id, from, to, state }, onClose }: { delegation: Delegation; onClose: () => void }) {
  const end = useAct({
    run: (_: object, key) => body(api.POST("/v1/delegations/{id}/end", { params: { path: { id }, header: { "Idempotency-Key": key } }, body: {} })),
    done: `${to.name} decides for ${from.name} no more`,
    close: onClose,
    touches: ["delegation", "review"],
  });
  return (
    <Modal opened onClose={onClose} title={`${to.name} for ${from.name}`}>
      <form onSubmit={(event) => { event.preventDefault(); end.mutate({}); }}>
        <Stack>
          <p style={{ margin: 0 }}>{state === "planned" ? "It will not begin." : `${from.name} decides alone again from now on, also on what is open.`} What was decided stays in the history.</p>
          <ProblemNotice problem={end.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Leave it as it is</Button>
            <Button type="submit" loading={end.isPending}>End it now</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
