import { Button, Group, Modal, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState, useSyncExternalStore, type KeyboardEvent } from "react";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import { sessionQuery } from "../api/queries";
import { proof } from "../lib/proof";
import { CodeInput } from "./CodeInput";
import { ProblemNotice } from "./Notice";

/** Asks for a code when a step needs one, above whatever asked for the step, which goes on afterwards. */
export function ProofDialog() {
  const asked = useSyncExternalStore(proof.subscribe, proof.asked);
  return asked ? <AskForCode /> : null;
}

// Escape closes this dialog and not the one below it, which listens too.
const own = { "data-mantine-stop-propagation": true };

function AskForCode() {
  const queries = useQueryClient();
  const [code, setCode] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const again = () => {
    setCode("");
    input.current?.focus(); // the button that had it was disabled meanwhile, and the next Tab would go to the dialog below
  };
  const prove = useAct({
    run: (what: { code: string }) => body(api.POST("/v1/session/step-up", { body: what })),
    then: (session) => {
      queries.setQueryData(sessionQuery.queryKey, session);
      proof.answer(true);
    },
  });
  const leave = () => proof.answer(false);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    leave();
  };
  return (
    <Modal opened onClose={leave} title="Prove that it is you" size="sm" zIndex={400} closeButtonProps={own as object}>
      <form onKeyDown={onKeyDown} onSubmit={(event) => { event.preventDefault(); prove.mutate({ code }, { onError: again }); }}>
        <Stack>
          <p style={{ margin: 0 }}>Money is released with a code. It holds for five minutes in this browser; then you are asked again.</p>
          <CodeInput {...own} ref={input} description="Six digits of your authenticator, or a recovery code" data-autofocus value={code} onChange={(event) => setCode(event.currentTarget.value)} error={prove.error?.byField.code} />
          {!prove.error?.byField.code && <ProblemNotice problem={prove.error} />}
          <Group justify="flex-end">
            <Button {...own} variant="default" onClick={leave}>Not now</Button>
            <Button {...own} type="submit" loading={prove.isPending}>Go on</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
