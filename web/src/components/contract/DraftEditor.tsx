import { Box, Button, Group, NativeSelect, Select, Stack, Switch, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { asProblem } from "../../api/problem";
import { draftPreviewQuery } from "../../api/queries";
import type { ChosenFallback, ContractDraft, DraftChoices, DraftClause } from "../../api/schema";
import page from "../../routes/_app/campaign.module.css";
import { kinds } from "../clause/words";
import classes from "../clause/Clause.module.css";
import { ContractText } from "../ContractText";
import { Notice, ProblemNotice } from "../Notice";
import { Section } from "../Page";
import { RelativeTime } from "../RelativeTime";
import { TextDiff } from "./TextDiff";
import { Unsaved } from "../Unsaved";

const sides = { display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 400px), 1fr))", gap: 16, alignItems: "start" };
const without = (list: string[] | undefined, id: string) => list?.filter((other) => other !== id);

/** Chooses what stands in one contract. The text is made by the server, from this deal, each time something is chosen. */
export function DraftEditor({ draft: saved, saved: then }: { draft: ContractDraft; saved: () => void }) {
  // What the person started from: a draft that somebody else saves meanwhile must not slip in unseen.
  const [from, setFrom] = useState(saved.draft);
  const [choices, setChoices] = useState<DraftChoices>(saved.choices);
  const [marked, setMarked] = useState(true);
  const [settled] = useDebouncedValue(choices, 250);
  const preview = useQuery(draftPreviewQuery(saved.contract_id, settled));
  const shown = preview.data ?? saved;
  const fresh = preview.data !== undefined && !preview.isFetching && settled === choices;
  const save = useAct({
    run: (what: { from_draft: number; choices: DraftChoices; text_sha256: string }, key) =>
      body(api.POST("/v1/contracts/{id}/draft", { params: { path: { id: saved.contract_id }, header: { "Idempotency-Key": key } }, body: what })),
    done: ({ draft }) => `Draft ${draft} was saved`,
    then,
    touches: ["contract"],
  });
  const set = (change: Partial<DraftChoices>) => setChoices({ ...choices, ...change });
  const { bad, rest } = said(shown, settled);
  const other = saved.draft !== from && !save.isPending && !save.isSuccess;
  const place = (clause: DraftClause, n: number) => {
    const fallbacks: ChosenFallback[] = (choices.fallbacks ?? []).filter(({ clause_id }) => clause_id !== clause.clause_id);
    set({ fallbacks: n > 0 ? [...fallbacks, { clause_id: clause.clause_id, fallback: n }] : fallbacks });
  };
  const give = (name: string, value: string) => {
    const values = (choices.values ?? []).filter((one) => one.name !== name);
    set({ values: value === "" ? values : [...values, { name, value }] });
  };
  const stand = shown.clauses.filter(({ stands }) => stands);
  const out = shown.clauses.filter(({ stands, in_template, added }) => !stands && (in_template || added));
  const more = shown.clauses.filter(({ stands, in_template, added }) => !stands && !in_template && !added);
  // A choice of before that the library or the deal has overtaken has no row any more: it is said by itself, and can be dropped.
  const seen = (about: string) => {
    const clause = [...stand, ...out].find(({ clause_id }) => clause_id === about);
    return clause ? (choices.fallbacks?.find(({ clause_id }) => clause_id === about)?.fallback ?? 0) <= clause.fallbacks.length : shown.values.some(({ name }) => name === about);
  };
  const drop = (about: string) => set({
    fallbacks: choices.fallbacks?.filter(({ clause_id }) => clause_id !== about), added: without(choices.added, about), left_out: without(choices.left_out, about),
    values: choices.values?.filter(({ name }) => name !== about),
  });
  const overtaken = Object.entries(bad).filter(([about]) => !seen(about));
  const row = (clause: DraftClause, number?: number) => (
    <Row key={clause.clause_id} clause={clause} number={number} bad={bad[clause.clause_id]} fallback={choices.fallbacks?.find(({ clause_id }) => clause_id === clause.clause_id)?.fallback ?? 0} place={(n) => place(clause, n)}>
      {choices.left_out?.includes(clause.clause_id) ? (
        <Button size="compact-sm" variant="default" aria-label={`Put ${clause.title} back`} onClick={() => set({ left_out: without(choices.left_out, clause.clause_id) })}>Put back</Button>
      ) : choices.added?.includes(clause.clause_id) ? (
        <Button size="compact-sm" variant="default" aria-label={`Take ${clause.title} out again`} onClick={() => set({ added: without(choices.added, clause.clause_id) })}>Take out</Button>
      ) : clause.stands && !clause.locked && (
        <Button size="compact-sm" variant="default" aria-label={`Leave ${clause.title} out`} onClick={() => set({ left_out: [...(choices.left_out ?? []), clause.clause_id] })}>Leave out</Button>
      )}
    </Row>
  );
  return (
    <form
      noValidate aria-label="Contract text"
      onSubmit={(event) => {
        event.preventDefault();
        if (fresh) save.mutate({ from_draft: from, choices, text_sha256: shown.text_sha256 });
      }}
    >
      <Unsaved of={choices} step={save} />
      <Stack>
        {other && (
          <Notice tone="attention" role="alert" title={`${saved.by ?? "Somebody"} saved draft ${saved.draft} meanwhile`}>
            <p style={{ margin: "0 0 8px" }}>What you chose is still here, and is not saved. The text below is compared with their draft.</p>
            <Group gap="xs">
              <Button size="xs" variant="default" onClick={() => { setFrom(saved.draft); save.reset(); }}>Keep my choices instead of theirs</Button>
              <Button size="xs" variant="default" onClick={() => { setFrom(saved.draft); setChoices(saved.choices); save.reset(); }}>Take draft {saved.draft}</Button>
            </Group>
          </Notice>
        )}
        {saved.approval && (
          <Notice tone="attention" title={`${saved.approval.by} approved this draft`}>When you save another text, that approval is lost: somebody has to read and approve it again.</Notice>
        )}
        <div style={sides}>
          <Stack>
            <Section title="Template">
              <NativeSelect
                aria-label="Template" value={choices.template_id} data={shown.templates.map(({ id, name }) => ({ value: id, label: name }))} error={rest.template_id}
                description="Another template begins with its own clauses; what you added or left out is chosen anew."
                onChange={({ currentTarget: { value } }) => set({ template_id: value, added: [], left_out: [] })}
              />
            </Section>
            {shown.values.length > 0 && (
              <Section title="Words that the deal does not know">
                <Stack gap="sm">
                  {shown.values.map(({ name, about, used_by, value }) => (
                    <Textarea
                      key={name} autosize minRows={1} maxRows={8} label={about.charAt(0).toUpperCase() + about.slice(1)} description={`For ${used_by.map((title) => `“${title}”`).join(", ")}${value ? "" : ", which is left out or has a gap without it"}`}
                      value={choices.values?.find((one) => one.name === name)?.value ?? ""} error={bad[name]} onChange={({ currentTarget }) => give(name, currentTarget.value)}
                    />
                  ))}
                </Stack>
              </Section>
            )}
            <Section title="Clauses in this contract"><ol className={classes.list}>{stand.map((clause, at) => row(clause, at + 1))}</ol></Section>
            {out.length > 0 && <Section title="Not in this contract"><ul className={classes.list}>{out.map((clause) => row(clause))}</ul></Section>}
            <Section title="Add a clause">
              <Select
                aria-label="Add a clause" placeholder="A clause of the library" searchable value={null} comboboxProps={{ keepMounted: false }} nothingFoundMessage="No other clause can stand in this contract"
                data={more.filter(({ missing }) => !missing || missing.includes("needs a value")).map(({ clause_id, title, kind }) => ({ value: clause_id, label: `${title} (${kinds[kind]})` }))}
                onChange={(id) => id && set({ added: [...(choices.added ?? []), id] })}
              />
              <details style={{ marginTop: 8 }}>
                <summary className="soft">Why other clauses cannot stand here</summary>
                <ul style={{ margin: "4px 0 0", paddingLeft: 20 }}>{more.filter(({ missing }) => missing).map(({ clause_id, missing }) => <li key={clause_id}>{missing}</li>)}</ul>
              </details>
            </Section>
          </Stack>
          <Box pos={{ base: "static", lg: "sticky" }} top={64}>
            <Section title="The text as it will be signed" actions={<Switch size="xs" label="Mark what changed" checked={marked} onChange={({ currentTarget }) => setMarked(currentTarget.checked)} />}>
              <p className="soft" style={{ marginTop: 0 }}>
                {marked && <>Compared with draft {saved.draft}, {saved.by ? `saved by ${saved.by}` : "made from the template by itself"} <RelativeTime at={saved.at} inList />. </>}
                {!fresh && !preview.error && "The text is being made…"}
              </p>
              <ProblemNotice problem={preview.error ? asProblem(preview.error) : null} />
              {/* Beside the clauses it scrolls by itself, so that both are in sight. */}
              <Box mah={{ lg: "calc(100dvh - 320px)" }} style={{ overflowY: "auto" }} tabIndex={0} role="group" aria-label="Text">
                {marked ? <TextDiff before={saved.saved_text} now={shown.text} /> : <ContractText text={shown.text} />}
              </Box>
            </Section>
          </Box>
        </div>
        {overtaken.length > 0 && (
          <Notice tone="attention" role="alert" title="Something that was chosen before cannot stand any more">
            <Stack gap="xs">
              {overtaken.map(([about, detail]) => <Group key={about} gap="xs" justify="space-between"><span>{detail}</span><Button size="compact-sm" variant="default" aria-label={`Drop it: ${detail}`} onClick={() => drop(about)}>Drop it</Button></Group>)}
            </Stack>
          </Notice>
        )}
        {Object.keys(rest).length > 0 && <Notice tone="danger" role="alert" title="This cannot be saved yet"><ul style={{ margin: 0, paddingLeft: 18 }}>{Object.entries(rest).map(([field, detail]) => <li key={field}>{detail}</li>)}</ul></Notice>}
        <ProblemNotice problem={save.error} />
        <div className={page.bar}>
          <span>{shown.errors.length > 0 ? `${shown.errors.length} ${shown.errors.length === 1 ? "thing" : "things"} to put right first` : other ? "Choose above what happens to the draft of the other person" : shown.text === saved.saved_text ? "The text is the one that was saved" : "Not saved yet"}</span>
          <Group>
            <Button variant="default" renderRoot={(props) => <Link to="/contracts/$id" params={{ id: saved.contract_id }} {...props} />}>Cancel</Button>
            <Button type="submit" loading={save.isPending} disabled={!fresh || other || shown.errors.length > 0}>Save draft {from + 1}</Button>
          </Group>
        </div>
      </Stack>
    </form>
  );
}

