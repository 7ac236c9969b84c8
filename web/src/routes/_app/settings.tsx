import { Group } from "@mantine/core";
import { createFileRoute, Link, Outlet } from "@tanstack/react-router";

import { hasRole, useSession } from "../../lib/session";
import classes from "./settings.module.css";

export const Route = createFileRoute("/_app/settings")({ component: Settings });

function Settings() {
  const people = hasRole(useSession(), ["admin", "auditor", "finance_preparer", "finance_releaser"]);
  const parts = [
    {
      of: "You",
      pages: [
        { to: "/settings/notifications", label: "Notifications" },
        { to: "/settings/sign-in", label: "Sign-in" },
        { to: "/settings/tokens", label: "API tokens" },
        { to: "/settings/delegations", label: "Standing in" },
      ],
    },
    {
      of: "The house",
      pages: [
        ...(people ? [{ to: "/settings/people", label: "People" }] : []),
        { to: "/settings/brands", label: "Brands and funds" },
        { to: "/settings/outreach", label: "Outreach" },
        { to: "/settings/reviews", label: "Reviews" },
        { to: "/settings/contracts", label: "Contracts" },
        { to: "/settings/fields", label: "Creator fields" },
        { to: "/settings/calendars", label: "Calendars" },
        { to: "/settings/mail", label: "Mail delivery" },
      ],
    },
  ];
  return (
    <>
      <nav className={classes.tabs} aria-label="Settings">
        {parts.map(({ of, pages }) => (
          <Group key={of} gap={4} mr="md" role="group" aria-label={of}>
            <span className="soft" aria-hidden>{of}</span>
            {pages.map(({ to, label }) => (
              <Link key={to} to={to} className={classes.tab} activeOptions={{ includeSearch: false }}>
                {label}
              </Link>
            ))}
          </Group>
        ))}
      </nav>
      <Outlet />
    </>
  );
}
