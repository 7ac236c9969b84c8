import { screen, within } from "@testing-library/react";
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
