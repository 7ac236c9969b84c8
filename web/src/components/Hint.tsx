import { lazy, Suspense, type ReactElement } from "react";

const Tooltip = lazy(() => import("./Tooltip"));

/** Words on hover and on focus. Their code comes after the page, which works without them. */
export function Hint({ label, children }: { label: string; children: ReactElement }) {
  return (
    <Suspense fallback={children}>
      <Tooltip label={label}>{children}</Tooltip>
    </Suspense>
  );
}
