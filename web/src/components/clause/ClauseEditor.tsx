import { Button, Group, MultiSelect, NativeSelect, Stack, Textarea, TextInput } from "@mantine/core";
import { useRef, useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { Clause, ClauseKind, ClauseVariable, ClauseWhen, Fallback } from "../../api/schema";
import { countries, countryName, findCountry } from "../../lib/countries";
import { refusedAt } from "../../lib/fields";
import { ProblemNotice } from "../Notice";
import { anyCategory, categories, categoryWords, choices, offered, platforms } from "../policy/words";
import classes from "./Clause.module.css";
import { filled, kinds } from "./words";
import { Unsaved } from "../Unsaved";

const countryChoices = countries();
const categoryChoices = [{ value: anyCategory, label: "Any regulated category" }, ...choices(categories)];
const shown = /^(title|body|kind|fallbacks\.\d+\.(body|note)|when\.(markets|platforms|regulated)(\.\d+)?)$/;

/** Writes a clause of a brand: a new one, a copy of another, or the next version of one that the brand has. */
export function ClauseEditor({ brandId, clause, copy = false, variables, saved, close }: {
  brandId: string;
  clause?: Clause;
  /** What is saved is a new clause that begins as this one. */
  copy?: boolean;
  variables: ClauseVariable[];
  saved: (clause: Clause) => void;
  close: () => void;
}) {
  const next = clause && !copy ? clause : undefined;
  const [kind, setKind] = useState<ClauseKind>(clause?.kind ?? "general");
  const [title, setTitle] = useState(clause?.title ?? "");
  const [text, setText] = useState(clause?.body ?? "");
  const [fallbacks, setFallbacks] = useState<Fallback[]>(clause?.fallbacks ?? []);
  const [when, setWhen] = useState<ClauseWhen>(clause?.when ?? {});
  const area = useRef<HTMLTextAreaElement>(null);
  const save = useAct({
    run: (what: { title: string; body: string; fallbacks: Fallback[]; when: ClauseWhen }, key) => {
      const header = { "Idempotency-Key": key };
      return next
        ? body(api.POST("/v1/clauses/{id}/versions", { params: { path: { id: next.id }, header }, body: { ...what, from_version: next.version } }))
        : body(api.POST("/v1/clauses", { params: { header }, body: { ...what, brand_id: brandId, kind } }));
    },
    done: ({ version }) => `Published as version ${version}. Contracts that are drafted from now on have it; the others keep theirs.`,
    then: saved,
    touches: ["clause"],
  });
  const errors = save.error?.byField ?? {};
  const insert = (name: string) => {
    const at = area.current?.selectionStart ?? text.length;
    setText(`${text.slice(0, at)}{{${name}}}${text.slice(area.current?.selectionEnd ?? at)}`);
    area.current?.focus();
  };
  const fallback = (at: number, change: Partial<Fallback>) => setFallbacks(fallbacks.map((one, other) => (other === at ? { ...one, ...change } : one)));
  const many = (label: string, none: string, field: "markets" | "platforms" | "regulated", data: { value: string; label: string }[], gone?: (value: string) => string) => (
    <MultiSelect
      label={label} placeholder={when[field]?.length ? undefined : none} searchable hidePickedOptions clearable clearButtonProps={{ "aria-label": `Clear ${label}` }} comboboxProps={{ keepMounted: false }}
      filter={field === "markets" ? findCountry : undefined} nothingFoundMessage="Nothing by that name" data={offered(data, when[field] ?? [], gone)} value={when[field] ?? []}
      onChange={(value) => setWhen({ ...when, [field]: value.length > 0 ? value : undefined })} error={refusedAt(errors, `when.${field}`)}
    />
  );
  return (
    <form
      className={classes.editor} noValidate aria-label={next ? `Next version of ${next.title}` : "New clause"}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ title, body: text, fallbacks, when });
      }}
    >
      <Unsaved of={[kind, title, text, fallbacks, when]} step={save} />
      <Stack gap="sm">
        <div className={classes.two}>
          <TextInput label="Title" required value={title} onChange={(event) => setTitle(event.currentTarget.value)} error={errors.title} />
          <NativeSelect
            label="About" disabled={Boolean(next)} description={next && "All versions of a clause are about the same"} value={kind} error={errors.kind}
            data={choices(kinds)} onChange={(event) => setKind(event.currentTarget.value as ClauseKind)}
          />
        </div>
        <Textarea ref={area} label="Text" required autosize minRows={5} maxRows={20} value={text} onChange={(event) => setText(event.currentTarget.value)} error={errors.body} />
        <div>
          <p className="soft" style={{ margin: "0 0 4px" }}>Press a variable to put it into the text. One marked * has no value in some contracts, and the clause does not stand there.</p>
          <div className={classes.variables}>
            {variables.map(({ name, about, optional }) => (
              <Button key={name} size="compact-xs" variant="default" title={about} aria-label={`Insert ${name}: ${about}`} onClick={() => insert(name)}>{name}{optional && " *"}</Button>
            ))}
          </div>
        </div>
        <section aria-label="In the sample contract">
          <p className="soft" style={{ margin: "0 0 4px" }}>In the sample contract</p>
          <div className={`prewrap ${classes.text}`}><strong>{title || "Title"}.</strong> {filled(text, variables)}</div>
        </section>
        <fieldset className={classes.editor}>
          <legend>In which contracts it stands</legend>
          <p className="soft" style={{ marginTop: 0 }}>All that you give must hold. Without anything it stands in every contract whose template has it.</p>
          <div className={classes.two}>
            {many("Markets", "Any country of the creator", "markets", countryChoices, countryName)}
            {many("Platforms", "Any", "platforms", choices(platforms))}
            {many("Regulated categories", "Regulated or not", "regulated", categoryChoices, categoryWords)}
            <NativeSelect
              label="Paid usage" value={when.paid_usage === undefined ? "" : when.paid_usage ? "yes" : "no"}
              data={[{ value: "", label: "With or without" }, { value: "yes", label: "With paid usage" }, { value: "no", label: "Without paid usage" }]}
              onChange={({ currentTarget: { value } }) => setWhen({ ...when, paid_usage: value === "" ? undefined : value === "yes" })}
            />
          </div>
        </fieldset>
        <fieldset className={classes.editor}>
          <legend>Fallback positions</legend>
          <p className="soft" style={{ marginTop: 0 }}>Other texts that are acceptable when a creator does not take this one. The first is tried first.</p>
          <Stack gap="sm">
            {fallbacks.map((one, at) => (
              <div key={at}>
                <Textarea label={`Fallback ${at + 1}`} autosize minRows={2} value={one.body} onChange={(event) => fallback(at, { body: event.currentTarget.value })} error={errors[`fallbacks.${at}.body`]} />
                <Group align="start" wrap="nowrap" mt={4}>
                  <TextInput
                    style={{ flex: 1 }} aria-label={`Who may offer fallback ${at + 1}`} placeholder="Who may offer it, and when" value={one.note}
                    onChange={(event) => fallback(at, { note: event.currentTarget.value })} error={errors[`fallbacks.${at}.note`]}
                  />
                  <Button variant="default" aria-label={`Remove fallback ${at + 1}`} onClick={() => setFallbacks(fallbacks.filter((_, other) => other !== at))}>Remove</Button>
                </Group>
              </div>
            ))}
            <Button variant="default" size="xs" style={{ alignSelf: "flex-start" }} onClick={() => setFallbacks([...fallbacks, { body: "", note: "" }])}>Add a fallback</Button>
          </Stack>
        </fieldset>
        <ProblemNotice problem={save.error} shownFields={Object.keys(errors).filter((field) => shown.test(field))} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>Cancel</Button>
          <Button type="submit" loading={save.isPending}>{next ? `Publish version ${next.version + 1}` : "Publish clause"}</Button>
        </Group>
      </Stack>
    </form>
  );
}
