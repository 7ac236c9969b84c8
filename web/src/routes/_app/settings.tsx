import { Group } from "@mantine/core";
import { createFileRoute, Link, Outlet } from "@tanstack/react-router";

import { mayOpen, settings } from "../../lib/places";
import { useSession } from "../../lib/session";
import classes from "./settings.module.css";

export const Route = createFileRoute("/_app/settings")({ component: Settings });

function Settings() {
  const may = mayOpen(useSession());
  return (
    <>
      <nav className={classes.tabs} aria-label="Settings">
        {settings.map(({ of, pages }) => (
          <Group key={of} gap={4} mr="md" role="group" aria-label={of}>
            <span className="soft" aria-hidden>{of}</span>
            {pages.filter(may).map(({ to, label }) => (
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
