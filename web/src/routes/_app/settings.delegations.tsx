import { createFileRoute } from "@tanstack/react-router";

import { Delegations } from "../../components/policy/Delegations";

export const Route = createFileRoute("/_app/settings/delegations")({ component: StandingIn });

function StandingIn() {
  const { brand } = Route.useSearch();
  return <Delegations brand={brand} />;
}
