import { act, fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it, vi } from "vitest";

import { Problem } from "../api/problem";
import { show } from "../test/render";
import { columns, DataTable } from "./DataTable";

interface Person {
  id: string;
  name: string;
}

const people: Person[] = [{ id: "1", name: "Ada" }, { id: "2", name: "Bo" }, { id: "3", name: "Cy" }];
const cols = columns<Person>([
  { id: "name", header: "Name", cell: ({ id, name }) => <a href={`#${id}`}>{name}</a> },
  { id: "id", header: "Number", cell: ({ id }) => id, right: true },
]);
const common = { label: "People", columns: cols, rowId: ({ id }: Person) => id, empty: <p>Nobody yet</p> };

it("is a table with named columns", async () => {
  await show(<DataTable {...common} rows={people} />);
  const table = screen.getByRole("table", { name: "People" });
  expect(within(table).getAllByRole("columnheader").map((cell) => cell.textContent)).toEqual(["Name", "Number"]);
  expect(within(table).getAllByRole("row")).toHaveLength(4);
});

it("says that it loads, that nothing is there, and that it failed", async () => {
  const { unmount } = await show(<DataTable {...common} rows={undefined} />);
  expect(screen.getByRole("table")).toHaveAttribute("aria-busy", "true");
  unmount();
  const second = await show(<DataTable {...common} rows={[]} />);
  expect(screen.getByText("Nobody yet")).toBeInTheDocument();
  second.unmount();
  const retry = vi.fn();
  await show(<DataTable {...common} rows={undefined} error={new Problem(503, {})} retry={retry} />);
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(retry).toHaveBeenCalledOnce();
});

it("keeps showing old rows when a refresh fails", async () => {
  await show(<DataTable {...common} rows={people} error={new Problem(503, {})} />);
  expect(screen.getByRole("link", { name: "Ada" })).toBeInTheDocument();
});

it("walks through its rows with j and k", async () => {
  await show(<DataTable {...common} rows={people} />);
  await userEvent.keyboard("jj");
  expect(screen.getByRole("link", { name: "Bo" })).toHaveFocus();
  await userEvent.keyboard("k");
  expect(screen.getByRole("link", { name: "Ada" })).toHaveFocus();
});

it("lets rows be chosen, one or all", async () => {
  const said = vi.fn();
  function Choosing() {
    const [value, setValue] = useState<Record<string, true>>({});
    said(Object.keys(value));
    return <DataTable {...common} rows={people} chosen={{ value, onChange: setValue, nameOf: ({ name }) => name }} />;
  }
  await show(<Choosing />);
  await userEvent.click(screen.getByRole("checkbox", { name: "Choose Bo" }));
  expect(said).toHaveBeenLastCalledWith(["2"]);
  const all = screen.getByRole("checkbox", { name: "Choose all rows of this page" });
  expect(all).toBePartiallyChecked();
  await userEvent.click(screen.getByRole("checkbox", { name: "Choose Bo" }));
  await userEvent.click(all);
  expect(said).toHaveBeenLastCalledWith(expect.arrayContaining(["1", "2", "3"]));
  expect(all).not.toBePartiallyChecked();
  expect(all).toBeChecked();
});

it("chooses with shift all rows between the last one and this", async () => {
  const said = vi.fn();
  function Choosing() {
    const [value, setValue] = useState<Record<string, true>>({});
    said(Object.keys(value));
    return <DataTable {...common} rows={people} chosen={{ value, onChange: setValue, nameOf: ({ name }) => name }} />;
  }
  await show(<Choosing />);
  const box = (at: number) => screen.getByRole("checkbox", { name: `Choose ${people[at]?.name}` });
  const user = userEvent.setup();
  await user.click(box(0));
  await user.keyboard("{Shift>}");
  await user.click(box(2));
  expect(said).toHaveBeenLastCalledWith(["1", "2", "3"]);
  await user.click(box(2));
  await user.keyboard("{/Shift}");
  expect(said).toHaveBeenLastCalledWith(["1", "2"]);
});

it("walks with the arrows too where it is a queue", async () => {
  await show(<DataTable {...common} rows={people} arrows />);
  await userEvent.keyboard("{ArrowDown}{ArrowDown}{ArrowUp}");
  expect(screen.getByRole("link", { name: "Ada" })).toHaveFocus();
});

const crowd = Array.from({ length: 2_000 }, (_, at) => ({ id: String(at), name: `Person ${at}` }));
const rowsNow = () => document.querySelectorAll("[data-row]");
const scrollTo = (top: number) => {
  window.scrollY = top;
  fireEvent.scroll(window);
};

// What finds out which rows are near comes late.
const loaded = () => act(async () => {
  await import("./NearRows");
});

it("has of a long list only the rows near the window", async () => {
  await show(<DataTable {...common} rows={crowd} />);
  const table = screen.getByRole("table", { name: "People" });
  expect(table).toHaveAttribute("aria-rowcount", "2001");
  expect(rowsNow().length).toBeGreaterThan(10);
  expect(rowsNow().length).toBeLessThan(100);
  expect(screen.getByRole("link", { name: "Person 0" }).closest("tr")).toHaveAttribute("aria-rowindex", "2");

  await loaded();
  scrollTo(1_000 * 41);
  expect((await screen.findByRole("link", { name: "Person 1000" })).closest("tr")).toHaveAttribute("aria-rowindex", "1002");
  expect(screen.queryByRole("link", { name: "Person 0" })).not.toBeInTheDocument();
  expect(rowsNow().length).toBeLessThan(100);
  expect(screen.getAllByRole("columnheader")).toHaveLength(2);
  scrollTo(0);
});

