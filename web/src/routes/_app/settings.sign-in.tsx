import { Button, CopyButton, Group, Modal, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { secondFactorQuery } from "../../api/queries";
import type { SecondFactor, SecondFactorBegun } from "../../api/schema";
import { CodeInput } from "../../components/CodeInput";
import { LoadingLines } from "../../components/Loading";
import { LoadFailed, Notice, ProblemNotice } from "../../components/Notice";
import { Facts, Page, Section } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";

export const Route = createFileRoute("/_app/settings/sign-in")({ component: SignInSettings });

const touches = ["second-factor", "session", "user"];
type Asked = "password" | "set-up" | "codes" | "remove";

/** How a person proves, beside the password, that it is them. */
function SignInSettings() {
  const factor = useQuery(secondFactorQuery);
  const [asked, setAsked] = useState<Asked | null>(null);
  return (
    <Page title="Sign-in" under="An authenticator on your phone shows a new code every half minute. Whoever knows your password alone does not get in, and money is released with a code." narrow>
      <Section title="Password">
        <Button variant="default" onClick={() => setAsked("password")}>Change your password</Button>
      </Section>
      <Section title="Authenticator">
        {factor.error && !factor.data ? <LoadFailed error={factor.error} retry={() => void factor.refetch()} /> : !factor.data ? <LoadingLines lines={2} /> : factor.data.in_use ? (
          <InUse factor={factor.data} ask={setAsked} />
        ) : (
          <Stack align="flex-start">
            <p style={{ margin: 0 }}>You have none. Finance needs one to release payments.</p>
            <Button onClick={() => setAsked("set-up")}>Set up an authenticator</Button>
          </Stack>
        )}
      </Section>
      {asked === "password" && <ChangePassword onClose={() => setAsked(null)} />}
      {asked === "set-up" && <SetUp onClose={() => setAsked(null)} />}
      {asked === "codes" && <NewCodes onClose={() => setAsked(null)} />}
      {asked === "remove" && <Remove onClose={() => setAsked(null)} />}
    </Page>
  );
}

function ChangePassword({ onClose }: { onClose: () => void }) {
  const form = useForm({ initialValues: { password: "", new_password: "" } });
  const change = useAct({
    run: (what: { password: string; new_password: string }) => body(api.PUT("/v1/session/password", { body: what })),
    done: "Your password is changed; everywhere else you are signed out",
    close: onClose,
  });
  return (
    <Modal opened onClose={onClose} title="Change your password">
      <form noValidate onSubmit={form.onSubmit((what) => change.mutate(what, { onError: (problem) => form.setErrors(problem.byField) }))}>
        <Stack>
          <PasswordInput label="Present password" autoComplete="current-password" required data-autofocus {...form.getInputProps("password")} />
          <PasswordInput label="New password" description="At least 12 characters" autoComplete="new-password" required {...form.getInputProps("new_password")} />
          <ProblemNotice problem={change.error} shownFields={["password", "new_password"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Keep the present one</Button>
            <Button type="submit" loading={change.isPending}>Change password</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function InUse({ factor, ask }: { factor: SecondFactor; ask: (what: Asked) => void }) {
  return (
    <Stack>
      <Facts
        facts={[
          ["In use since", <RelativeTime key="since" at={factor.since} />],
          ["Recovery codes left", factor.recovery_codes_left],
        ]}
      />
      {factor.recovery_codes_left < 3 && <Notice tone="attention" title="Few recovery codes are left">Make new ones, so that a lost phone does not lock you out.</Notice>}
      <Group gap="xs">
        <Button variant="default" onClick={() => ask("codes")}>New recovery codes</Button>
        <Button variant="default" color="red" onClick={() => ask("remove")}>Remove</Button>
      </Group>
    </Stack>
  );
}

function SetUp({ onClose }: { onClose: () => void }) {
  const [begun, setBegun] = useState<SecondFactorBegun | null>(null);
  const [code, setCode] = useState("");
  const begin = useAct({ run: () => body(api.POST("/v1/session/second-factor")), then: setBegun });
  const confirm = useAct({
    run: (what: { code: string }) => body(api.POST("/v1/session/second-factor/confirm", { body: what })),
    touches,
  });
  if (confirm.data && "codes" in confirm.data) return <ShowCodes codes={confirm.data.codes} onClose={onClose} />;
  return (
    <Modal opened onClose={onClose} title="Set up an authenticator" closeOnClickOutside={!begun}>
      {!begun ? (
        <form onSubmit={(event) => { event.preventDefault(); begin.mutate(undefined); }}>
          <Stack>
            <p style={{ margin: 0 }}>You need an app that shows codes, such as those that come with password managers and phones. Afterwards each sign-in asks for a code too.</p>
            <ProblemNotice problem={begin.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>Set up none</Button>
              <Button type="submit" loading={begin.isPending} data-autofocus>I have one</Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <form onSubmit={(event) => { event.preventDefault(); confirm.mutate({ code }, { onError: () => setCode("") }); }}>
          <Stack>
            <p style={{ margin: 0 }}>Point the app at this picture, or type the secret into it. Then type the code that it shows.</p>
            <img src={begun.picture} width={240} height={240} alt="QR code of the secret below" style={{ alignSelf: "center", background: "white", padding: 8 }} />
            <TextInput label="Secret" readOnly value={begun.secret} onFocus={(event) => event.currentTarget.select()} />
            <CodeInput value={code} onChange={(event) => setCode(event.currentTarget.value)} error={confirm.error?.byField.code} />
            {!confirm.error?.byField.code && <ProblemNotice problem={confirm.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>Set up none</Button>
              <Button type="submit" loading={confirm.isPending}>Use it</Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

/** Codes that are shown once. */
function ShowCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const text = codes.join("\n");
  return (
    <Modal opened onClose={onClose} title="Your recovery codes" closeOnClickOutside={false}>
      <Stack>
        <Notice tone="attention" title="Keep them now" role="status">They are not shown again. Each is good for one sign-in or release when the authenticator is lost.</Notice>
        <ul className="tabular" style={{ margin: 0, columns: 2 }}>
          {codes.map((code) => <li key={code}><code>{code}</code></li>)}
        </ul>
        <Group justify="flex-end">
          <CopyButton value={text}>{({ copied, copy }) => <Button variant="default" onClick={copy}>{copied ? "Copied" : "Copy"}</Button>}</CopyButton>
          <Button onClick={onClose}>I have them</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function NewCodes({ onClose }: { onClose: () => void }) {
  const [code, setCode] = useState("");
  const make = useAct({
    run: (what: { code: string }) => body(api.POST("/v1/session/second-factor/recovery-codes", { body: what })),
    touches,
  });
  if (make.data && "codes" in make.data) return <ShowCodes codes={make.data.codes} onClose={onClose} />;
  return (
    <Modal opened onClose={onClose} title="New recovery codes">
      <form onSubmit={(event) => { event.preventDefault(); make.mutate({ code }, { onError: () => setCode("") }); }}>
        <Stack>
          <p style={{ margin: 0 }}>The earlier ones are worthless then.</p>
          <CodeInput data-autofocus description="Of your authenticator, or one of the earlier recovery codes" value={code} onChange={(event) => setCode(event.currentTarget.value)} error={make.error?.byField.code} />
          {!make.error?.byField.code && <ProblemNotice problem={make.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Keep the earlier ones</Button>
            <Button type="submit" loading={make.isPending}>Make new ones</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Remove({ onClose }: { onClose: () => void }) {
  const [code, setCode] = useState("");
  const remove = useAct({
    run: (what: { code: string }) => body(api.POST("/v1/session/second-factor/remove", { body: what })),
    done: "Your authenticator is no longer asked for",
    close: onClose,
    touches,
  });
  return (
    <Modal opened onClose={onClose} title="Remove your authenticator">
      <form onSubmit={(event) => { event.preventDefault(); remove.mutate({ code }, { onError: () => setCode("") }); }}>
        <Stack>
          <p style={{ margin: 0 }}>Your password alone opens then, and you can release no payments until you set one up again.</p>
          <CodeInput data-autofocus value={code} onChange={(event) => setCode(event.currentTarget.value)} error={remove.error?.byField.code} />
          {!remove.error?.byField.code && <ProblemNotice problem={remove.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Keep it</Button>
            <Button type="submit" color="red" loading={remove.isPending}>Remove</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
