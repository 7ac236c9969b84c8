import { lazy, Suspense, useState } from "react";

import { LoadingLines } from "../Loading";
import classes from "./Deal.module.css";

const PostCheckList = lazy(() => import("./PostCheckList"));

/** The checks of a published post, as evidence; read when somebody opens them. */
export function PostChecks({ deliverableId }: { deliverableId: string }) {
  const [opened, setOpened] = useState(false);
  return (
    <details className={classes.evidence} onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>Checks of the post</summary>
      {opened && <Suspense fallback={<LoadingLines lines={2} />}><PostCheckList deliverableId={deliverableId} /></Suspense>}
    </details>
  );
}