it("has all rows of a list of a hundred, as find-in-page wants it", async () => {
  await show(<DataTable {...common} rows={crowd.slice(0, 100)} />);
  expect(rowsNow()).toHaveLength(100);
  expect(screen.getByRole("table")).not.toHaveAttribute("aria-rowcount");
});

it("has all rows where something else than the window scrolls", async () => {
  await show(<DataTable {...common} rows={crowd.slice(0, 300)} whole />);
  expect(rowsNow()).toHaveLength(300);
});

it("does not know how many rows there are while there are more", async () => {
  await show(<DataTable {...common} rows={crowd} more />);
  expect(screen.getByRole("table")).toHaveAttribute("aria-rowcount", "-1");
});

it("keeps the row that has the focus, and walks to rows that are not in the page", async () => {
  await show(<DataTable {...common} rows={crowd} />);
  const user = userEvent.setup();
  await loaded();
  await user.keyboard("jj");
  const focused = screen.getByRole("link", { name: "Person 1" });
  expect(focused).toHaveFocus();
  scrollTo(1_500 * 41);
  await screen.findByRole("link", { name: "Person 1500" });
  expect(focused).toHaveFocus();
  expect(rowsNow().length).toBeLessThan(100);
  await user.keyboard("j");
  expect(screen.getByRole("link", { name: "Person 2" })).toHaveFocus();
  act(() => (document.activeElement as HTMLElement).blur());
  await user.keyboard("k");
  expect(screen.getByRole("link", { name: "Person 1999" })).toHaveFocus();
  scrollTo(0);
});

it("keeps the focus when a list becomes long", async () => {
  function Growing() {
    const [count, setCount] = useState(100);
    return <div onMouseMove={() => setCount(2_000)}><DataTable {...common} rows={crowd.slice(0, count)} /></div>;
  }
  await show(<Growing />);
  const link = screen.getByRole("link", { name: "Person 90" });
  link.focus();
  await loaded();
  fireEvent.mouseMove(link);
  expect(link).toBeInTheDocument();
  expect(link).toHaveFocus();
  expect(rowsNow().length).toBeLessThan(100);
});

it("chooses ranges over rows that are not in the page", async () => {
  const said = vi.fn();
  function Choosing() {
    const [value, setValue] = useState<Record<string, true>>({});
    said(Object.keys(value).length);
    return <DataTable {...common} rows={crowd} chosen={{ value, onChange: setValue, nameOf: ({ name }) => name, keys: true }} />;
  }
  await show(<Choosing />);
  const user = userEvent.setup();
  await loaded();
  await user.keyboard("jx");
  expect(said).toHaveBeenLastCalledWith(1);
  scrollTo(1_000 * 41);
  const box = await screen.findByRole("checkbox", { name: "Choose Person 1000" });
  await user.keyboard("{Shift>}");
  await user.click(box);
  await user.keyboard("{/Shift}");
  expect(said).toHaveBeenLastCalledWith(1_001);
  scrollTo(0);
});

it("prints all rows that are loaded", async () => {
  await show(<DataTable {...common} rows={crowd.slice(0, 300)} />);
  fireEvent(window, new Event("beforeprint"));
  expect(rowsNow()).toHaveLength(300);
  fireEvent(window, new Event("afterprint"));
  expect(rowsNow().length).toBeLessThan(100);
});

it("has of the cards of a phone only those near the window", async () => {
  const matchMedia = vi.spyOn(window, "matchMedia").mockImplementation((media) => Object.assign(new EventTarget(), { matches: media.includes("max-width"), media, onchange: null }) as MediaQueryList);
  await show(<DataTable {...common} rows={crowd} />);
  expect(rowsNow().length).toBeLessThan(100);
  expect(screen.getByRole("link", { name: "Person 0" }).closest("li")).toHaveAttribute("aria-setsize", "2000");
  await loaded();
  scrollTo(1_000 * 110);
  expect((await screen.findByRole("link", { name: "Person 1000" })).closest("li")).toHaveAttribute("aria-posinset", "1001");
  scrollTo(0);
  matchMedia.mockRestore();
});

it("offers to sort rows that changed and kept their place, in words that are heard", async () => {
  const sort = vi.fn();
  const wide = columns<Person>([...["name", "a", "b", "c"].map((id) => ({ id, header: id, cell: ({ name }: Person) => name }))]);
  const { unmount } = await show(<DataTable {...common} columns={wide} rows={people} />);
  expect(screen.queryByText(/kept their place/)).not.toBeInTheDocument();
  unmount();
  await show(<DataTable {...common} columns={wide} rows={people} sortAgain={sort} />);
  expect(screen.getByRole("status")).toHaveTextContent(/Some rows changed and kept their place/);
  await userEvent.click(screen.getByRole("button", { name: "Sort again" }));
  expect(sort).toHaveBeenCalledOnce();
});
