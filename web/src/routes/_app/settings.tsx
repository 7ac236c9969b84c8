import { Group, NativeSelect } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { createFileRoute, Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";

import { mayOpen, settings } from "../../lib/places";
import { useSession } from "../../lib/session";
import classes from "./settings.module.css";

export const Route = createFileRoute("/_app/settings")({ component: Settings });

function Settings() {
  const may = mayOpen(useSession());
  const phone = useMediaQuery("(max-width: 47.99em)", false, { getInitialValueInEffect: false });
  return (
    <>
      {phone ? <Choice /> : (
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
      )}
      <Outlet />
    </>
  );
}

/** The tabs where they would take half the screen. */
function Choice() {
  const may = mayOpen(useSession());
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const open = settings.flatMap(({ pages }) => pages).find(({ to }) => pathname.startsWith(to));
  return (
    <nav className={classes.tabs} aria-label="Settings">
      <NativeSelect
        aria-label="Page of the settings" w="100%" pb={8}
        value={open?.to ?? ""}
        onChange={(event) => void navigate({ to: event.currentTarget.value })}
        data={settings.map(({ of, pages }) => ({ group: of, items: pages.filter(may).map(({ to, label }) => ({ value: to, label })) }))}
      />
    </nav>
  );
}
