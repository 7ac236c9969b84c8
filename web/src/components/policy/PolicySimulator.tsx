import { Button, Group, NumberInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { IconFlask, IconInbox } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { PolicySimulate, PolicySimulation, SimulatedReview } from "../../api/schema";
import { dayText, exactText, spanText } from "../../lib/time";
import { columns, DataTable } from "../DataTable";
import { Unknown } from "../Money";
import { EmptyState, ProblemNotice } from "../Notice";
import { Section } from "../Page";
import { Chip } from "../StatusChip";
import classes from "./Policy.module.css";

/** Says what the policy, as it is edited, would have done with the newest submissions. Nothing is written. */
export function PolicySimulator({ policy, refused, isShown }: {
  policy: Omit<PolicySimulate, "last">;
  refused: (byField: Record<string, string>) => void;
  /** Whether an input of the editor shows what is refused about a field. */
  isShown: (field: string) => boolean;
}) {
  const [last, setLast] = useState<number | string>(50);
  const simulate = useAct({
    run: (what: PolicySimulate, key) => body(api.POST("/v1/policies/simulate", { params: { header: { "Idempotency-Key": key } }, body: what })),
    then: () => refused({}),
  });
  const found = simulate.data;
  const asked = { ...policy, last: Number(last) || 50 };
  const stale = found && JSON.stringify({ ...simulate.variables, last: 0 }) !== JSON.stringify({ ...asked, last: 0 });
  const shownFields = [...Object.keys(simulate.error?.byField ?? {}).filter(isShown), "last"];
  return (
    <Section
      title="Try it on what was submitted"
      actions={
        <Group gap="xs" align="flex-start">
          <NumberInput
            aria-label="How many of the newest submissions" prefix="newest " size="xs" w={110} min={1} max={200} allowDecimal={false} allowNegative={false} value={last} onChange={setLast}
            error={simulate.error?.byField.last}
          />
          <Button variant="default" size="xs" loading={simulate.isPending} onClick={() => simulate.mutate(asked, { onError: (problem) => refused(problem.byField) })}>Try it</Button>
        </Group>
      }
      flush
    >
      {simulate.error && <div className={classes.pad}><ProblemNotice problem={simulate.error} shownFields={shownFields} /></div>}
      {!found && !simulate.error && (
        <EmptyState icon={IconFlask} title="See what it would have done">Who would have been asked about the newest submissions, when each would have ended, and when it really did. Nothing is changed by it.</EmptyState>
      )}
      {stale && <p className={`soft ${classes.pad}`}>The policy was changed since. Press “Try it” to see it as it is now.</p>}
      {found && <Simulated found={found} />}
    </Section>
  );
}

/** A day to read, with the exact time on hover. */
function Day({ at, none }: { at: string | undefined; none: string }) {
  if (!at) return <Unknown what={none} />;
  const when = new Date(at);
  return <time className={classes.day} dateTime={at} title={exactText(when)}>{dayText(when)}</time>;
}

const cols = columns<SimulatedReview>([
  {
    id: "what", header: "Submission",
    cell: ({ review_id, deliverable_title, version, campaign_name }) => (
      <>
        {review_id ? <Link to="/reviews/$id" params={{ id: review_id }}>{deliverable_title}</Link> : <strong>{deliverable_title}</strong>}
        <div className="soft">version {version}, {campaign_name}</div>
      </>
    ),
  },
  { id: "creator", header: "Creator", cell: ({ creator_name }) => creator_name },
  {
    id: "fits", header: "Fits?", phone: "head",
    cell: ({ fits, because }) => (
      <div className={classes.because}>
        {fits ? <Chip tone="done">Fits</Chip> : <Chip tone="idle">Does not fit</Chip>}
        <div className="soft">{because}</div>
      </div>
    ),
  },
  {
    id: "asked", header: "Would have been asked",
    cell: ({ stages }) => stages.length === 0 ? <Unknown what="nobody" /> : (
      <ul className={classes.asked}>
        {stages.map(({ name, asked, due_at, ends_at, how }, at) => (
          <li key={at} title={due_at && `Due ${exactText(new Date(due_at))}`}>
            <strong>{name}</strong>: {asked.join(", ") || "nobody"}
            {ends_at && <span className="soft">, until {dayText(new Date(ends_at))}</span>}
            {how && <div className="soft">{how}</div>}
          </li>
        ))}
      </ul>
    ),
  },
  { id: "ends", header: "Would have ended", cell: ({ ends_at }) => <Day at={ends_at} none="not at all" /> },
  { id: "silence", header: "Silence would decide", cell: ({ silence_at }) => <Day at={silence_at} none="never" /> },
  {
    id: "really", header: "Really ended",
    cell: ({ really_ended_at, policy_name }) => (
      <>
        {really_ended_at ? <Day at={really_ended_at} none="" /> : <span className="soft">Not yet</span>}
        {policy_name && <div className="soft">by {policy_name}</div>}
      </>
    ),
  },
]);

const middle = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? 0;
const took = (from: string, to: string) => new Date(to).getTime() - new Date(from).getTime();

/** What the lines of a trial come to. */
function totals({ items, fits }: PolicySimulation): string[] {
  const both = items.flatMap(({ fits: fit, submitted_at, ends_at, really_ended_at }) => (fit && ends_at && really_ended_at ? [{ would: took(submitted_at, ends_at), did: took(submitted_at, really_ended_at) }] : []));
  const people = new Map<string, number>();
  for (const { fits: fit, stages } of items) {
    if (fit) for (const name of new Set(stages.flatMap(({ asked }) => asked))) people.set(name, (people.get(name) ?? 0) + 1);
  }
  const most = [...people].sort(([, a], [, b]) => b - a).slice(0, 5);
  return [
    `It fits ${fits} of ${items.length} submission${items.length === 1 ? "" : "s"}.`,
    ...(both.length > 0 ? [`Of ${both.length} that ended, the middle one would have taken ${spanText(middle(both.map(({ would }) => would)))}; it really took ${spanText(middle(both.map(({ did }) => did)))}.`] : []),
    ...(most.length > 0 ? [`Asked most: ${most.map(([name, count]) => `${name} (${count})`).join(", ")}.`] : []),
  ];
}

/** The lines of a trial, and what they come to. */
export function Simulated({ found }: { found: PolicySimulation }) {
  return (
    <>
      {found.items.length > 0 && (
        <div role="status"><ul className={classes.totals} aria-label="In all">{totals(found).map((line) => <li key={line}>{line}</li>)}</ul></div>
      )}
      <DataTable
        label="What it would have done"
        flush
        columns={cols}
        rows={found.items}
        rowId={({ submission_id }) => submission_id}
        empty={<EmptyState icon={IconInbox} title="Nothing was submitted yet">Once creators submit content, you can see here what the policy would have done with it.</EmptyState>}
      />
    </>
  );
}
