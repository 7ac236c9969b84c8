import { ActionIcon, Button, Group, Modal, NativeSelect, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm, type UseFormReturnType } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { IconBuildingStore, IconCash, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { creatorFieldsQuery, creatorProfileQuery } from "../../api/queries";
import type { CreatorField, CreatorProfile, CreatorProfileEdit, CreatorRate } from "../../api/schema";
import { toMajor, toMinor } from "../../lib/money";
import { dateText } from "../../lib/time";
import { BrandSwitcher } from "../BrandSwitcher";
import { columns, DataTable } from "../DataTable";
import { LoadingLines } from "../Loading";
import { Money } from "../Money";
import { MoneyInput, type TypedMoney } from "../MoneyInput";
import { EmptyState, LoadFailed, ProblemNotice } from "../Notice";
import { Facts, Section } from "../Page";

const rateColumns = columns<CreatorRate>([
  { id: "kind", header: "For", cell: ({ kind, platform }) => <><strong>{kind}</strong> <span className="soft">{platform}</span></>, phone: "head" },
  { id: "amount", header: "Rate", right: true, cell: ({ amount }) => <Money value={amount} /> },
  { id: "as_of", header: "As of", cell: ({ as_of }) => dateText(as_of) },
  { id: "note", header: "Note", cell: ({ note }) => note ?? "" },
]);

/** A value of a field as people read it. */
export function valueText({ kind }: Pick<CreatorField, "kind">, value: string): string {
  if (kind === "date") return dateText(value);
  if (kind === "bool") return value === "true" ? "Yes" : "No";
  return value;
}

/** What one brand keeps about a creator: rates, preferences, notes on style, and fields of its own. */
export function Kept({ creatorId, brandId, brandName, editable }: { creatorId: string; brandId: string; brandName: string; editable: boolean }) {
  const profile = useQuery(creatorProfileQuery(creatorId, brandId));
  const fields = useQuery(creatorFieldsQuery(brandId));
  const [editing, setEditing] = useState(false);
  const error = profile.error ?? fields.error;
  if (error && (!profile.data || !fields.data)) {
    return (
      <Section title={`What ${brandName} keeps`}>
        <LoadFailed error={error} retry={() => void Promise.all([profile.refetch(), fields.refetch()])} />
      </Section>
    );
  }
  if (!profile.data || !fields.data) return <Section title={`What ${brandName} keeps`}><LoadingLines /></Section>;
  const { data: kept, etag } = profile.data;
  const edit = (what: string) => editable && <Button variant="default" size="compact-sm" aria-label={`Edit ${what}`} onClick={() => setEditing(true)}>Edit</Button>;
  const text = (value: string, none: string) => value ? <div className="prewrap">{value}</div> : <p className="soft" style={{ margin: 0 }}>{none}</p>;
  const valueOf = (field: CreatorField) => kept.fields.find(({ field_id }) => field_id === field.id)?.value;
  return (
    <>
      <Section title="Rates" actions={edit("rates")} flush>
        <DataTable
          label={`Rates that ${brandName} knows`}
          flush
          columns={rateColumns}
          rows={kept.rates}
          rowId={(rate) => JSON.stringify(rate)}
          empty={<EmptyState icon={IconCash} title="No rate is known">What the creator asked for, by kind of content, stands here.</EmptyState>}
        />
      </Section>
      <Section title="Preferences" actions={edit("preferences")}>{text(kept.preferences, "Nothing is noted: formats, topics to avoid, sizes, shipping, when not to write.")}</Section>
      <Section title="Style" actions={edit("style notes")}>{text(kept.style_notes, "Nothing is noted.")}</Section>
      <Section title="Fields" actions={edit("fields")}>
        {fields.data.items.length === 0 ? (
          <p className="soft" style={{ margin: 0 }}>{brandName} has no fields of its own. Settings, Creator fields adds them.</p>
        ) : (
          <Facts facts={fields.data.items.map((field) => [field.name, valueOf(field) ? valueText(field, valueOf(field) ?? "") : <span key={field.id} className="soft">Not known</span>])} />
        )}
      </Section>
      {editing && <KeptDialog creatorId={creatorId} brandId={brandId} brandName={brandName} kept={kept} etag={etag} fields={fields.data.items} onClose={() => setEditing(false)} />}
    </>
  );
}

/** Where a person works for several brands and none is chosen. */
export function ChooseBrand() {
  return (
    <Section title="What a brand keeps">
      <EmptyState icon={IconBuildingStore} title="Choose a brand" action={<BrandSwitcher brandId={undefined} />}>
        Rates, preferences and fields are each brand’s own.
      </EmptyState>
    </Section>
  );
}

interface Values {
  preferences: string;
  style_notes: string;
  rates: { platform: string; kind: string; amount: TypedMoney; as_of: string; note: string }[];
  fields: { field_id: string; value: string }[];
}

function KeptDialog({ creatorId, brandId, brandName, kept, etag, fields, onClose }: {
  creatorId: string;
  brandId: string;
  brandName: string;
  kept: CreatorProfile;
  etag: string | undefined;
  fields: CreatorField[];
  onClose: () => void;
}) {
  // What the person started from: a change made by somebody else meanwhile must not slip in unseen.
  const [tag] = useState(etag);
  const form = useForm<Values>({
    initialValues: {
      preferences: kept.preferences,
      style_notes: kept.style_notes,
      rates: kept.rates.map((rate) => ({ ...rate, amount: { amount: toMajor(rate.amount), currency: rate.amount.currency }, note: rate.note ?? "" })),
      fields: fields.map(({ id }) => ({ field_id: id, value: kept.fields.find(({ field_id }) => field_id === id)?.value ?? "" })),
    },
  });
  const save = useAct({
    run: (edit: CreatorProfileEdit) => body(api.PUT("/v1/creators/{id}/profile", { params: { path: { id: creatorId }, query: { brand_id: brandId }, header: { "If-Match": tag } }, body: edit })),
    done: "Saved",
    close: onClose,
    touches: ["creator"],
  });
  const submit = form.onSubmit(({ rates, ...values }) => {
    const amounts = rates.map(({ amount }) => toMinor(amount.amount, amount.currency));
    const bad = amounts.flatMap((amount, at) => (amount === undefined ? [[`rates.${at}.amount.amount`, "Type an amount."]] : []));
    const dateless = rates.flatMap(({ as_of }, at) => (as_of ? [] : [[`rates.${at}.as_of`, "Say from which day the rate is."]]));
    if (bad.length + dateless.length > 0) {
      form.setErrors(Object.fromEntries([...bad, ...dateless]) as Record<string, string>);
      return;
    }
    save.mutate(
      { ...values, rates: rates.map(({ note, amount, ...rate }, at) => ({ ...rate, amount: { amount: amounts[at] ?? 0, currency: amount.currency }, note: note || undefined })) },
      { onError: (problem) => form.setErrors(problem.byField) },
    );
  });
  return (
    <Modal opened onClose={onClose} title={`What ${brandName} keeps`} size="xl">
      <form noValidate onSubmit={submit}>
        <Stack>
          <Textarea label="Preferences" description="Formats, topics to avoid, sizes, shipping, when not to write" autosize minRows={3} maxRows={10} {...form.getInputProps("preferences")} />
          <Textarea label="Style" autosize minRows={2} maxRows={10} {...form.getInputProps("style_notes")} />
          <strong>Rates</strong>
          {form.values.rates.map((rate, at) => (
            <Group key={at} align="flex-start" wrap="wrap" role="group" aria-label={`Rate ${at + 1}`}>
              <TextInput label="Platform" w={120} {...form.getInputProps(`rates.${at}.platform`)} />
              <TextInput label="Kind" placeholder="Reel" w={130} {...form.getInputProps(`rates.${at}.kind`)} />
              <MoneyInput
                label="Amount"
                value={rate.amount}
                onChange={(amount) => form.setFieldValue(`rates.${at}.amount`, amount)}
                error={form.errors[`rates.${at}.amount.amount`] ?? form.errors[`rates.${at}.amount.currency`]}
              />
              <TextInput type="date" label="As of" {...form.getInputProps(`rates.${at}.as_of`)} />
              <TextInput label="Note" flex={1} miw={120} {...form.getInputProps(`rates.${at}.note`)} />
              <ActionIcon mt={{ base: 0, sm: 28 }} aria-label={`Remove rate ${at + 1}`} onClick={() => form.removeListItem("rates", at)}><IconTrash size={16} aria-hidden /></ActionIcon>
            </Group>
          ))}
          <Group>
            <Button
              variant="default"
              size="xs"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={() => form.insertListItem("rates", { platform: "", kind: "", amount: { amount: "", currency: "eur" }, as_of: new Date().toISOString().slice(0, 10), note: "" })}
            >
              Add a rate
            </Button>
          </Group>
          {fields.length > 0 && <strong>Fields</strong>}
          {fields.map((field, at) => <FieldInput key={field.id} field={field} at={at} form={form} />)}
          <ProblemNotice problem={save.error} shownFields={Object.keys(form.errors)} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Leave it as it is</Button>
            <Button type="submit" loading={save.isPending}>Save</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** The input that fits the kind of a field. */
function FieldInput({ field, at, form }: { field: CreatorField; at: number; form: UseFormReturnType<Values> }) {
  const path = `fields.${at}.value`;
  const props = { label: field.name, ...form.getInputProps(path) };
  switch (field.kind) {
    case "date":
      return <TextInput type="date" {...props} />;
    case "number":
      return <TextInput inputMode="decimal" {...props} />;
    case "select":
      return <NativeSelect data={[{ value: "", label: "Not known" }, ...field.options]} {...props} />;
    case "bool":
      return <NativeSelect data={[{ value: "", label: "Not known" }, { value: "true", label: "Yes" }, { value: "false", label: "No" }]} {...props} />;
    case "text":
      return <TextInput {...props} />;
  }
}
