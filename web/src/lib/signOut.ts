import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import { tellTabs } from "./tabs";

/** Ends the session, in every tab. */
export function useSignOut() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useAct({
    run: () => body(api.DELETE("/v1/session")),
    then: () => {
      tellTabs(undefined);
      // What was read belongs to the person who leaves; the pages that show it must be gone first.
      void navigate({ to: "/sign-in", search: {} }).then(() => queries.clear());
    },
    announce: true,
  });
}
