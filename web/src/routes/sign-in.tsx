import { Button, Paper, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { createFileRoute, useRouter } from "@tanstack/react-router";
import { useState } from "react";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import { asProblem } from "../api/problem";
import { sessionQuery } from "../api/queries";
import { CodeInput } from "../components/CodeInput";
import { ProblemNotice } from "../components/Notice";
import * as url from "../lib/search";
import { tellTabs } from "../lib/tabs";
import { useTitle } from "../lib/title";
import classes from "./sign-in.module.css";

export const Route = createFileRoute("/sign-in")({
  // Only a path of ours may follow the sign-in.
  validateSearch: url.search({ next: url.path }),
  component: SignIn,
});

function SignIn() {
  useTitle("Sign in");
  const { next } = Route.useSearch();
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
    <main className={classes.page}>
      <Paper className={classes.box}>
        <div className={classes.mark}>
          <img src="/icon.svg" width={30} height={30} alt="" />
          <h1>Sign in to Rapport</h1>
        </div>
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
            {next && !signIn.error && <p className="soft" style={{ margin: 0 }}>Sign in to go on where you were.</p>}
            <ProblemNotice problem={signIn.error} shownFields={["email", "password", "code"]} />
            <TextInput label="E-mail" type="email" autoComplete="username" required withAsterisk={false} autoFocus {...form.getInputProps("email")} />
            <PasswordInput label="Password" autoComplete="current-password" required withAsterisk={false} {...form.getInputProps("password")} />
            {coded && <CodeInput description="Six digits of your authenticator, or a recovery code" autoFocus {...form.getInputProps("code")} />}
            <Button type="submit" loading={signIn.isPending}>
              Sign in
            </Button>
          </Stack>
        </form>
      </Paper>
    </main>
  );
}
