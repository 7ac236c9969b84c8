import { useEffect, useMemo, useState, type FocusEvent, type RefObject } from "react";
import { flushSync } from "react-dom";

// Up to here all rows are in the page, as find-in-page and short lists have it.
const mostRows = 100;

// From here on rows are measured, so that nothing moves when a list becomes long.
const fewRows = 50;

/** What of a long list is in the page. */
export interface Near {
  /** The rows, each with the room of those above it that are not in the page. */
  lines: { at: number; gap: number }[];
  /** The room of the rows below the last one. */
  rest: number;
  measure?: (row: HTMLElement | null) => void;
}

/** Paper has all rows. */
function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    // Paper is drawn as soon as the event is over.
    const before = () => flushSync(() => setPrinting(true));
    const after = () => setPrinting(false);
    window.addEventListener("beforeprint", before);
    window.addEventListener("afterprint", after);
    return () => {
      window.removeEventListener("beforeprint", before);
      window.removeEventListener("afterprint", after);
    };
  }, []);
  return printing;
}

/**
 * Which rows of a list are in the page: all, or of a long list those near the window, which NearRows finds out, and the one that has the focus. Each
 * row names its place in `data-row`, and `box` stands around `tbody` or `ul`. With `whole` all rows are in the page.
 */
export function useRows(name: string, box: RefObject<HTMLElement | null>, ids: string[], height: number, whole: boolean) {
  const [kept, keep] = useState<string>();
  const [near, setNear] = useState<Near>();
  const printing = usePrinting();
  const keptAt = kept === undefined ? -1 : ids.indexOf(kept);
  const long = ids.length > mostRows && !printing && !whole;

  const { lines, rest, measure } = useMemo<Near>(() => {
    const all = ids.map((_, at) => ({ at, gap: 0 }));
    if (!long) return { lines: all, rest: 0, measure: near?.measure };
    const some = near ?? { lines: all.slice(0, fewRows), rest: (ids.length - fewRows) * height };
    const there = some.lines.filter(({ at }) => at < ids.length);
    // Its place follows at once; what matters is that it never leaves the page.
    if (keptAt >= 0 && !there.some(({ at }) => at === keptAt)) there.push({ at: keptAt, gap: 0 });
    return { ...some, lines: there.sort((one, other) => one.at - other.at) };
  }, [ids, long, near, keptAt, height]);

  const focus = (at: number) => {
    const link = box.current?.querySelector<HTMLAnchorElement>(`[data-row="${at}"] a`);
    link?.focus();
    return link;
  };

  return {
    /** What NearRows needs, for lists that have so many rows that it is worth while. */
    looks: ids.length > fewRows && !whole ? { name, long, box, ids, keptAt, height, onChange: setNear } : undefined,
    long,
    lines,
    rest,
    measure,
    /** Brings a row into the page, if it is not there, and gives it the focus. */
    goTo: (at: number) => {
      if (focus(at)) return;
      flushSync(() => keep(ids[at]));
      focus(at);
    },
    onFocus: ({ target }: FocusEvent<HTMLElement>) => {
      const row = target.closest<HTMLElement>("[data-row]");
      if (row) keep(ids[Number(row.dataset.row)]);
    },
  };
}
