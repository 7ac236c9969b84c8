import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconAlertCircle, IconTextPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { cannedAnswersQuery } from "../../api/queries";
import type { CannedAnswer, CannedAnswerCreate } from "../../api/schema";
import { hasRole, useSession } from "../../lib/session";
import { LoadingLines } from "../Loading";
import { EmptyState, LoadFailed, ProblemNotice } from "../Notice";
import { Chip } from "../StatusChip";
import classes from "./CannedAnswers.module.css";

interface Props {
  brandId: string;
  partnershipId: string;
  /** What stands in the field now, which can be saved as an answer. */
  text: string;
  onInsert: (text: string, missing: string[]) => void;
  onClose: () => void;
}

/** Answers that the brand gives often: inserts one, filled for the partnership; saves what was typed; takes one off the list. */
export default function CannedAnswers({ brandId, partnershipId, text, onInsert, onClose }: Props) {
  const list = useQuery(cannedAnswersQuery(brandId, partnershipId));
  const keeps = hasRole(useSession(), ["ops", "admin"], brandId);
  const [typed, setTyped] = useState("");
  const [saving, setSaving] = useState(false);
  const search = typed.trim().toLowerCase();
  const shown = list.data?.items.filter(({ name, body }) => `${name} ${body}`.toLowerCase().includes(search));
  if (saving) return <SaveAnswer brandId={brandId} text={text} names={list.data?.items.map(({ name }) => name) ?? []} onBack={() => setSaving(false)} onClose={onClose} />;
  return (
    <Modal opened onClose={onClose} title="Canned answers" size="lg">
      <Stack gap="sm">
        <TextInput data-autofocus type="search" aria-label="Search the answers" placeholder="Search the answers" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
        {list.error && !list.data ? (
          <LoadFailed error={list.error} retry={() => void list.refetch()} />
        ) : !shown ? (
          <LoadingLines lines={4} />
        ) : shown.length === 0 ? (
          <EmptyState icon={IconTextPlus} title={search ? "No answer matches" : "The brand has no canned answers yet"}>
            {search ? "Try other words." : "Write an answer that you give often, then save it here. Merge tags such as {{creator.first_name}} are filled in each time."}
          </EmptyState>
        ) : (
          <ul className={classes.list} aria-label="Canned answers">
            {shown.map((answer) => <Answer key={answer.id} answer={answer} keeps={keeps} onInsert={onInsert} />)}
          </ul>
        )}
        {keeps && (
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setSaving(true)}>Save as canned answer…</Button>
          </Group>
        )}
      </Stack>
    </Modal>
  );
}

function Answer({ answer: { id, name, body: template, filled = template, missing = [] }, keeps, onInsert }: { answer: CannedAnswer; keeps: boolean; onInsert: Props["onInsert"] }) {
  const [asked, setAsked] = useState(false);
  const remove = useAct({
    run: (id: string, key) => body(api.POST("/v1/canned-answers/{id}/remove", { params: { path: { id }, header: { "Idempotency-Key": key } }, body: {} })),
    done: `“${name}” is off the list`,
    touches: ["canned"],
  });
  return (
    <li className={classes.answer}>
      <div className={classes.head}>
        <strong>{name}</strong>
        {missing.length > 0 && <Chip tone="attention" icon={<IconAlertCircle size={13} aria-hidden />}>No value for {missing.join(", ")}</Chip>}
      </div>
      <div className={classes.text}>{filled}</div>
      <ProblemNotice problem={remove.error} />
      <Group gap="xs">
        <Button size="compact-sm" aria-label={`Insert ${name}`} onClick={() => onInsert(filled, missing)}>Insert</Button>
        {keeps && (asked ? (
          <>
            <Button size="compact-sm" color="red" loading={remove.isPending} onClick={() => remove.mutate(id)}>Yes, remove it for everybody</Button>
            <Button size="compact-sm" variant="default" onClick={() => setAsked(false)}>Keep it</Button>
          </>
        ) : (
          <Button size="compact-sm" variant="subtle" color="gray" leftSection={<IconTrash size={14} aria-hidden />} aria-label={`Remove ${name}`} onClick={() => setAsked(true)}>Remove</Button>
        ))}
      </Group>
    </li>
  );
}

function SaveAnswer({ brandId, text, names, onBack, onClose }: { brandId: string; text: string; names: string[]; onBack: () => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const [words, setWords] = useState(text);
  const save = useAct({
    run: (what: CannedAnswerCreate, key) => body(api.POST("/v1/canned-answers", { params: { header: { "Idempotency-Key": key } }, body: what })),
    done: ({ name }) => `“${name}” is saved for everybody of the brand`,
    close: onBack,
    touches: ["canned"],
  });
  const errors = save.error?.byField ?? {};
  return (
    <Modal opened onClose={onClose} title="Save as canned answer" size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate({ brand_id: brandId, name: name.trim(), body: words });
        }}
      >
        <Stack gap="sm">
          <TextInput data-autofocus label="Name" required value={name} onChange={(event) => setName(event.currentTarget.value)} error={errors.name}
            description={names.includes(name.trim()) ? "An answer of this name exists; it gets these words." : undefined} />
          <Textarea label="Text" required autosize minRows={5} maxRows={14} value={words} onChange={(event) => setWords(event.currentTarget.value)} error={errors.body}
            description="{{creator.first_name}}, {{brand.name}} and other merge tags are filled in when it is used" />
          <ProblemNotice problem={save.error} shownFields={["name", "body"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onBack}>Back to the list</Button>
            <Button type="submit" loading={save.isPending} disabled={name.trim() === "" || words.trim() === ""}>Save answer</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
