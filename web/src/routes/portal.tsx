import { createFileRoute, Outlet } from "@tanstack/react-router";

import { PlainFrame } from "../components/portal/PlainFrame";

/** The creator's own pages. */
export const Route = createFileRoute("/portal")({
  component: () => (
    <PlainFrame>
      <Outlet />
    </PlainFrame>
  ),
});
