import { Button, Stack } from "@mantine/core";
import { IconBuildingBank } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { ProblemNotice } from "../Notice";
import { Section } from "../Page";
import { MailedCode } from "./MailedCode";
import { State } from "./State";
import { useSay } from "./words/Words";

/** The way to Stripe, where the bank account is entered, and changed once it is ready. Rapport never sees the number. */
export function BankAccount({ state }: { state: string }) {
  const say = useSay();
  const [open, setOpen] = useState(false);
  const ready = state === "ready";
  const [code, setCode] = useState("");
  const link = useAct({
    run: (what: { code: string }, key) => body(api.POST("/v1/portal/onboarding-links", { params: { header: { "Idempotency-Key": key } }, body: what })),
    then: ({ url }) => window.location.assign(url),
  });
  return (
    <Section title={say("bank.title")} actions={<State noun="payee" state={state} />}>
      <Stack gap="sm">
        <p style={{ margin: 0 }}>{say(ready ? "bank.changeWhy" : "bank.why")}</p>
        {!open ? (
          <Button size="md" variant={ready ? "default" : "filled"} leftSection={<IconBuildingBank size={18} aria-hidden />} onClick={() => setOpen(true)}>{say(ready ? "bank.change" : "bank.add")}</Button>
        ) : (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              link.mutate({ code });
            }}
          >
            <Stack gap="sm">
              <MailedCode value={code} onChange={setCode} error={link.error?.byField.code} />
              <ProblemNotice problem={link.error} shownFields={["code"]} />
              {code !== "" && <Button type="submit" size="md" loading={link.isPending || link.isSuccess}>{say("bank.go")}</Button>}
            </Stack>
          </form>
        )}
      </Stack>
    </Section>
  );
}
