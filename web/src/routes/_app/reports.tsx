import { createFileRoute, Link, Outlet } from "@tanstack/react-router";

import classes from "./settings.module.css";

export const Route = createFileRoute("/_app/reports")({ component: Reports });

const parts = [
  { to: "/reports/books", label: "Books" },
];

function Reports() {
  return (
    <>
      <nav className={classes.tabs} aria-label="Reports">
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
