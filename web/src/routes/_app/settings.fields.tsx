import { createFileRoute } from "@tanstack/react-router";

import { CreatorFields } from "../../components/creator/CreatorFields";

export const Route = createFileRoute("/_app/settings/fields")({ component: Fields });

function Fields() {
  const { brand } = Route.useSearch();
  return <CreatorFields brand={brand} />;
}
