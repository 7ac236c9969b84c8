import { Button, Checkbox, Group, Skeleton, VisuallyHidden } from "@mantine/core";
import { useMediaQuery, useViewportSize } from "@mantine/hooks";
import { useCanGoBack, useRouter } from "@tanstack/react-router";
import {
  createColumnHelper, metaHelper, rowSelectionFeature, tableFeatures, useTable,
  type ColumnDef, type Row, type RowSelectionState,
} from "@tanstack/react-table";
import { Fragment, lazy, Suspense, useLayoutEffect, useMemo, useRef, type ChangeEvent, type MouseEvent as RowClick, type ReactNode, type RefObject } from "react";

import { useChooseRange } from "../lib/choose";
import { useColumns } from "../lib/columns";
import { useRows } from "../lib/rows";
import { useShortcuts } from "../lib/shortcuts";
import classes from "./DataTable.module.css";
import { LoadFailed } from "./Notice";

const ColumnMenu = lazy(() => import("./ColumnMenu"));
const NearRows = lazy(() => import("./NearRows"));

interface Look {
  /** Numbers and money stand at the right. */
  right?: boolean;
  /** Where the column goes on a phone: the card's head, a fact with its label, or nowhere. */
  phone?: "head" | "fact" | "hide";
  /** Only shown where there is room for what is nice to know. */
  wide?: boolean;
}

const features = tableFeatures({ rowSelectionFeature, columnMeta: metaHelper<Look>() });

type Cols<T extends object> = ColumnDef<typeof features, T>[];

/** Columns of a list. The first holds the link that the whole row follows. */
export function columns<T extends object>(
  list: { id: string; header: string; cell: (row: T) => ReactNode; right?: boolean; phone?: Look["phone"]; wide?: boolean }[],
): Cols<T> {
  const helper = createColumnHelper<typeof features, T>();
  return list.map(({ id, header, cell, right, phone, wide }) =>
    helper.display({ id, header, cell: ({ row }) => cell(row.original), meta: { right, phone, wide } }),
  );
}

interface Props<T extends object> {
  /** What the list is, for those who hear it. */
  label: string;
  columns: Cols<T>;
  rows: T[] | undefined;
  rowId: (row: T) => string;
  error?: unknown;
  retry?: () => void;
  /** What stands here when there are no rows. */
  empty: ReactNode;
  /** Chosen rows by id, when rows can be chosen. */
  chosen?: {
    value: RowSelectionState;
    onChange: (value: RowSelectionState) => void;
    nameOf: (row: T) => string;
    /** Which rows may be chosen; without it, each. */
    may?: (row: T) => boolean;
    /** x chooses the row that has the focus, X everything up to it. */
    keys?: boolean;
  };
  /** Without a border, inside a section. */
  flush?: boolean;
  /** Up and down also walk through the rows; for queues, where nobody scrolls with these keys. */
  arrows?: boolean;
  /** There are more rows than are loaded. */
  more?: boolean;
  /** Gives the rows the order of now, where some changed and kept their place. */
  sortAgain?: () => void;
  /** All rows are in the page, however many: inside something that scrolls by itself, such as a dialog, where the window says nothing about what is near. */
  whole?: boolean;
}

const none: never[] = [];

function place(look: Look | undefined, asked = false): string {
  return `${look?.right ? classes.right : ""} ${look?.wide && !asked ? classes.wide : ""}`;
}

/** A cell of two lines: what matters, and below it what it belongs to. Each is cut where the column ends. */
export function TwoLines({ first, second }: { first: string; second?: string }) {
  return (
    <div className={classes.two}>
      <div title={first}>{first}</div>
      {second && <div title={second}>{second}</div>}
    </div>
  );
}

function followRow(event: RowClick<HTMLTableRowElement>): void {
  const target = event.target as HTMLElement;
  if (target.closest("a, button, input, label, summary") || window.getSelection()?.toString()) return;
  event.currentTarget.querySelector<HTMLAnchorElement>("td a")?.click();
}

