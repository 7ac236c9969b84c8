import { createFileRoute, redirect } from "@tanstack/react-router";

// Whoever comes without a page in mind looks for something of their own.
export const Route = createFileRoute("/_app/settings/")({
  beforeLoad: () => {
    throw redirect({ to: "/settings/notifications", replace: true });
  },
});
