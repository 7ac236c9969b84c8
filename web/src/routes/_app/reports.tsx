import { createFileRoute, Link, Outlet } from "@tanstack/react-router";

import { reports } from "../../lib/places";
import classes from "./settings.module.css";

export const Route = createFileRoute("/_app/reports")({ component: Reports });

function Reports() {
  return (
    <>
      <nav className={classes.tabs} aria-label="Reports">
        {reports.map(({ to, label }) => (
          <Link key={to} to={to} className={classes.tab} activeOptions={{ includeSearch: false }}>
            {label}
          </Link>
        ))}
      </nav>
      <Outlet />
    </>
  );
}
