import { Button, Stack, TextInput } from "@mantine/core";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { ProblemNotice } from "../Notice";

/** Has a code mailed, and takes it. Signing and bank details ask for one, so that a forwarded link alone is not enough. */
export function MailedCode({ value, onChange, error }: { value: string; onChange: (code: string) => void; error?: string }) {
  const ask = useAct({ run: (_: object, key) => body(api.POST("/v1/portal/codes", { params: { header: { "Idempotency-Key": key } }, body: {} })) });
  return (
    <Stack gap="sm">
      <Button size="md" variant={ask.isSuccess ? "default" : "filled"} loading={ask.isPending} onClick={() => ask.mutate({})}>
        {ask.isSuccess ? "Mail me another code" : "Mail me a code"}
      </Button>
      <ProblemNotice problem={ask.error} />
      {ask.isSuccess && (
        <>
          <p role="status" style={{ margin: 0 }}>We sent a code to your address. It works for a few minutes.</p>
          <TextInput
            label="Code from the mail"
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
