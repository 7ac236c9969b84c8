import { Link } from "@tanstack/react-router";
import { Fragment, type ReactNode } from "react";

import { useTitle } from "../lib/title";
import classes from "./Page.module.css";

interface Props {
  title: string;
  /** Where this page belongs: a way up, above the title. */
  up?: { to: string; label: string };
  /** Facts or a sentence under the title. */
  under?: ReactNode;
  actions?: ReactNode;
  narrow?: boolean;
  children: ReactNode;
}

/** One page of the frame: names the browser tab, has the only h1, and keeps actions at the top right. */
export function Page({ title, up, under, actions, narrow = false, children }: Props) {
  useTitle(title);
  return (
    <div className={`${classes.page} ${narrow ? classes.narrow : ""}`}>
      <header className={classes.header}>
        <div className={classes.heading}>
          {up && (
            <nav className={classes.crumbs} aria-label="Breadcrumb">
              <Link to={up.to}>{up.label}</Link>
            </nav>
          )}
          <h1>{title}</h1>
          {under && <div className={classes.under}>{under}</div>}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A titled box on a page. */
export function Section({ title, actions, flush = false, children }: { title: string; actions?: ReactNode; flush?: boolean; children: ReactNode }) {
  return (
    <section className={classes.section} aria-label={title}>
      <div className={classes.sectionHead}>
        <h2>{title}</h2>
        {actions}
      </div>
      <div className={flush ? undefined : classes.sectionBody}>{children}</div>
    </section>
  );
}

/** Facts as label and value. A fact that is undefined is left out; one that is not known is said so by its value. */
export function Facts({ facts }: { facts: [string, ReactNode | undefined][] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([label, value]) => value !== undefined && (
        <Fragment key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
