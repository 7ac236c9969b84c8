import { QueryCache, QueryClient, useQueryErrorResetBoundary } from "@tanstack/react-query";
import { createRouter, Link, type ErrorComponentProps } from "@tanstack/react-router";
import { IconMapOff } from "@tabler/icons-react";

import { asProblem, Problem } from "./api/problem";
import { sessionQuery } from "./api/queries";
import { LoadingPage } from "./components/Loading";
import { EmptyState, LoadFailed } from "./components/Notice";
import { routeTree } from "./routeTree.gen";

/** Reads are tried again only when the outside failed: a refusal stays a refusal. */
export function makeQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // A session that ended while a page was open: the frame sees it and leads to the sign-in.
        if (error instanceof Problem && error.status === 401 && query.queryKey[0] !== "session" && query.queryKey[0] !== "portal") {
          void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
        }
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (count, error) => count < 2 && asProblem(error).isUncertain,
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  });
  return client;
}

/** A page whose first read failed. Trying again also makes the query forget its failure. */
function PageFailed({ error, reset }: ErrorComponentProps) {
  const failed = useQueryErrorResetBoundary();
  return (
    <LoadFailed
      page
      error={error}
      retry={() => {
        failed.reset();
        reset();
      }}
    />
  );
}

/** The pages and their addresses. A page's code is loaded when its link is pointed at. */
export function makeRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultPendingComponent: LoadingPage,
    defaultPendingMs: 150,
    defaultPendingMinMs: 200,
    defaultErrorComponent: PageFailed,
    defaultNotFoundComponent: () => (
      <main>
        <EmptyState icon={IconMapOff} title="There is no such page" alert page action={<Link to="/">Go to Home</Link>}>
          Check the address. What it led to may have been moved or deleted.
        </EmptyState>
      </main>
    ),
  });
}
