import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { portalAbsencesQuery } from "../../api/queries";
import type { Absence } from "../../api/schema";
import { dateText } from "../../lib/time";
import { ProblemNotice } from "../Notice";
import { Section } from "../Page";
import { useSay } from "./words/Words";

const noDays = { from: "", to: "" };

/** Where a creator says when they are away. */
export function Absences() {
  const say = useSay();
  const list = useQuery(portalAbsencesQuery);
  const [days, setDays] = useState(noDays);
  const add = useAct({
    run: (what: typeof noDays, key) => body(api.POST("/v1/portal/absences", { params: { header: { "Idempotency-Key": key } }, body: what })),
    then: () => setDays(noDays),
    done: say("away.saved"),
    touches: ["portal"],
  });
  const withdraw = useAct({
    run: ({ id }: { id: string }, key) => body(api.POST("/v1/portal/absences/{id}/withdraw", { params: { path: { id }, header: { "Idempotency-Key": key } }, body: {} })),
    done: say("away.gone"),
    touches: ["portal"],
    announce: true,
  });
  const span = ({ from, to }: Absence) => (from === to ? dateText(from) : say("away.span", { from: dateText(from), to: dateText(to) }));
  return (
    <Section title={say("away.title")}>
      <Stack gap="xs">
        {list.data?.items.map((absence) => (
          <Group key={absence.id} gap="xs" justify="space-between">
            <span>{span(absence)} {!absence.by_creator && <span className="soft">{say("away.byBrand")}</span>}</span>
            {absence.by_creator && <Button size="compact-sm" variant="default" aria-label={say("away.backWhich", { days: span(absence) })} onClick={() => withdraw.mutate({ id: absence.id })}>{say("away.back")}</Button>}
          </Group>
        ))}
        <form onSubmit={(event) => { event.preventDefault(); add.mutate(days); }}>
          <Stack gap="xs">
            <Group align="flex-end" gap="xs">
              <TextInput type="date" label={say("away.first")} required value={days.from} onChange={({ currentTarget }) => setDays((before) => ({ ...before, from: currentTarget.value }))} error={add.error?.byField.from} />
              <TextInput type="date" label={say("away.last")} required value={days.to} onChange={({ currentTarget }) => setDays((before) => ({ ...before, to: currentTarget.value }))} error={add.error?.byField.to} />
              <Button type="submit" variant="default" loading={add.isPending}>{say("away.add")}</Button>
            </Group>
            <ProblemNotice problem={add.error} shownFields={["from", "to"]} />
          </Stack>
        </form>
      </Stack>
    </Section>
  );
}
