import { Button, Group, Modal, Radio, Select, Stack } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { creatorDuplicatesQuery, creatorMergesQuery, creatorsQuery } from "../../api/queries";
import type { Creator, CreatorMerge } from "../../api/schema";
import { useTimeText } from "../../lib/time";
import { LoadingLines } from "../Loading";
import { LoadFailed, Notice, ProblemNotice } from "../Notice";
import { RelativeTime } from "../RelativeTime";
import classes from "./Merge.module.css";

const movedWords: Record<string, [string, string]> = {
  partnerships: ["partnership", "partnerships"],
  messages: ["message", "messages"],
  tasks: ["task", "tasks"],
  accounts: ["account", "accounts"],
  contacts: ["address", "addresses"],
  profiles: ["set of notes", "sets of notes"],
  tags: ["tag", "tags"],
  bank_accounts: ["bank account", "bank accounts"],
};

/** "2 partnerships, 14 messages and 1 account": what a merge moved, as far as the reader may know. */
export function movedText(moved: CreatorMerge["moved"]): string {
  const parts = Object.entries(movedWords).flatMap(([what, [single, several]]) => {
    const count = moved[what] ?? 0;
    return count > 0 ? [`${count} ${count === 1 ? single : several}`] : [];
  });
  if (parts.length === 0) return "Nothing that you may see moved";
  return `${new Intl.ListFormat("en").format(parts)} moved`;
}

type Other = Pick<Creator, "id" | "name" | "accounts">;

function label({ name, accounts }: Other): string {
  const handles = accounts.map(({ handle, platform }) => `${handle} on ${platform}`).join(", ");
  return handles ? `${name} (${handles})` : name;
}

