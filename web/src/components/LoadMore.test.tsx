import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { inPlace, usePages } from "../api/pages";
import { creatorsQuery } from "../api/queries";
import { refresh } from "../api/stream";
import { answer, show } from "../test/render";
import { LoadMore } from "./LoadMore";

let asked: (string | null)[];
let broken = false;
let last = 9;
/** What changed goes first. */
let newest: string[] = [];

/** Pages of three creators each, after a moment. */
async function serve(input: Request): Promise<Response> {
  const cursor = new URL(input.url).searchParams.get("cursor");
  asked.push(cursor);
  await new Promise((done) => setTimeout(done, 5));
  if (broken) return answer({ title: "Not now" }, 400);
  const at = Number(cursor ?? 0);
  // What moves down between two pages is in both.
  const items = [...(at === 0 ? newest : []), ...[`${at}b`, `${at + 1}a`, `${at + 1}b`].filter((id) => !newest.includes(id))].map((id) => ({ id, name: `Creator ${id}` }));
  return answer({ items, next_cursor: at < last ? String(at + 1) : undefined });
}

// Says that the foot is near the window whenever it is looked at.
class Near {
  constructor(private readonly seen: (entries: { isIntersecting: boolean }[]) => void) {}
  observe = () => void setTimeout(() => this.seen([{ isIntersecting: scrolled }]));
  disconnect = vi.fn();
}
let scrolled = false;

function List({ from, press }: { from?: string; press?: boolean }) {
  const list = usePages((cursor) => creatorsQuery({ cursor }), from);
  return (
    <>
      {list.sortAgain && <button type="button" onClick={list.sortAgain}>Sort again</button>}
      <ul>{list.data?.items.map(({ id, name }) => <li key={id}>{name}</li>)}</ul>
      <LoadMore more={list.more} cursor={from} toStart={vi.fn()} press={press} />
    </>
  );
}

const shown = () => screen.queryAllByRole("listitem").map((item) => item.textContent);

beforeEach(() => {
  [asked, broken, last, scrolled, newest] = [[], false, 9, false, []];
  vi.stubGlobal("fetch", vi.fn(serve));
  vi.stubGlobal("IntersectionObserver", Near);
});
afterEach(() => void vi.unstubAllGlobals());

it("loads the next page at the end, until there is none, and shows nothing twice", async () => {
  [scrolled, last] = [true, 3];
  await show(<List />);
  expect(await screen.findByText("9 shown")).toBeInTheDocument();
  expect(asked).toEqual([null, "1", "2", "3"]);
  expect(new Set(shown()).size).toBe(9);
  expect(screen.queryByRole("button")).not.toBeInTheDocument();
});

it("loads more by a press, and only by one where something stands below", async () => {
  scrolled = true;
  await show(<List press />);
  await userEvent.click(await screen.findByRole("button", { name: "Load more" }));
  expect(await screen.findByText("5 shown")).toBeInTheDocument();
  expect(asked).toEqual([null, "1"]);
});

it("says at the end that the next page failed, and keeps what it has", async () => {
  await show(<List />);
  const more = await screen.findByRole("button", { name: "Load more" });
  [broken, scrolled] = [true, true];
  await userEvent.click(more);
  expect(await screen.findByText("What comes next could not be loaded")).toBeInTheDocument();
  expect(shown()).toHaveLength(3);
  [broken, scrolled] = [false, false];
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("5 shown")).toBeInTheDocument();
});

it("begins at the cursor of a link", async () => {
  await show(<List from="3" />);
  expect(await screen.findByText("3 shown, from a later page on")).toBeInTheDocument();
  expect(asked).toEqual(["3"]);
  expect(screen.getByRole("button", { name: "First page" })).toBeInTheDocument();
});

