import { createFileRoute, Link, Outlet } from "@tanstack/react-router";

import classes from "./settings.module.css";

export const Route = createFileRoute("/_app/reports")({ component: Reports });

const parts = [
  { to: "/reports/history", label: "History" },
  { to: "/reports/statements", label: "Statements" },
  { to: "/reports/year", label: "Year to date" },
  { to: "/reports/books", label: "Books" },
  { to: "/reports/lapsed", label: "Lapsed terms" },
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