/** What is wrong with choices: by clause or variable, and the rest. */
function said({ errors }: ContractDraft, { fallbacks = [], added = [], left_out = [], values = [] }: DraftChoices) {
  const bad: Record<string, string> = {};
  const rest: Record<string, string> = {};
  for (const { field, detail } of errors) {
    const [, list, at] = /^(\w+)\[(\d+)\]/.exec(field) ?? [];
    const n = Number(at);
    const about = { fallbacks: fallbacks[n]?.clause_id, added: added[n], left_out: left_out[n], values: values[n]?.name }[list ?? ""];
    if (about) bad[about] = detail;
    else rest[field] = detail;
  }
  return { bad, rest };
}

function Row({ clause, number, bad, fallback, place, children }: { clause: DraftClause; number?: number; bad?: string; fallback: number; place: (n: number) => void; children: React.ReactNode }) {
  const why = bad ?? clause.locked ?? (clause.left_out ? undefined : clause.missing);
  return (
    <li style={{ flexWrap: "wrap", padding: "6px 0" }}>
      <span>
        {number && `${number}. `}<strong>{clause.title}</strong>{" "}
        <span className="soft">{kinds[clause.kind]}, version {clause.version}{clause.added && ", added for this contract"}{clause.left_out && ", left out of this contract"}{clause.stands_in && ", stands in"}</span>
        {why && <span className={bad ? undefined : "soft"} role={bad ? "alert" : undefined} style={{ display: "block", color: bad && "var(--mantine-color-error)" }}>{why}</span>}
      </span>
      {clause.fallbacks.length > 0 && (clause.stands || fallback > 0) && (
        <NativeSelect
          size="xs" aria-label={`Position of ${clause.title}`} value={String(fallback)} style={{ flexBasis: "100%" }}
          data={[{ value: "0", label: "Its first text" }, ...clause.fallbacks.map(({ note }, at) => ({ value: String(at + 1), label: `Fallback ${at + 1}: ${note}` }))]}
          onChange={({ currentTarget: { value } }) => place(Number(value))}
        />
      )}
      {children}
    </li>
  );
}
