import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, Outlet } from "@tanstack/react-router";

import { LoadingFirstPage } from "../components/Loading";

export const Route = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Outlet, pendingComponent: LoadingFirstPage });
