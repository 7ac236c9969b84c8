import { ActionIcon, Button, Checkbox, Group, Select, Stack, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconTrash } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { Clause, ContractTemplate, ContractTemplateEdit, ContractTemplatePreviewAsk, MustIncludeKind } from "../../api/schema";
import { refusedAt } from "../../lib/fields";
import { ContractText } from "../ContractText";
import { Notice, ProblemNotice } from "../Notice";
import classes from "./Clause.module.css";
import { kinds, mustKinds } from "./words";
import { Unsaved } from "../Unsaved";

/** Writes a contract template of a brand: a new one, or a copy of the built-in one, or one that the brand has. */
export function ContractTemplateEditor({ brandId, template, clauses, close }: { brandId: string; template?: ContractTemplate; clauses: Clause[]; close: () => void }) {
  const own = template?.brand_id ? template : undefined;
  // What the person started from: a change made by somebody else meanwhile must not slip in unseen.
  const [version] = useState(own?.version);
  const [name, setName] = useState(own?.name ?? "");
  const [chosen, setChosen] = useState(template?.clauses ?? []);
  const [must, setMust] = useState<MustIncludeKind[]>(template?.must_include ?? mustKinds);
  const [usual, setUsual] = useState(own?.default ?? false);
  const [plain, setPlain] = useState(false);
  const save = useAct({
    run: (what: ContractTemplateEdit, key) => own
      ? body(api.PUT("/v1/contract-templates/{id}", { params: { path: { id: own.id }, header: { "If-Match": `"${version}"` } }, body: what }))
      : body(api.POST("/v1/contract-templates", { params: { header: { "Idempotency-Key": key } }, body: { ...what, brand_id: brandId } })),
    done: ({ name: of }) => `${of} was saved. Contracts that were drafted keep their text.`,
    close,
    touches: ["contract_template"],
  });
  const preview = useAct({ run: (what: ContractTemplatePreviewAsk) => body(api.POST("/v1/contract-templates/preview", { body: what })) });
  const errors = save.error?.byField ?? {};
  const move = (at: number, to: number) => {
    const list = [...chosen];
    list.splice(to, 0, ...list.splice(at, 1));
    setChosen(list);
  };
  const shown = preview.data;
  const standIns = shown?.clauses.filter(({ stands_in }) => stands_in) ?? [];
  return (
    <form
      className={classes.editor} noValidate aria-label={own ? `Edit ${own.name}` : "New contract template"}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ name, clauses: chosen, must_include: must, default: usual });
      }}
    >
      <Unsaved of={[name, chosen, must, usual]} step={save} />
      <Stack gap="sm">
        <TextInput label="Name" required value={name} onChange={(event) => setName(event.currentTarget.value)} error={errors.name} />
        <div>
          <strong>Clauses, in the contract’s order</strong>
          <ol className={classes.list}>
            {chosen.map((id, at) => {
              const clause = clauses.find((one) => one.id === id);
              const title = clause?.title ?? "A clause that is not here";
              return (
                <li key={id}>
                  <span>{at + 1}. {title} <span className="soft">{clause && `${kinds[clause.kind]}, version ${clause.version}`}</span>{errors[`clauses.${at}`] && <span role="alert"> {errors[`clauses.${at}`]}</span>}</span>
                  <ActionIcon variant="subtle" color="gray" aria-label={`Move ${title} up`} disabled={at === 0} onClick={() => move(at, at - 1)}><IconArrowUp size={16} aria-hidden /></ActionIcon>
                  <ActionIcon variant="subtle" color="gray" aria-label={`Move ${title} down`} disabled={at === chosen.length - 1} onClick={() => move(at, at + 1)}><IconArrowDown size={16} aria-hidden /></ActionIcon>
                  <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${title}`} onClick={() => setChosen(chosen.filter((other) => other !== id))}><IconTrash size={16} aria-hidden /></ActionIcon>
                </li>
              );
            })}
          </ol>
          <Select
            mt="xs" aria-label="Add a clause" placeholder="Add a clause" searchable value={null} comboboxProps={{ keepMounted: false }} nothingFoundMessage="No other clause" error={errors.clauses}
            data={clauses.filter(({ id }) => !chosen.includes(id)).map(({ id, title, kind, brand_id }) => ({ value: id, label: `${title} (${kinds[kind]}${brand_id ? "" : ", built in"})` }))}
            onChange={(id) => id && setChosen([...chosen, id])}
          />
        </div>
        <Checkbox.Group
          label="Must include" description="A contract always has a clause about these. Where the template’s own does not apply, the built-in one stands in." value={must}
          onChange={(value) => setMust(mustKinds.filter((kind) => value.includes(kind)))} error={refusedAt(errors, "must_include")}
        >
          <Group mt={6}>{mustKinds.map((kind) => <Checkbox key={kind} value={kind} label={kinds[kind]} />)}</Group>
        </Checkbox.Group>
        <Checkbox label="The brand’s contracts are drafted from it, unless their campaign names another template" checked={usual} onChange={(event) => setUsual(event.currentTarget.checked)} />
        <Group>
          <Button variant="default" size="xs" loading={preview.isPending} onClick={() => preview.mutate({ brand_id: brandId, clauses: chosen, must_include: must, plain })}>Preview a sample contract</Button>
          <Checkbox size="xs" label="Without usage rights, exclusivity and bonuses" checked={plain} onChange={(event) => setPlain(event.currentTarget.checked)} />
        </Group>
        <ProblemNotice problem={preview.error} />
        {shown && (
          <section aria-label="Sample contract">
            {standIns.length > 0 && (
              <Notice tone="progress" title="Built-in clauses stand in" role="status">
                {standIns.map(({ title }) => title).join(", ")}: something that must be included, or that was agreed, would be missing without them.
              </Notice>
            )}
            <ContractText text={shown.text} />
          </section>
        )}
        <ProblemNotice problem={save.error} shownFields={Object.keys(errors).filter((field) => /^(name|clauses|must_include)/.test(field))} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>Cancel</Button>
          <Button type="submit" loading={save.isPending}>Save template</Button>
        </Group>
      </Stack>
    </form>
  );
}
