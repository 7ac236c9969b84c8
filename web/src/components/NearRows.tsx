import { defaultRangeExtractor, useWindowVirtualizer, windowScroll, type Range, type VirtualItem } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";

import type { Near } from "../lib/rows";

// How high the rows of each list were, so that whoever comes back to it stands where they were.
const sizes = new Map<string, VirtualItem[]>();

/** Finds out which rows of a list stand near the window. It shows nothing, and is loaded late: most lists are short. */
export default function NearRows({ name, long, box, ids, keptAt, height, onChange }: {
  name: string;
  long: boolean;
  box: RefObject<HTMLElement | null>;
  ids: string[];
  /** The row that stays in the page wherever the window is, or -1. */
  keptAt: number;
  /** How high a row is until it is measured. */
  height: number;
  onChange: (near: Near) => void;
}) {
  const [top, setTop] = useState(0);
  const begun = useRef(false);
  const near = useWindowVirtualizer({
    count: ids.length,
    estimateSize: () => height,
    getItemKey: useCallback((at: number) => ids[at] ?? at, [ids]),
    indexAttribute: "data-row",
    initialMeasurementsCache: sizes.get(name) ?? [],
    initialRect: { width: window.innerWidth, height: window.innerHeight },
    measureElement: (row) => row.getBoundingClientRect().height || height,
    overscan: 10,
    rangeExtractor: useCallback((range: Range) => {
      const rows = defaultRangeExtractor(range);
      return keptAt < 0 || rows.includes(keptAt) ? rows : [...rows, keptAt].sort((a, b) => a - b);
    }, [keptAt]),
    scrollMargin: top,
    // What it knows of where the window is may be old: it would throw back whoever has scrolled on since, most of all when it begins.
    scrollToFn: (offset, options, instance) => {
      if (options.adjustments) window.scrollBy(0, options.adjustments);
      else if (begun.current) windowScroll(offset, options, instance);
    },
    useFlushSync: false,
  });
  useLayoutEffect(() => { begun.current = true; }, []);

  useLayoutEffect(() => {
    // While all rows are in the page nothing moves by being measured.
    // eslint-disable-next-line react-hooks/immutability -- the library has a property for it, and no option
    near.shouldAdjustScrollPositionOnItemSizeChange = long ? undefined : () => false;
  }, [near, long]);
  useEffect(() => () => void sizes.set(name, near.takeSnapshot()), [near, name]);

  // What stands above the list comes and goes, and the page then has another height.
  useEffect(() => {
    const places = new ResizeObserver(() => {
      const rows = box.current?.querySelector("tbody, ul");
      if (rows) setTop(Math.round(rows.getBoundingClientRect().top + window.scrollY));
    });
    places.observe(document.body);
    return () => places.disconnect();
  }, [box]);

  const rows = near.getVirtualItems();
  const lines = rows.map(({ index, start }, at) => ({ at: index, gap: start - (rows[at - 1]?.end ?? top) }));
  const rest = near.getTotalSize() + top - (rows.at(-1)?.end ?? top);
  const { measureElement } = near;
  const now = JSON.stringify([lines, rest]);
  useLayoutEffect(() => {
    onChange({ lines, rest, measure: measureElement });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the lines are new each time, and only what they say is a reason
  }, [now, ids, measureElement, onChange]);
  return null;
}
