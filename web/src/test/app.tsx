import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRouter, RouterProvider } from "@tanstack/react-router";
import { configure, render } from "@testing-library/react";
import { vi } from "vitest";

import { ShortcutProvider } from "../lib/shortcuts";
import { makeQueryClient } from "../router";
import { routeTree } from "../routeTree.gen";
import { makeTheme } from "../theme/theme";

// Pages load their code when they are first opened, which takes a while on a busy machine.
configure({ asyncUtilTimeout: 5_000 });
vi.setConfig({ testTimeout: 30_000 });

/** Opens an address of the dashboard with its real pages, for what spans more than one of them. */
export function openApp(address: string) {
  const queryClient = makeQueryClient();
  queryClient.setDefaultOptions({ queries: { retry: false, staleTime: Infinity } });
  const router = createRouter({ routeTree, context: { queryClient }, history: createMemoryHistory({ initialEntries: [address] }) });
  const shown = render(
    <QueryClientProvider client={queryClient}>
      <MantineProvider theme={makeTheme("comfortable")} env="test">
        <ShortcutProvider>
          <RouterProvider router={router as never} />
        </ShortcutProvider>
      </MantineProvider>
    </QueryClientProvider>,
  );
  return { ...shown, queryClient, path: () => router.state.location.pathname, href: () => router.state.location.href };
}
