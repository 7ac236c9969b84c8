import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it } from "vitest";

import { show } from "../test/render";
import { columns, DataTable } from "./DataTable";

interface Thing { id: string; name: string; kind: string; place: string; note: string }

const thing: Thing = { id: "1", name: "Lamp", kind: "Light", place: "Desk", note: "Old" };
const cols = columns<Thing>([
  { id: "name", header: "Name", cell: ({ name }) => <a href="#1">{name}</a> },
  { id: "kind", header: "Kind", cell: ({ kind }) => kind },
  { id: "place", header: "Place", cell: ({ place }) => place },
  { id: "note", header: "Note", cell: ({ note }) => note, wide: true },
]);
const table = <DataTable label="Things" columns={cols} rows={[thing]} rowId={({ id }) => id} empty="None" />;
const heads = () => screen.getAllByRole("columnheader").map((head) => head.textContent);

afterEach(() => {
  localStorage.clear();
});

it("hides and shows columns, keeps that for the next time, and writes it into the address", async () => {
  const page = await show(table, "/things?q=x");
  await userEvent.click(await screen.findByRole("button", { name: "Columns" }));
  expect(screen.queryByRole("checkbox", { name: "Name" })).toBeNull();
  expect(screen.queryByRole("menuitem", { name: "As it was at first" })).toBeNull();
  await userEvent.click(await screen.findByRole("checkbox", { name: "Kind" }));
  expect(heads()).not.toContain("Kind");
  await waitFor(() => expect(page.search()).toEqual({ q: "x", cols: expect.stringMatching(/^name\.place/) as string }));
  page.unmount();

  const again = await show(table, "/things");
  expect(heads()).not.toContain("Kind");
  await waitFor(() => expect(again.search()).toEqual({ cols: expect.stringMatching(/^name\.place/) as string }));
  await userEvent.click(await screen.findByRole("button", { name: "Columns" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "As it was at first" }));
  expect(heads()).toContain("Kind");
  await waitFor(() => expect(again.search()).toEqual({}));
});

it("follows an address before one's own choice, and one that makes no sense not at all", async () => {
  localStorage.setItem("rapport.columns..Things", JSON.stringify({ place: false }));
  const page = await show(table, "/things?cols=name.place.nowhere");
  expect(heads()).toEqual(["Name", "Place"]);
  expect(localStorage.getItem("rapport.columns..Things")).toBe(JSON.stringify({ place: false }));
  page.unmount();
  localStorage.setItem("rapport.columns..Things", "no choice");
  await show(table, "/things");
  expect(heads()).toEqual(["Name", "Kind", "Place", "Note"]);
});

it("works with the keyboard alone", async () => {
  await show(table, "/things");
  const user = userEvent.setup();
  (await screen.findByRole("button", { name: "Columns" })).focus();
  await user.keyboard("{Enter}");
  (await screen.findByRole("checkbox", { name: "Place" })).focus();
  await user.keyboard(" ");
  await waitFor(() => expect(heads()).not.toContain("Place"));
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("checkbox", { name: "Place" })).toBeNull());
  expect(screen.getByRole("button", { name: "Columns" })).toHaveFocus();
});
