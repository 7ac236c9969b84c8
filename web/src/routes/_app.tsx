import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Navigate, Outlet, redirect, retainSearchParams, useLocation } from "@tanstack/react-router";
import { z } from "zod";

import { Problem } from "../api/problem";
import { sessionQuery } from "../api/queries";
import { Frame } from "../components/Frame";

/** Every page of the house: behind the sign-in, inside the frame, about one brand or all. */
export const Route = createFileRoute("/_app")({
  validateSearch: z.object({ brand: z.uuid().optional().catch(undefined) }),
  search: { middlewares: [retainSearchParams(["brand"])] },
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(sessionQuery);
    } catch (error) {
      if (error instanceof Problem && error.status === 401) {
        throw redirect({ to: "/sign-in", search: { next: location.href === "/" ? undefined : location.href } });
      }
      throw error;
    }
  },
  component: App,
});

function App() {
  const { brand } = Route.useSearch();
  const { href } = useLocation();
  const session = useQuery(sessionQuery);
  if (session.error instanceof Problem && session.error.status === 401) return <Navigate to="/sign-in" search={{ next: href }} />;
  return (
    <Frame brandId={brand}>
      <Outlet />
    </Frame>
  );
}
