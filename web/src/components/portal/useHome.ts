import { useQueryClient } from "@tanstack/react-query";

import { portalHomeQuery } from "../../api/queries";
import type { PortalHome } from "../../api/schema";

/** Puts a fresh answer on the creator's page at once. */
export function useShowHome(): (home: PortalHome) => void {
  const queries = useQueryClient();
  return (home) => queries.setQueryData(portalHomeQuery.queryKey, home);
}
