import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";

import { Inbox } from "../../components/inbox/Inbox";
import { inboxSearch, type InboxSearch } from "../../components/inbox/search";

export const Route = createFileRoute("/_app/inbox")({ validateSearch: inboxSearch, component: InboxPage });

function InboxPage() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const go = useCallback(
    (change: Partial<InboxSearch>, replace = false) => void navigate({ search: (before) => ({ ...before, ...change }), replace, resetScroll: false }),
    [navigate],
  );
  return <Inbox search={search} go={go} />;
}