/** The room of rows that are not in the page. */
function Room({ height }: { height: number }) {
  return <tr aria-hidden><td style={{ height, padding: 0, border: 0 }} /></tr>;
}

/** Of a long table only some rows are in the page, so the columns keep the widths that they had with the first of them. */
function useFixedWidths(box: RefObject<HTMLElement | null>, long: boolean, columns: string) {
  const { width } = useViewportSize();
  useLayoutEffect(() => {
    const table = box.current?.querySelector("table");
    if (!table || !long) return;
    const heads = [...table.querySelectorAll<HTMLElement>("thead th")];
    const widths = heads.map((head) => head.getBoundingClientRect().width);
    heads.forEach((head, at) => { head.style.width = `${widths[at]}px`; });
    Object.assign(table.style, { tableLayout: "fixed", overflowWrap: "anywhere" });
    return () => {
      for (const head of heads) head.style.width = "";
      Object.assign(table.style, { tableLayout: "", overflowWrap: "" });
    };
  }, [box, long, columns, width]);
}

/** A list as a table, or as cards on a phone. Rows are opened by a click anywhere, by j, k and Enter, or by their link. */
export function DataTable<T extends object>({ label, columns: all, rows, rowId, error, retry, empty, chosen, flush = false, arrows = false, more = false, sortAgain, whole = false }: Props<T>) {
  const phone = useMediaQuery("(max-width: 47.99em)", false, { getInitialValueInEffect: false });
  const roomy = useMediaQuery("(min-width: 87.5em)", true, { getInitialValueInEffect: false });
  // The first column leads to the row, and a short table in a section has only what it needs. In a dialog the address is that of the page behind.
  const chooses = !flush && !whole && !phone && all.length > 3;
  const { choice, set: chooseColumn, reset } = useColumns(label, all.map(({ id = "", meta }) => ({ id, shown: !meta?.wide || roomy })), chooses);
  const cols = chooses ? all.filter(({ id = "" }, at) => at === 0 || (choice[id] ?? true)) : all;
  const box = useRef<HTMLDivElement>(null);
  const table = useTable({
    features,
    columns: cols,
    data: rows ?? none,
    getRowId: rowId,
    enableRowSelection: chosen?.may ? (row) => chosen.may?.(row.original) ?? true : chosen !== undefined,
    state: { rowSelection: chosen?.value ?? {} },
    onRowSelectionChange: (next) => chosen?.onChange(typeof next === "function" ? next(chosen.value) : next),
  });

  const range = useChooseRange(table.getRowModel().rows.filter((row) => row.getCanSelect()).map(({ id }) => id), chosen?.value ?? {}, (next) => chosen?.onChange(next));
  const choose = (row: Row<typeof features, T>, event: ChangeEvent<HTMLInputElement>) =>
    range(row.id, event.currentTarget.checked, (event.nativeEvent as MouseEvent).shiftKey);
  const loaded = table.getRowModel().rows;
  const near = useRows(label, box, useMemo(() => loaded.map(({ id }) => id), [loaded]), phone ? 110 : 41, whole);
  useFixedWidths(box, near.long && !phone, cols.map(({ id }) => id).join());
  const focusedAt = () => {
    const row = document.activeElement?.closest<HTMLElement>("[data-row]");
    return row && box.current?.contains(row) ? Number(row.dataset.row) : -1;
  };
  const chooseFocused = (withRange: boolean) => {
    const row = loaded[focusedAt()];
    if (row?.getCanSelect()) range(row.id, withRange || !row.getIsSelected(), withRange);
  };

  const move = (step: 1 | -1) => {
    if (near.long) {
      const from = focusedAt();
      near.goTo(from < 0 ? (step === 1 ? 0 : loaded.length - 1) : Math.min(loaded.length - 1, Math.max(0, from + step)));
      return;
    }
    const links = [...(box.current?.querySelectorAll<HTMLAnchorElement>("[data-row] a:first-of-type") ?? [])].filter(
      (link) => link.closest("[data-row]")?.querySelector("a") === link,
    );
    const at = links.findIndex((link) => link.closest("[data-row]")?.contains(document.activeElement));
    links[at < 0 ? (step === 1 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
  };
  useShortcuts(label, [
    { keys: "j", label: "Next row", run: () => move(1) },
    { keys: "k", label: "Previous row", run: () => move(-1) },
    ...(chosen?.keys ? [
      { keys: "x", label: "Choose the row, or not", run: () => chooseFocused(false) },
      { keys: "X", label: "Choose all rows from the last chosen one to this", run: () => chooseFocused(true) },
    ] : []),
    ...(arrows ? [
      { keys: "ArrowDown", label: "Next row", run: () => move(1) },
      { keys: "ArrowUp", label: "Previous row", run: () => move(-1) },
    ] : []),
  ]);

  const shownRows = rows && near.lines.flatMap(({ at, gap }) => {
    const row = loaded[at];
    return row ? [{ row, at, gap }] : [];
  });
  const frame = `${classes.scroll} ${flush ? classes.flush : ""} ${near.long ? classes.long : ""}`;

  if (error && !rows) return <div className={frame}><LoadFailed error={error} retry={retry} /></div>;
  if (rows?.length === 0) return <div className={frame}>{empty}</div>;

  // A place of its own keeps the rows where they are when it comes.
  const order = (
    <span role="status">
      {sortAgain && <>Some rows changed and kept their place. <Button size="compact-xs" variant="subtle" onClick={sortAgain}>Sort again</Button></>}
    </span>
  );
  const looks = near.looks && <Suspense><NearRows {...near.looks} /></Suspense>;
  if (phone) {
    return (
      <div className={frame} ref={box} onFocus={near.onFocus}>
        <ul className={classes.cards} aria-label={label} style={near.rest > 0 ? { paddingBottom: near.rest } : undefined}>
          {shownRows?.map(({ row, at, gap }) => (
            <Card key={row.id} row={row} at={at} gap={gap} of={near.long ? (more ? -1 : loaded.length) : undefined} measure={near.measure} chosen={chosen} choose={choose} />
          ))
            ?? Array.from({ length: 5 }, (_, line) => (
              <li key={line} className={classes.card}>
                <Skeleton height={14} width="60%" />
                <Skeleton height={12} width="85%" />
              </li>
            ))}
        </ul>
        {order}
        {looks}
      </div>
    );
  }

  const shown = (
    <div className={frame} ref={box} tabIndex={-1} onFocus={near.onFocus}>
      <table className={classes.table} aria-label={label} aria-busy={rows === undefined} aria-rowcount={near.long ? (more ? -1 : loaded.length + 1) : undefined}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} aria-rowindex={near.long ? 1 : undefined}>
              {chosen && (
                <th scope="col" className={classes.check}>
                  <Checkbox
                    size="xs"
                    aria-label="Choose all rows of this page"
                    checked={table.getIsAllRowsSelected()}
                    indeterminate={table.getIsSomeRowsSelected() && !table.getIsAllRowsSelected()}
                    onChange={table.getToggleAllRowsSelectedHandler()}
                  />
                </th>
              )}
              {group.headers.map((header) => (
                <th key={header.id} scope="col" className={place(header.column.columnDef.meta, choice[header.column.id])}>
                  <table.FlexRender header={header} />
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {shownRows?.map(({ row, at, gap }) => (
            <Fragment key={row.id}>
              {gap > 0 && <Room height={gap} />}
              <tr data-row={at} ref={near.measure} aria-rowindex={near.long ? at + 2 : undefined} className={classes.link} onClick={followRow}>
                {chosen && (
                  <td className={classes.check}>
                    <Checkbox
                      size="xs"
                      aria-label={`Choose ${chosen.nameOf(row.original)}`}
                      checked={row.getIsSelected()}
                      disabled={!row.getCanSelect()}
                      onChange={(event) => choose(row, event)}
                    />
                  </td>
                )}
                {row.getAllCells().map((cell) => (
                  <td key={cell.id} className={place(cell.column.columnDef.meta, choice[cell.column.id])}>
                    <table.FlexRender cell={cell} />
                  </td>
                ))}
              </tr>
            </Fragment>
          )) ?? Array.from({ length: 8 }, (_, line) => (
            <tr key={line}>
              {cols.map((column, at) => (
                <td key={column.id}>
                  <Skeleton height={14} width={at === 0 ? "70%" : "50%"} />
                </td>
              ))}
            </tr>
          ))}
          {near.rest > 0 && <Room height={near.rest} />}
        </tbody>
      </table>
      {looks}
      {rows === undefined && <VisuallyHidden role="status">Loading {label}</VisuallyHidden>}
    </div>
  );
  if (!chooses) return shown;
  return (
    <div>
      <div className={classes.choose}>
        {order}
        <Suspense>
          <ColumnMenu
            columns={all.slice(1).map(({ id = "", header, meta }) => ({ id, header: String(header), shown: choice[id] ?? (!meta?.wide || roomy) }))}
            onChange={chooseColumn}
            reset={reset}
          />
        </Suspense>
      </div>
      {shown}
    </div>
  );
}

function Card<T extends object>({ row, at, gap, of, measure, chosen, choose }: {
  row: Row<typeof features, T>;
  at: number;
  gap: number;
  /** How many there are, when not all cards are in the page; -1 when nobody knows. */
  of: number | undefined;
  measure: ((element: HTMLElement | null) => void) | undefined;
  chosen: Props<T>["chosen"];
  choose: (row: Row<typeof features, T>, event: ChangeEvent<HTMLInputElement>) => void;
}) {
  const cells = row.getAllCells().map((cell, at) => ({
    id: cell.id,
    header: String(cell.column.columnDef.header),
    place: cell.column.columnDef.meta?.phone ?? (at === 0 ? "head" : "fact"),
    shown: typeof cell.column.columnDef.cell === "function" ? (cell.column.columnDef.cell(cell.getContext()) as ReactNode) : null,
  }));
  return (
    <li className={classes.card} data-row={at} ref={measure} aria-setsize={of} aria-posinset={of && at + 1} style={gap > 0 ? { marginTop: gap } : undefined}>
      <div className={classes.cardHead}>
        {chosen && (
          <Checkbox aria-label={`Choose ${chosen.nameOf(row.original)}`} checked={row.getIsSelected()} disabled={!row.getCanSelect()} onChange={(event) => choose(row, event)} />
        )}
        {cells.filter(({ place }) => place === "head").map(({ id, shown }) => <div key={id}>{shown}</div>)}
      </div>
      <dl className={classes.cardFacts}>
        {cells.filter(({ place }) => place === "fact").map(({ id, header, shown }) => (
          <div key={id}>
            <dt>{header}</dt>
            <dd>{shown}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

/**
 * Steps through a list by cursors. The cursor lives in the URL, so a page of the list can be shared; going back
 * is the browser's own way back, because a cursor only knows the way forward.
 */
export function Pager({ shown, cursor, nextCursor, go, children }: {
  shown: number;
  cursor: string | undefined;
  nextCursor: string | undefined;
  go: (cursor: string | undefined) => void;
  children?: ReactNode;
}) {
  const router = useRouter();
  const canGoBack = useCanGoBack();
  if (!cursor && !nextCursor && !children) return null;
  return (
    <div className={classes.foot}>
      <span>
        {shown} shown{cursor ? ", a later page" : ""}
      </span>
      <Group gap="xs">
        {children}
        {cursor && (
          <>
            <Button variant="default" size="xs" onClick={() => go(undefined)}>
              First page
            </Button>
            <Button variant="default" size="xs" disabled={!canGoBack} onClick={() => router.history.back()}>
              Back
            </Button>
          </>
        )}
        {nextCursor && (
          <Button variant="default" size="xs" onClick={() => go(nextCursor)}>
            Next page
          </Button>
        )}
      </Group>
    </div>
  );
}
