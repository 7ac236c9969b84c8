import { createFileRoute, Link, Outlet } from "@tanstack/react-router";

import { hasRole, useSession } from "../../lib/session";
import classes from "./settings.module.css";

export const Route = createFileRoute("/_app/settings")({ component: Settings });

function Settings() {
  const people = hasRole(useSession(), ["admin", "auditor", "finance_preparer", "finance_releaser"]);
  const parts = [
    { to: "/settings/notifications", label: "Notifications" },
    { to: "/settings/calendars", label: "Calendars" },
    ...(people ? [{ to: "/settings/people", label: "People" }] : []),
    { to: "/settings/brands", label: "Brands and funds" },
    { to: "/settings/outreach", label: "Outreach" },
    { to: "/settings/reviews", label: "Reviews" },
    { to: "/settings/contracts", label: "Contracts" },
    { to: "/settings/delegations", label: "Standing in" },
    { to: "/settings/fields", label: "Creator fields" },
    { to: "/settings/mail", label: "Mail" },
    { to: "/settings/sign-in", label: "Sign-in" },
    { to: "/settings/tokens", label: "API tokens" },
  ];
  return (
    <>
      <nav className={classes.tabs} aria-label="Settings">
        {parts.map(({ to, label }) => (
          <Link key={to} to={to} className={classes.tab} activeOptions={{ includeSearch: false }}>
            {label}
          </Link>
        ))}
      </nav>
      <Outlet />
    </>
  );
}
