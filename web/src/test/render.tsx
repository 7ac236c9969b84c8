import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render, type RenderResult } from "@testing-library/react";
import type { ReactNode } from "react";

import { ShortcutProvider } from "../lib/shortcuts";
import { makeTheme } from "../theme/theme";

/** Shows something the way a page would: with the theme, the queries, the keys and a router that has any address. */
export async function show(children: ReactNode, at = "/"): Promise<RenderResult & { queries: QueryClient; path: () => string; search: () => object }> {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  const root = createRootRoute({ component: () => children });
  const anywhere = createRoute({ getParentRoute: () => root, path: "$" });
  const router = createRouter({ routeTree: root.addChildren([anywhere]), history: createMemoryHistory({ initialEntries: [at] }) });
  await router.load();
  const shown = render(
    <QueryClientProvider client={queries}>
      <MantineProvider theme={makeTheme("comfortable")} env="test">
        <ShortcutProvider>
          <RouterProvider router={router as never} />
        </ShortcutProvider>
      </MantineProvider>
    </QueryClientProvider>,
  );
  return { ...shown, queries, path: () => router.state.location.pathname, search: () => router.state.location.search };
}

/** An answer of the API. */
export function answer(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json" },
  });
}
