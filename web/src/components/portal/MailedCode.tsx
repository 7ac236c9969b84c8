import { Button, Stack, TextInput } from "@mantine/core";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { ProblemNotice } from "../Notice";
import { useSay } from "./words/Words";

/** Has a code mailed, and takes it. Signing and bank details ask for one, so that a forwarded link alone is not enough. */
export function MailedCode({ value, onChange, error }: { value: string; onChange: (code: string) => void; error?: string }) {
  const say = useSay();
  const ask = useAct({ run: (_: object, key) => body(api.POST("/v1/portal/codes", { params: { header: { "Idempotency-Key": key } }, body: {} })) });
  return (
    <Stack gap="sm">
      <Button size="md" variant={ask.isSuccess ? "default" : "filled"} loading={ask.isPending} onClick={() => ask.mutate({})}>
        {say(ask.isSuccess ? "code.again" : "code.ask")}
      </Button>
      <ProblemNotice problem={ask.error} />
      {ask.isSuccess && (
        <>
          <p role="status" style={{ margin: 0 }}>{say("code.sent")}</p>
          <TextInput
            label={say("code.label")}
            inputMode="numeric"
            autoComplete="one-time-code"
            required
            autoFocus
            value={value}
            onChange={(event) => onChange(event.currentTarget.value.trim())}
            error={error}
          />
        </>
      )}
    </Stack>
  );
}
