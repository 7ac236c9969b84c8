import type { ReactNode } from "react";

import { useLanguage } from "../../lib/language";
import classes from "./Portal.module.css";

/** The frame of pages for people outside of the house: no rail, one column, made for a phone. */
export function PlainFrame({ corner, children }: { corner?: ReactNode; children: ReactNode }) {
  const { parts } = useLanguage();
  return (
    <div className={classes.portal}>
      <a className={classes.skip} href="#main">{parts.skip}</a>
      <header className={classes.top}>
        <img src="/icon.svg" width={22} height={22} alt="" />
        Rapport
        {corner && <div className={classes.corner}>{corner}</div>}
      </header>
      <main id="main" className={classes.main}>{children}</main>
    </div>
  );
}
