import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconLinkOff } from "@tabler/icons-react";
import { useEffect, useRef } from "react";

import { api, body } from "../api/client";
import { asProblem } from "../api/problem";
import { portalHomeQuery } from "../api/queries";
import { LoadingPage } from "../components/Loading";
import { EmptyState, LoadFailed } from "../components/Notice";
import { useSay } from "../components/portal/words/Words";
import { useTitle } from "../lib/title";

export const Route = createFileRoute("/portal/$token")({ component: OpenPortal });

/** Exchanges the mailed token for a short session, then leads on, so that the token does not stay in the address. */
function OpenPortal() {
  const say = useSay();
  useTitle(say("open.title"));
  const { token } = Route.useParams();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const asked = useRef(false);
  const open = useMutation({
    mutationFn: () => body(api.POST("/v1/portal/session", { body: { token } })),
    onSuccess: (home) => {
      queries.setQueryData(portalHomeQuery.queryKey, home);
      void navigate({ to: "/portal/home", replace: true });
    },
  });

  const { mutate } = open;
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    mutate();
  }, [mutate]);

  if (!open.error) return <LoadingPage />;
  const problem = asProblem(open.error);
  if (problem.isUncertain || problem.status === 429) return <LoadFailed page error={problem} retry={() => mutate()} />;
  return (
    <EmptyState icon={IconLinkOff} title={say("open.dead")} alert page>
      {say("open.deadText")}
    </EmptyState>
  );
}