it("asks the pages of a short list anew when it changed", async () => {
  const { queries } = await show(<List />);
  await userEvent.click(await screen.findByRole("button", { name: "Load more" }));
  await screen.findByText("5 shown");
  asked = [];
  act(() => refresh(queries, [{ noun: "creator", id: "0b" }]));
  await waitFor(() => expect(asked).toEqual([null, "1"]));
});

it("loses neither the press for the next page nor the change that comes at that moment", async () => {
  const { queries } = await show(<List />);
  fireEvent.click(await screen.findByRole("button", { name: "Load more" }));
  newest = ["new"];
  act(() => refresh(queries, [{ noun: "creator", id: "new" }]));
  expect(await screen.findByText("6 shown")).toBeInTheDocument();
  expect(asked).toEqual([null, "1", null, "1"]);
});

it("loses no change to a press that comes while it is read", async () => {
  const { queries } = await show(<List />);
  const more = await screen.findByRole("button", { name: "Load more" });
  newest = ["new"];
  act(() => refresh(queries, [{ noun: "creator", id: "new" }]));
  fireEvent.click(more);
  expect(await screen.findByText("6 shown")).toBeInTheDocument();
  expect(asked).toEqual([null, null, "1", null, "1"]);
});

it("leaves rows where they are while somebody looks, and has the new order for who comes later", async () => {
  const { queries, unmount } = await show(<List />);
  await screen.findByText("3 shown");
  newest = ["1b", "new"];
  act(() => refresh(queries, [{ noun: "creator", id: "1b" }]));
  await screen.findByText("4 shown");
  expect(shown()).toEqual(["Creator 0b", "Creator 1a", "Creator 1b", "Creator new"]);
  await userEvent.click(screen.getByRole("button", { name: "Sort again" }));
  expect(shown()).toEqual(["Creator 1b", "Creator new", "Creator 0b", "Creator 1a"]);
  expect(screen.queryByRole("button", { name: "Sort again" })).not.toBeInTheDocument();
  newest = ["1a", "1b"];
  act(() => refresh(queries, [{ noun: "creator", id: "1a" }]));
  await screen.findByRole("button", { name: "Sort again" });
  unmount();
  newest = ["1b", "new"];
  await show(<List />);
  await screen.findByText("4 shown");
  expect(shown()).toEqual(["Creator 1b", "Creator new", "Creator 0b", "Creator 1a"]);
});

it("has a place for each row: the seen ones where they were, a new one behind the row that it follows", () => {
  const seen = ["a", "b", "c"];
  expect(inPlace(["a", "b", "c"], [])).toEqual(seen);
  expect(inPlace(["c", "a", "b"], seen)).toBe(seen);
  expect(inPlace(["n", "a", "b", "c"], seen)).toEqual(["n", "a", "b", "c"]);
  expect(inPlace(["a", "n", "m", "b"], seen)).toEqual(["a", "n", "m", "b"]);
  expect(inPlace(["c", "a", "d", "e"], seen)).toEqual(["a", "d", "e", "c"]);
});

it("says of a long list that it changed, also after the next page, until it is loaded again", async () => {
  const { queries } = await show(<List />);
  for (const count of [3, 5, 7, 9]) {
    await screen.findByText(`${count} shown`);
    await userEvent.click(screen.getByRole("button", { name: "Load more" }));
  }
  await screen.findByText("11 shown");
  asked = [];
  act(() => refresh(queries, [{ noun: "creator", id: "0b" }]));
  expect(await screen.findByText("This list has changed since it was loaded")).toBeInTheDocument();
  expect(asked).toEqual([]);

  await userEvent.click(screen.getByRole("button", { name: "Load more" }));
  await waitFor(() => expect(shown()).toHaveLength(13));
  expect(screen.getByText("This list has changed since it was loaded")).toBeInTheDocument();
  asked = [];
  await userEvent.click(screen.getByRole("button", { name: "Load it again" }));
  expect(await screen.findByText("13 shown")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Load it again" })).not.toBeInTheDocument();
  expect(asked).toEqual([null, "1", "2", "3", "4", "5"]);
});
