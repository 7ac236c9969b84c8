import "./theme/global.css";

import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { Toasts } from "./components/Toasts";
import { DensityProvider } from "./lib/density";
import { keepFocus } from "./lib/focus";
import { printLight } from "./lib/print";
import { ShortcutProvider } from "./lib/shortcuts";
import { makeQueryClient, makeRouter } from "./router";
import { makeTheme, variablesResolver } from "./theme/theme";

const queryClient = makeQueryClient();
const router = makeRouter(queryClient);
const schemes = localStorageColorSchemeManager({ key: "rapport.scheme" });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

keepFocus();

// The code of the page that is opened comes beside the question who is signed in, and not after it. Whatever fails is asked for again.
for (const route of router.getMatchedRoutes(window.location.pathname)[0]) router.loadRouteChunk(route)?.catch(() => undefined);

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element to show the pages in");

printLight();

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <DensityProvider>
        {(density) => (
          // The theme writes every variable and not only those that differ from Mantine's own, so that no sheet with these is loaded.
          <MantineProvider
            theme={makeTheme(density)} cssVariablesResolver={variablesResolver} deduplicateCssVariables={false} colorSchemeManager={schemes} defaultColorScheme="auto"
          >
            <ShortcutProvider>
              <RouterProvider router={router} />
              <Toasts />
            </ShortcutProvider>
          </MantineProvider>
        )}
      </DensityProvider>
    </QueryClientProvider>
  </StrictMode>,
);
