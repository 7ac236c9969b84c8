import { Button, Group, Modal, NativeSelect, Stack, TagsInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { IconForms, IconPlus } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { creatorFieldsQuery } from "../../api/queries";
import type { CreatorField, CreatorFieldCreate } from "../../api/schema";
import { hasRole, useSession } from "../../lib/session";
import { columns, DataTable } from "../DataTable";
import { EmptyState, ProblemNotice } from "../Notice";
import { Page } from "../Page";

const kinds: { value: CreatorField["kind"]; label: string }[] = [
  { value: "text", label: "Text" },
  { value: "number", label: "Number" },
  { value: "date", label: "Date" },
  { value: "select", label: "Choice" },
  { value: "bool", label: "Yes or no" },
];

/** The fields that brands keep about creators, besides what every creator has. */
export function CreatorFields({ brand }: { brand: string | undefined }) {
  const session = useSession();
  const fields = useQuery(creatorFieldsQuery(brand));
  const [open, setOpen] = useState<CreatorField | "new" | null>(null);
  const brands = session?.brands ?? [];
  const mine = brands.filter(({ brand_id }) => (!brand || brand_id === brand) && hasRole(session, ["ops", "admin"], brand_id));
  const cols = columns<CreatorField>([
    { id: "name", header: "Name", cell: ({ name }) => <strong>{name}</strong> },
    { id: "kind", header: "Kind", cell: ({ kind, options }) => <>{kinds.find(({ value }) => value === kind)?.label}{options.length > 0 && <span className="soft"> {options.join(", ")}</span>}</> },
    ...(brands.length > 1 ? [{ id: "brand", header: "Brand", cell: ({ brand_id }: CreatorField) => brands.find((one) => one.brand_id === brand_id)?.brand_name ?? "" }] : []),
    ...(mine.length > 0 ? [{
      id: "do",
      header: "Change",
      cell: (field: CreatorField) => mine.some(({ brand_id }) => brand_id === field.brand_id) && (
        <Button size="compact-sm" variant="default" aria-label={`Archive ${field.name}`} onClick={() => setOpen(field)}>Archive</Button>
      ),
    }] : []),
  ]);
  return (
    <Page
      title="Creator fields"
      under="What a brand wants to know about each creator besides addresses and accounts. Sequences can start by a date."
      actions={mine.length > 0 && <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen("new")}>Add a field</Button>}
      narrow
    >
      <DataTable
        label="Creator fields"
        columns={cols}
        rows={fields.data?.items}
        rowId={({ id }) => id}
        error={fields.error}
        retry={() => void fields.refetch()}
        empty={<EmptyState icon={IconForms} title="There are no fields yet" action={mine.length > 0 && <Button variant="default" onClick={() => setOpen("new")}>Add the first field</Button>}>Such as a size, a birthday or whether somebody has a studio.</EmptyState>}
      />
      {open === "new" && <AddField brands={mine.map(({ brand_id, brand_name }) => ({ value: brand_id, label: brand_name ?? "" }))} onClose={() => setOpen(null)} />}
      {open !== null && open !== "new" && <ArchiveField field={open} onClose={() => setOpen(null)} />}
    </Page>
  );
}

function AddField({ brands, onClose }: { brands: { value: string; label: string }[]; onClose: () => void }) {
  const form = useForm<Required<CreatorFieldCreate>>({ initialValues: { brand_id: brands[0]?.value ?? "", name: "", kind: "text", options: [] } });
  const add = useAct({
    run: (what: CreatorFieldCreate, key) => body(api.POST("/v1/creator-fields", { params: { header: { "Idempotency-Key": key } }, body: what })),
    done: "Field added",
    close: onClose,
    touches: ["creator_field"],
  });
  return (
    <Modal opened onClose={onClose} title="Add a field">
      <form
        noValidate
        onSubmit={form.onSubmit(({ options, ...what }) =>
          add.mutate(what.kind === "select" ? { ...what, options } : what, {
            onError: (problem) => form.setErrors({ ...problem.byField, options: Object.entries(problem.byField).find(([field]) => field.startsWith("options"))?.[1] }),
          }),
        )}
      >
        <Stack>
          {brands.length > 1 && <NativeSelect label="Brand" data={brands} {...form.getInputProps("brand_id")} />}
          <TextInput label="Name" required data-autofocus {...form.getInputProps("name")} />
          <NativeSelect label="Kind" data={kinds} {...form.getInputProps("kind")} />
          {form.values.kind === "select" && <TagsInput label="What can be chosen" description="Press Enter after each" required {...form.getInputProps("options")} />}
          <ProblemNotice problem={add.error} shownFields={Object.keys(form.errors)} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Add none</Button>
            <Button type="submit" loading={add.isPending}>Add field</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function ArchiveField({ field, onClose }: { field: CreatorField; onClose: () => void }) {
  const archive = useAct({
    run: ({ id }: { id: string }, key) => body(api.POST("/v1/creator-fields/{id}/archive", { params: { path: { id }, header: { "Idempotency-Key": key } }, body: {} })),
    done: "Field archived",
    close: onClose,
    touches: ["creator_field", "creator"],
  });
  return (
    <Modal opened onClose={onClose} title={`Archive “${field.name}”`}>
      <Stack>
        <p style={{ margin: 0 }}>
          The field is shown no more, for no creator; what stands in it is kept.{field.kind === "date" && " Sequences that start by this date start no more."}
        </p>
        <ProblemNotice problem={archive.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>Leave it as it is</Button>
          <Button loading={archive.isPending} onClick={() => archive.mutate({ id: field.id })}>Archive field</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
