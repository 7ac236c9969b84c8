import { createFileRoute, useNavigate } from "@tanstack/react-router";

import { Page } from "../../components/Page";
import { TextSearch } from "../../components/TextSearch";
import { textSearch, type TextSearchState } from "../../components/textSearchUrl";

export const Route = createFileRoute("/_app/search")({ validateSearch: textSearch, component: Search });

function Search() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const set = (change: Partial<TextSearchState>) => void navigate({ search: (before) => ({ ...before, ...change }), resetScroll: false });
  return (
    <Page title="Search" under="Everything that was written with creators and about them, newest first.">
      <TextSearch search={search} set={set} />
    </Page>
  );
}