/** Two profiles of one person become one: whom, which of the two stays, and what happens then. */
export function MergeDialog({ creator, onClose, onMerged }: { creator: Creator; onClose: () => void; onMerged: (survivor: string) => void }) {
  const likely = useQuery(creatorDuplicatesQuery(creator.id));
  const [chosen, setChosen] = useState<Other | null>(null);
  const [stays, setStays] = useState<"other" | "this">("other");
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed, 200);
  const found = useQuery({ ...creatorsQuery({ q, limit: 20 }), enabled: q.trim().length > 1 });
  const others = (found.data?.items ?? []).filter(({ id }) => id !== creator.id);
  const duplicates = likely.data?.items ?? [];
  const listed = duplicates.some(({ creator: { id } }) => id === chosen?.id);

  const merge = useAct({
    run: ({ from, into }: { from: string; into: string }, key) =>
      body(api.POST("/v1/creators/{id}/merge", { params: { path: { id: from }, header: { "Idempotency-Key": key } }, body: { into } })),
    done: ({ from, into }) => `${from.name} is part of ${into.name} now`,
    then: ({ into }) => onMerged(into.id),
    close: onClose,
    touches: ["creator", "partnership", "task", "message", "thread"],
  });
  const goes = stays === "other" ? creator.name : chosen?.name;
  const kept = stays === "other" ? chosen?.name : creator.name;

  return (
    <Modal opened onClose={onClose} title={`Merge ${creator.name}`} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen) merge.mutate(stays === "other" ? { from: creator.id, into: chosen.id } : { from: chosen.id, into: creator.id });
        }}
      >
        <Stack>
          {likely.error && !likely.data ? <LoadFailed error={likely.error} retry={() => void likely.refetch()} /> : !likely.data ? <LoadingLines lines={2} /> : duplicates.length === 0 ? (
            <p className="soft" style={{ margin: 0 }}>Nobody looks like the same person. Search below if you know better.</p>
          ) : (
            <Radio.Group label="Who is the same person?" value={listed ? (chosen?.id ?? "") : ""} onChange={(id) => setChosen(duplicates.find((one) => one.creator.id === id)?.creator ?? null)}>
              <Stack gap="xs" mt={6} className={classes.list}>
                {duplicates.map(({ creator: other, why }) => (
                  <Radio key={other.id} value={other.id} label={label(other)} description={`${why.join(". ")}.`} />
                ))}
              </Stack>
            </Radio.Group>
          )}
          <Select
            label="Another creator"
            placeholder="Type a name, a handle or an address"
            searchable
            clearable
            clearButtonProps={{ "aria-label": "Clear another creator" }}
            value={listed ? null : (chosen?.id ?? null)}
            onChange={(id) => setChosen(others.find((one) => one.id === id) ?? null)}
            searchValue={typed}
            onSearchChange={setTyped}
            filter={({ options }) => options}
            data={[...others, ...(chosen && !listed && !others.some(({ id }) => id === chosen.id) ? [chosen] : [])].map((one) => ({ value: one.id, label: label(one) }))}
            nothingFoundMessage={q.trim().length > 1 ? "No such creator" : "Type a name, a handle or an address"}
          />
          {chosen && (
            <>
              <Radio.Group label="Which profile stays?" value={stays} onChange={(value) => setStays(value === "this" ? "this" : "other")}>
                <Stack gap="xs" mt={6}>
                  <Radio value="other" label={`${chosen.name}, whom you chose`} />
                  <Radio value="this" label={`${creator.name}, whose page this is`} />
                </Stack>
              </Radio.Group>
              <Notice tone="attention" title={`${goes} becomes part of ${kept}`}>
                <ul className={classes.effects}>
                  <li>Accounts, addresses, partnerships, messages and tasks of {goes} move to {kept}, in every brand.</li>
                  <li>Name, country and language of {kept} stay. So do rates and notes, where both have them.</li>
                  <li>Tags are joined. A ban and do-not-contact of either hold for both.</li>
                  <li>Links to the page of {goes} lead to {kept} instead, and no list shows {goes} any more.</li>
                  <li>It can be undone for 24 hours.</li>
                </ul>
              </Notice>
            </>
          )}
          <ProblemNotice problem={merge.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Leave them apart</Button>
            <Button type="submit" disabled={!chosen} loading={merge.isPending}>{chosen ? `Merge into ${kept}` : "Merge"}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Says on the page of who stayed that somebody became part of them, with the way back while there is one. */
export function MergeNotices({ creatorId, was, editable }: { creatorId: string; was: string | undefined; editable: boolean }) {
  const merges = useQuery(creatorMergesQuery(creatorId));
  const all = merges.data?.items ?? [];
  const standing = all.filter(({ into, undone_at }) => into.id === creatorId && !undone_at);
  const undoable = useTimeText((now) => standing.filter(({ undo_until }) => new Date(undo_until) > now).map(({ id }) => id).join(" "));
  const open = standing.filter(({ id }) => undoable.includes(id));
  const opened = standing.find(({ from }) => from.id === was);
  const apart = !opened && all.some(({ from }) => from.id === was);
  return (
    <>
      {was !== undefined && merges.data && !apart && !open.some(({ from }) => from.id === was) && (
        <Notice tone="progress" title={opened ? `You opened ${opened.from.name}, who is part of this profile` : "The profile that you opened is part of this one"}>
          {opened && <>Merged <RelativeTime at={opened.at} />{opened.by && ` by ${opened.by.name}`}.</>}
        </Notice>
      )}
      {open.map((merge) => <MergeNotice key={merge.id} merge={merge} editable={editable} />)}
    </>
  );
}

function MergeNotice({ merge, editable }: { merge: CreatorMerge; editable: boolean }) {
  const undo = useAct({
    run: ({ id }: { id: string }, key) => body(api.POST("/v1/creator-merges/{id}/undo", { params: { path: { id }, header: { "Idempotency-Key": key } }, body: {} })),
    done: `${merge.from.name} has an own profile again`,
    touches: ["creator", "partnership", "task", "message", "thread"],
  });
  return (
    <Notice tone="progress" title={`${merge.from.name} became part of this profile`} role="status">
      <p className={classes.told}>
        {movedText(merge.moved)}, <RelativeTime at={merge.at} />{merge.by && ` by ${merge.by.name}`}. It can be undone; the time for that ends <RelativeTime at={merge.undo_until} />.
      </p>
      <ProblemNotice problem={undo.error} />
      {editable && <Button variant="default" size="xs" aria-label={`Undo the merge of ${merge.from.name}`} loading={undo.isPending} onClick={() => undo.mutate({ id: merge.id })}>Undo</Button>}
    </Notice>
  );
}
