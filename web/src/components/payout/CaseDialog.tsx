import { Button, Group, Modal, Radio, Stack, Textarea } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { Case, CaseCommand } from "../../api/schema";
import { ProblemNotice } from "../Notice";
import { PersonSelect } from "../Pickers";

/** What a person can do about a difference between the books. */
export type CaseStep = "assign" | "note" | "close";

const steps: Record<CaseStep, { title: string; verb: string; done: string }> = {
  assign: { title: "Who looks at this difference", verb: "Give the case", done: "Case given on" },
  note: { title: "Note what you found", verb: "Keep the note", done: "Noted" },
  close: { title: "Close this case", verb: "Close the case", done: "Case closed" },
};

/** Assigns a case, notes something, or closes it with a reason. */
export function CaseDialog({ of, step, onClose }: { of: Case; step: CaseStep; onClose: () => void }) {
  const [person, setPerson] = useState<string>();
  const [text, setText] = useState("");
  const [how, setHow] = useState<"explain" | "resolve">("explain");
  const words = steps[step];
  const act = useAct({
    run: (what: CaseCommand, key) =>
      body(api.POST("/v1/reconciliation-cases/{id}/commands", { params: { path: { id: of.id }, header: { "Idempotency-Key": key } }, body: what })),
    done: words.done,
    close: onClose,
    touches: ["reconciliation", "task", "payout"],
  });
  const errors = act.error?.byField ?? {};
  const give = () => {
    if (step === "assign") act.mutate({ command: "assign", owner_id: person });
    else act.mutate({ command: step === "note" ? "note" : how, text });
  };
  return (
    <Modal opened onClose={onClose} title={words.title}>
      <form onSubmit={(event) => { event.preventDefault(); give(); }}>
        <Stack>
          <strong>{of.detail}</strong>
          {step === "assign" && <PersonSelect label="Somebody of finance" value={person} onChange={setPerson} error={errors.owner_id} />}
          {step === "close" && (
            <Radio.Group label="What became of it" value={how} onChange={setHow}>
              <Stack gap="xs" mt="xs">
                <Radio value="explain" label="Explained: it is right as it is" description="It stays closed while it stays the same." />
                <Radio value="resolve" label="Put right: the books agree now" description="If a comparison finds it again, the case opens again." />
              </Stack>
            </Radio.Group>
          )}
          {step !== "assign" && (
            <Textarea
              label={step === "close" ? "Why" : "Note"} description="Kept in the case's history, so that an auditor can follow it" required autosize minRows={3}
              value={text} onChange={(event) => setText(event.currentTarget.value)} error={errors.text}
            />
          )}
          <ProblemNotice problem={act.error} shownFields={["owner_id", "text"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Leave it as it is</Button>
            <Button type="submit" loading={act.isPending} disabled={step === "assign" && !person}>{words.verb}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
