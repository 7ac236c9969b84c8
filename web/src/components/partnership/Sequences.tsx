import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";

import { runningSequencesQuery } from "../../api/queries";
import type { RunningSequence, SimulatedStep } from "../../api/schema";
import { hasRole, useSession } from "../../lib/session";
import { LoadingLines } from "../Loading";
import { LoadFailed, Notice } from "../Notice";
import { Section } from "../Page";
import { SimulatedSteps } from "../sequence/SimulatedSteps";
import classes from "./Sequences.module.css";

const MoveDialog = lazy(() => import("./MoveDialog"));
const WaitingMail = lazy(() => import("./WaitingMail"));

// As many steps are shown at once; those behind them when somebody asks.
const shown = 3;

/** The sequences that run for a partnership: how far each has come, what holds it up, and what it will do. */
export default function Sequences({ partnershipId, brandId }: { partnershipId: string; brandId: string }) {
  const session = useSession();
  const running = useQuery(runningSequencesQuery(partnershipId));
  const [moving, setMoving] = useState<RunningSequence | null>(null);
  const moves = hasRole(session, ["ops", "admin"], brandId);
  return (
    <Section title="Sequences">
      {running.error && !running.data ? (
        <LoadFailed error={running.error} retry={() => void running.refetch()} />
      ) : !running.data ? (
        <LoadingLines lines={2} />
      ) : running.data.items.length === 0 ? (
        <p className="soft" style={{ margin: 0 }}>No sequence runs now.</p>
      ) : (
        <div className={classes.list}>
          {running.data.items.map((run) => (
            <Run key={run.id ?? "outreach"} run={run} partnershipId={partnershipId} brandId={brandId} move={moves ? () => setMoving(run) : undefined} />
          ))}
        </div>
      )}
      <Suspense>{moving && <MoveDialog partnershipId={partnershipId} brandId={brandId} run={moving} onClose={() => setMoving(null)} />}</Suspense>
    </Section>
  );
}

function Run({ run, partnershipId, brandId, move }: { run: RunningSequence; partnershipId: string; brandId: string; move: (() => void) | undefined }) {
  const { name, version, newest_version: newest, sent, blocked, message_id, upcoming, zone } = run;
  const outreach = run.id === undefined;
  const first = upcoming.slice(0, shown);
  const rest = upcoming.slice(shown);
  const steps = (label: string, items: SimulatedStep[]) => <SimulatedSteps label={label} items={items} zone={zone} outreach={outreach} relative />;
  return (
    <article className={classes.run} aria-label={name}>
      <div className={classes.head}>
        <h3>{name}</h3>
        <span className="soft">
          {version === newest ? `version ${version}, the newest` : `version ${version}; ${newest} is the newest`}, {sent === 0 ? "no mail sent yet" : `${sent} ${sent === 1 ? "mail" : "mails"} sent`}
        </span>
        {move && <Button variant="default" size="compact-sm" onClick={move} aria-label={`Move ${name} to another ${newest > 1 ? "version" : "step"}`}>Move to another {newest > 1 ? "version" : "step"}</Button>}
      </div>
      {blocked && <Notice tone="attention" title="It waits until this is mended">{blocked.charAt(0).toUpperCase() + blocked.slice(1)}.</Notice>}
      {message_id && (
        <Suspense fallback={<LoadingLines lines={3} />}>
          <WaitingMail messageId={message_id} partnershipId={partnershipId} brandId={brandId} />
        </Suspense>
      )}
      {first.length > 0 && (
        <>
          <p className="soft">{blocked ? "Once it is mended, and if nobody answers:" : message_id ? "Once somebody has looked at the mail, and if nobody answers:" : "If nobody answers:"}</p>
          {steps(`What ${name} will do`, first)}
          {rest.length > 0 && (
            <details>
              <summary>{rest.length} more {rest.length === 1 ? "step" : "steps"}</summary>
              {steps(`What ${name} will do then`, rest)}
            </details>
          )}
        </>
      )}
    </article>
  );
}
