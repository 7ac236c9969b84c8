import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { createFileRoute, Link, useRouter } from "@tanstack/react-router";
import { useState } from "react";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import { asProblem } from "../api/problem";
import { sessionQuery } from "../api/queries";
import { CodeInput } from "../components/CodeInput";
import { DoorFrame } from "../components/DoorFrame";
import { Notice, ProblemNotice } from "../components/Notice";
import * as url from "../lib/search";
import { tellTabs } from "../lib/tabs";
import { useTitle } from "../lib/title";

export const Route = createFileRoute("/sign-in")({
  // Only a path of ours may follow the sign-in.
  validateSearch: url.search({ next: url.path, chosen: url.flag }),
  component: SignIn,
});

function SignIn() {
  useTitle("Sign in");
  const { next, chosen } = Route.useSearch();
  const router = useRouter();
  const queries = useQueryClient();
  const form = useForm({ initialValues: { email: "", password: "", code: "" } });
  // Whether the person has an authenticator is said only to whoever knows the password.
  const [coded, setCoded] = useState(false);
  const signIn = useAct({
    run: ({ code, ...values }: { email: string; password: string; code: string }) =>
      body(api.POST("/v1/session", { body: { ...values, code: code === "" ? undefined : code } })).catch((error: unknown) => {
        if (asProblem(error).code !== "second_factor_required") throw error;
        return "code" as const;
      }),
    then: (session) => {
      if (session === "code") return setCoded(true);
      queries.clear();
      queries.setQueryData(sessionQuery.queryKey, session);
      tellTabs(session.user_id);
      // In place of the sign-in, so that the way back does not lead here again.
      router.history.replace(next ?? "/");
    },
  });

  return (
    <DoorFrame title="Sign in to Rapport">
      <form
        onSubmit={form.onSubmit((values) =>
          signIn.mutate(values, {
            onError: (problem) => {
              form.setErrors(problem.byField);
              form.setFieldValue("code", "");
            },
          }),
        )}
      >
        <Stack gap="md">
          {chosen && !signIn.error && <Notice tone="progress" title="Your password is saved" role="status">Sign in with it.</Notice>}
          {next && !signIn.error && <p className="soft" style={{ margin: 0 }}>Sign in to go on where you were.</p>}
          <ProblemNotice problem={signIn.error} shownFields={["email", "password", "code"]} />
          <TextInput label="E-mail" type="email" autoComplete="username" required withAsterisk={false} autoFocus {...form.getInputProps("email")} />
          <PasswordInput label="Password" autoComplete="current-password" required withAsterisk={false} {...form.getInputProps("password")} />
          {coded && <CodeInput description="Six digits of your authenticator, or a recovery code" autoFocus {...form.getInputProps("code")} />}
          <Button type="submit" loading={signIn.isPending}>
            Sign in
          </Button>
          <Link to="/forgotten">Forgot your password?</Link>
        </Stack>
      </form>
    </DoorFrame>
  );
}
