import type { ReactNode } from "react";

import classes from "./Portal.module.css";

/** The frame of pages for people outside of the house: no rail, one column, made for a phone. */
export function PlainFrame({ children }: { children: ReactNode }) {
  return (
    <div className={classes.portal}>
      <a className={classes.skip} href="#main">Skip to the page</a>
      <header className={classes.top}>
        <img src="/icon.svg" width={22} height={22} alt="" />
        Rapport
      </header>
      <main id="main" className={classes.main}>{children}</main>
    </div>
  );
}
