import { Button, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { createFileRoute, Link } from "@tanstack/react-router";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import { DoorFrame } from "../components/DoorFrame";
import { Notice, ProblemNotice } from "../components/Notice";
import { useTitle } from "../lib/title";

export const Route = createFileRoute("/forgotten")({ component: Forgotten });

/** For who does not know their password any more, or whose link is too old. */
function Forgotten() {
  useTitle("Forgot your password?");
  const form = useForm({ initialValues: { email: "" } });
  const ask = useAct({ run: (what: { email: string }) => body(api.POST("/v1/password-links", { body: what })) });
  return (
    <DoorFrame title="Forgot your password?">
      {ask.isSuccess ? (
        <Stack gap="md">
          <Notice tone="progress" title="Look into your mail" role="status">
            If somebody here has the address {form.values.email}, a mail with a link is on its way. It comes within a few minutes; look among unwanted mail too.
          </Notice>
          <Link to="/sign-in" search={{}}>Back to the sign-in</Link>
        </Stack>
      ) : (
        <form noValidate onSubmit={form.onSubmit((what) => ask.mutate(what, { onError: (problem) => form.setErrors(problem.byField) }))}>
          <Stack gap="md">
            <p className="soft" style={{ margin: 0 }}>We mail you a link by which you choose another one.</p>
            <ProblemNotice problem={ask.error} shownFields={["email"]} />
            <TextInput label="E-mail" type="email" autoComplete="username" required withAsterisk={false} autoFocus {...form.getInputProps("email")} />
            <Button type="submit" loading={ask.isPending} disabled={form.values.email === ""}>Mail me a link</Button>
            <Link to="/sign-in" search={{}}>Back to the sign-in</Link>
          </Stack>
        </form>
      )}
    </DoorFrame>
  );
}
