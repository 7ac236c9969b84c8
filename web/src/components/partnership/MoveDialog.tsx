import { Button, Group, Modal, NativeSelect, NumberInput, SimpleGrid, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { sequenceMoveQuery, sequencesQuery } from "../../api/queries";
import type { RunningSequence, SequenceMoveAsk, SequenceStep, SimulatedStep } from "../../api/schema";
import { LoadingLines } from "../Loading";
import { LoadFailed, ProblemNotice } from "../Notice";
import { SimulatedSteps } from "../sequence/SimulatedSteps";
import { stepText } from "../sequence/words";
import classes from "./Sequences.module.css";

/** Moves a running sequence to another version, after showing what that would change. */
export default function MoveDialog({ partnershipId, brandId, run, onClose }: { partnershipId: string; brandId: string; run: RunningSequence; onClose: () => void }) {
  const [version, setVersion] = useState(run.newest_version);
  const [step, setStep] = useState<number>();
  const sequences = useQuery(sequencesQuery(brandId));
  const ask = { run_id: run.id, sequence_id: run.sequence_id, version, step };
  const preview = useQuery(sequenceMoveQuery(partnershipId, ask));
  const move = useAct({
    run: (what: SequenceMoveAsk, key) =>
      body(api.POST("/v1/partnerships/{id}/sequence-moves", { params: { path: { id: partnershipId }, header: { "Idempotency-Key": key } }, body: what })),
    done: ({ version }) => `${run.name} goes on with version ${version}`,
    close: onClose,
    touches: ["partnership", "message", "thread", "task"],
  });
  const newest = sequences.data?.items.find(({ id }) => id === run.sequence_id);
  const steps = version === run.version ? run.steps : version === newest?.version ? newest.steps : undefined;
  const versions = Array.from({ length: run.newest_version }, (_, at) => run.newest_version - at);
  const found = preview.data && "as_is" in preview.data ? preview.data : undefined;
  const list = (label: string, items: SimulatedStep[]) => <SimulatedSteps label={label} items={items} zone={found?.zone} outreach={run.id === undefined} relative />;
  return (
    <Modal opened onClose={onClose} title={`Move “${run.name}” to another ${run.newest_version > 1 ? "version" : "step"}`} size="xl">
      <Stack>
        <p style={{ margin: 0 }}>
          It goes on in the version that you choose. Mails that were sent stay sent.
          {run.message_id && " The mail that waits for a look now is not sent."}
        </p>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <NativeSelect
            label="Version" value={version} data-autofocus
            data={versions.map((n) => ({ value: String(n), label: `Version ${n}${n === run.newest_version ? ", the newest" : ""}${n === run.version ? ", as it is now" : ""}` }))}
            onChange={(event) => {
              setVersion(Number(event.currentTarget.value));
              setStep(undefined);
            }}
          />
          <StepChoice steps={steps} value={step} onChange={setStep} />
        </SimpleGrid>
        {preview.error ? (
          <LoadFailed error={preview.error} retry={() => void preview.refetch()} />
        ) : !found ? (
          <LoadingLines lines={4} />
        ) : (
          <SimpleGrid cols={{ base: 1, sm: 2 }} aria-busy={preview.isPlaceholderData || undefined}>
            <div className={classes.then}>
              <h3>As it is</h3>
              {list("As it is", found.as_is)}
            </div>
            <div className={classes.then}>
              <h3>Then</h3>
              {list("Then", found.then)}
            </div>
          </SimpleGrid>
        )}
        <ProblemNotice problem={move.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>Leave it as it is</Button>
          <Button
            loading={move.isPending} disabled={!found || preview.isPlaceholderData || preview.error !== null}
            onClick={() => found && move.mutate({ ...ask, version: found.version, step: found.step, dry_run: false })}
          >
            Move it
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** Which step it goes on with; of a version whose steps are not at hand, by its number. */
function StepChoice({ steps, value, onChange }: { steps: SequenceStep[] | undefined; value: number | undefined; onChange: (step: number | undefined) => void }) {
  const byItself = "After as many mails as were sent";
  if (!steps) {
    return (
      <NumberInput
        label="Goes on with step" placeholder={byItself} min={1} max={31} allowDecimal={false} value={value === undefined ? "" : value + 1}
        onChange={(typed) => onChange(typed === "" ? undefined : Number(typed) - 1)}
      />
    );
  }
  return (
    <NativeSelect
      label="Goes on with step" value={value ?? ""}
      data={[
        { value: "", label: byItself },
        ...steps.map((step, at) => ({ value: String(at), label: `Step ${at + 1}: ${stepText(step, steps.length)}` })),
        { value: String(steps.length), label: "The end" },
      ]}
      onChange={(event) => onChange(event.currentTarget.value === "" ? undefined : Number(event.currentTarget.value))}
    />
  );
}
