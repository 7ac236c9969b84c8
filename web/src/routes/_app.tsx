import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute, Outlet, redirect, retainSearchParams, useNavigate, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useSyncExternalStore } from "react";

import { Problem } from "../api/problem";
import { arrive, overviewQuery, sessionQuery } from "../api/queries";
import { Frame } from "../components/Frame";
import { LoadingFirstPage } from "../components/Loading";
import { LoadFailed } from "../components/Notice";
import { proof } from "../lib/proof";
import * as url from "../lib/search";
import { hearTabs } from "../lib/tabs";
import { tour } from "../lib/tour";

// What is opened comes when it is first asked for: without it the first page is lighter.
const Tour = lazy(() => import("../components/Tour"));
const ProofDialog = lazy(async () => ({ default: (await import("../components/ProofDialog")).ProofDialog }));

/** Every page of the house: behind the sign-in, inside the frame, about one brand or all. */
export const Route = createFileRoute("/_app")({
  validateSearch: url.search({ brand: url.id, cols: url.columns }),
  search: { middlewares: [retainSearchParams(["brand"])] },
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.query({ ...sessionQuery, staleTime: "static" });
    } catch (error) {
      if (error instanceof Problem && error.status === 401) {
        throw redirect({ to: "/sign-in", search: { next: location.href === "/" ? undefined : location.href } });
      }
      throw error;
    }
  },
  // What the frame says above a page comes with it; later the frame reads it by itself.
  loader: ({ context, location }) => arrive(context.queryClient.query(overviewQuery((location.search as { brand?: string }).brand))),
  shouldReload: false,
  component: App,
  pendingComponent: LoadingFirstPage,
  errorComponent: ({ error, reset }) => (
    <main>
      <LoadFailed page error={error} retry={reset} />
    </main>
  ),
});

function App() {
  const { brand } = Route.useSearch();
  const navigate = useNavigate();
  const router = useRouter();
  const queries = useQueryClient();
  const asked = useSyncExternalStore(proof.subscribe, proof.asked);
  const touring = useSyncExternalStore(tour.subscribe, tour.runs);
  const { data: session, error } = useQuery(sessionQuery);
  const ended = error instanceof Problem && error.status === 401;
  useEffect(() => {
    if (ended) void navigate({ to: "/sign-in", search: { next: router.state.location.href } });
  }, [ended, navigate, router]);
  // All tabs of a browser have one session. What this one read belongs to whoever was signed in until now.
  const userId = session?.user_id;
  useEffect(
    () => hearTabs((heard) => {
      if (heard === undefined || heard === userId) void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
      else window.location.reload();
    }),
    [queries, userId],
  );
  return (
    <Frame brandId={brand}>
      <Outlet />
      <Suspense>{asked && <ProofDialog />}</Suspense>
      <Suspense>{touring && <Tour />}</Suspense>
    </Frame>
  );
}
