import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { absencesQuery } from "../../api/queries";
import type { Absence } from "../../api/schema";
import { dateText } from "../../lib/time";
import { CommandButton } from "../CommandButton";
import { LoadFailed, ProblemNotice } from "../Notice";
import { Section } from "../Page";

interface Days { from: string; to: string; note?: string }

function AbsenceForm({ act }: { act: ReturnType<typeof useAct<Days, unknown>> }) {
  const [days, setDays] = useState<Days>({ from: "", to: "", note: "" });
  const set = (change: Partial<Days>) => setDays((before) => ({ ...before, ...change }));
  return (
    <form onSubmit={(event) => { event.preventDefault(); act.mutate({ ...days, note: days.note || undefined }, { onSuccess: () => setDays({ from: "", to: "", note: "" }) }); }}>
      <Stack gap="xs">
        <Group align="flex-end" gap="xs">
          <TextInput type="date" label="First day" required value={days.from} onChange={(event) => set({ from: event.currentTarget.value })} error={act.error?.byField.from} />
          <TextInput type="date" label="Last day" required value={days.to} onChange={(event) => set({ to: event.currentTarget.value })} error={act.error?.byField.to} />
          <TextInput label="Note" value={days.note} onChange={(event) => set({ note: event.currentTarget.value })} error={act.error?.byField.note} />
          <Button type="submit" variant="default" loading={act.isPending}>Add</Button>
        </Group>
        <ProblemNotice problem={act.error} shownFields={["from", "to", "note"]} />
      </Stack>
    </form>
  );
}

const span = ({ from, to }: Absence) => (from === to ? dateText(from) : `${dateText(from)} to ${dateText(to)}`);

/** When a creator is away, on their page. */
export function Absences({ creatorId, editable }: { creatorId: string; editable: boolean }) {
  const list = useQuery(absencesQuery(creatorId));
  const add = useAct({
    run: (what: Days, key) => body(api.POST("/v1/creators/{id}/absences", { params: { path: { id: creatorId }, header: { "Idempotency-Key": key } }, body: what })),
    done: "Saved",
    touches: ["calendar"],
  });
  const remove = useAct({
    run: ({ id }: { id: string }) => body(api.DELETE("/v1/absences/{id}", { params: { path: { id } } })),
    done: "Taken back",
    touches: ["calendar"],
    announce: true,
  });
  return (
    <Section title="Away">
      <Stack gap="xs">
        {list.error && <LoadFailed error={list.error} retry={() => void list.refetch()} />}
        {list.data?.items.length === 0 && <p className="soft" style={{ margin: 0 }}>No absence is known.</p>}
        {list.data?.items.map((absence) => (
          <Group key={absence.id} gap="xs" justify="space-between">
            <span>
              {span(absence)} {absence.note} <span className="soft">{absence.by_creator && "said by the creator"}</span>
            </span>
            {editable && (
              <CommandButton size="compact-sm" variant="default" aria-label={`Take back ${span(absence)}`} reason={absence.by_creator ? "Only the creator takes it back." : undefined} onClick={() => remove.mutate({ id: absence.id })}>
                Take back
              </CommandButton>
            )}
          </Group>
        ))}
        {editable && <AbsenceForm act={add} />}
      </Stack>
    </Section>
  );
}
