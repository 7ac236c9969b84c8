import { Paper } from "@mantine/core";
import type { ReactNode } from "react";

import classes from "./DoorFrame.module.css";

/** The frame of the pages that somebody of the house sees before they are signed in. */
export function DoorFrame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={classes.page}>
      <Paper className={classes.box}>
        <div className={classes.mark}>
          <img src="/icon.svg" width={30} height={30} alt="" />
          <h1>{title}</h1>
        </div>
        {children}
      </Paper>
    </main>
  );
}
