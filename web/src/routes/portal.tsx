import { createFileRoute, Outlet } from "@tanstack/react-router";

import classes from "../components/portal/Portal.module.css";

/** The creator's own pages: no rail, one column, made for a phone. */
export const Route = createFileRoute("/portal")({
  component: () => (
    <div className={classes.portal}>
      <a className={classes.skip} href="#main">Skip to the page</a>
      <header className={classes.top}>
        <img src="/icon.svg" width={22} height={22} alt="" />
        Rapport
      </header>
      <main id="main" className={classes.main}>
        <Outlet />
      </main>
    </div>
  ),
});
