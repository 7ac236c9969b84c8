import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute, Link, useRouter } from "@tanstack/react-router";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import { asProblem } from "../api/problem";
import { passwordLinkQuery, sessionQuery } from "../api/queries";
import type { PasswordLink } from "../api/schema";
import { DoorFrame } from "../components/DoorFrame";
import { LoadingLines } from "../components/Loading";
import { LoadFailed, Notice, ProblemNotice } from "../components/Notice";
import { tellTabs } from "../lib/tabs";
import { useTitle } from "../lib/title";

export const Route = createFileRoute("/password/$token")({ component: Shown });

/** Where the link in a mail leads by which somebody of the house chooses a password. */
function Shown() {
  const { token } = Route.useParams();
  useTitle("Choose your password");
  // What no header can carry is no token of ours.
  const possible = /^[\x21-\x7e]{1,200}$/.test(token);
  const { data: link, error, refetch } = useQuery({ ...passwordLinkQuery(token), enabled: possible });
  const problem = error && asProblem(error);
  return (
    <>
      {/* The address is the key, so it is told to nobody. */}
      <meta name="referrer" content="no-referrer" />
      <meta name="robots" content="noindex" />
      {!possible || problem?.code === "link_ended" ? <Ended /> : (
        <DoorFrame title={link?.invitation ? `Welcome, ${link.name}` : "Choose another password"}>
          {link ? <Choose token={token} link={link} /> : problem ? <LoadFailed error={problem} retry={() => void refetch()} /> : <LoadingLines lines={3} />}
        </DoorFrame>
      )}
    </>
  );
}

function Ended() {
  return (
    <DoorFrame title="This link does not work any more">
      <Stack gap="md">
        <Notice tone="attention" title="It works once, and only for a while">If you chose your password with it already, sign in. If not, have another link mailed to you.</Notice>
        <Link to="/sign-in" search={{}}>Sign in</Link>
        <Link to="/forgotten">Mail me another link</Link>
      </Stack>
    </DoorFrame>
  );
}

function Choose({ token, link }: { token: string; link: PasswordLink }) {
  const router = useRouter();
  const queries = useQueryClient();
  const form = useForm({ initialValues: { password: "" } });
  const choose = useAct({
    run: async ({ password }: { password: string }) => {
      await body(api.POST("/v1/password-link", { params: { header: { "Password-Token": token } }, body: { password } }));
      // What stops the sign-in, such as the code of an authenticator, is for its own page.
      return body(api.POST("/v1/session", { body: { email: link.email, password } })).catch(() => undefined);
    },
    then: (session) => {
      if (!session) return router.history.replace("/sign-in?chosen=true");
      queries.clear();
      queries.setQueryData(sessionQuery.queryKey, session);
      tellTabs(session.user_id);
      router.history.replace("/");
    },
  });
  return (
    <form noValidate onSubmit={form.onSubmit((what) => choose.mutate(what, { onError: (problem) => form.setErrors(problem.byField) }))}>
      <Stack gap="md">
        <ProblemNotice problem={choose.error} shownFields={["password"]} />
        <TextInput label="E-mail" type="email" autoComplete="username" readOnly value={link.email} />
        <PasswordInput label={link.invitation ? "Password" : "New password"} description="At least 12 characters" autoComplete="new-password" required withAsterisk={false} autoFocus {...form.getInputProps("password")} />
        <Button type="submit" loading={choose.isPending}>Save and sign in</Button>
      </Stack>
    </form>
  );
}
