import { Button, Group } from "@mantine/core";
import { useEffect, useRef } from "react";

import type { More } from "../api/pages";
import classes from "./DataTable.module.css";

// So far below the window the next page is asked for, that whoever scrolls does not wait for it.
const aheadPx = 800;

/**
 * The foot of a list that grows by scrolling. A list may begin at a cursor of the URL, of an older link; then it leads to the beginning.
 * Of a long list that changed it stays in sight and says so: see markStale.
 */
export function LoadMore({ more, cursor, toStart, press = false }: {
  more: More;
  cursor: string | undefined;
  toStart: () => void;
  /** Only a press loads more: what stands below the list stays in reach. */
  press?: boolean;
}) {
  const { hasNextPage, isFetching, isFetchingNextPage, isFetchNextPageError, fetchNextPage, refetch, shown, grown, changed } = more;
  const foot = useRef<HTMLDivElement>(null);
  const ready = !press && hasNextPage && !isFetching && !isFetchNextPageError;

  useEffect(() => {
    if (!ready || !foot.current || typeof IntersectionObserver === "undefined") return;
    const near = new IntersectionObserver((seen) => {
      if (seen.some(({ isIntersecting }) => isIntersecting)) void fetchNextPage();
    }, { rootMargin: `${aheadPx}px` });
    near.observe(foot.current);
    return () => near.disconnect();
  }, [ready, shown, fetchNextPage]);

  if (!cursor && !hasNextPage && !grown) return null;
  return (
    <div className={classes.foot} ref={foot} style={changed ? { position: "sticky", bottom: "var(--bar-bottom)", background: "var(--surface-page)", paddingBlock: 8 } : undefined}>
      <span role="status">
        {changed ? "This list has changed since it was loaded" : isFetchNextPageError ? "What comes next could not be loaded" : `${shown} shown${cursor ? ", from a later page on" : ""}`}
      </span>
      <Group gap="xs">
        {changed && <Button size="xs" loading={isFetching && !isFetchingNextPage} onClick={() => void refetch()}>Load it again</Button>}
        {cursor && <Button variant="default" size="xs" onClick={toStart}>First page</Button>}
        {hasNextPage && (
          <Button variant="default" size="xs" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {isFetchNextPageError ? "Try again" : "Load more"}
          </Button>
        )}
      </Group>
    </div>
  );
}
