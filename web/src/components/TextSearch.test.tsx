import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { answer, show } from "../test/render";
import { TextSearch } from "./TextSearch";

const hit = (id: string, more: object) => ({
  id, kind: "message", partnership_id: "p1", creator_name: "Ada Lindqvist", campaign_name: "Autumn", brand_name: "Northwind", title: "The tripod", files: 0,
  snippet: [{ text: "We send a ", hit: false }, { text: "tripod", hit: true }], link: "/inbox?thread=t1&message=m1", at: "2026-03-01T10:00:00Z", ...more,
});
let items: object[] = [];
let asked: URLSearchParams[] = [];

beforeEach(() => {
  asked = [];
  items = [hit("m1", { files: 2, author: "Olga" }), hit("c1", { kind: "contract", title: "C-000007", link: "/contracts/c1", author: undefined })];
  vi.stubGlobal("fetch", (request: Request) => {
    const texts = request.url.includes("/search/texts");
    if (texts) asked.push(new URL(request.url).searchParams);
    return Promise.resolve(answer({ items: texts ? items : [] }));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("shows what was found, marked, with who and where, and leads to the place", async () => {
  const { path } = await show(<TextSearch search={{ q: "tripod", kind: "message", files: true, from: "2026-03-01", to: "2026-03-01" }} set={vi.fn()} />);
  const list = await screen.findByRole("list", { name: "What was found" });
  const [first] = within(list).getAllByRole("listitem");
  expect(first?.querySelector("mark")).toHaveTextContent("tripod");
  expect(first).toHaveTextContent("Olga, Ada Lindqvist, Autumn of Northwind");
  expect(first).toHaveTextContent("2 files");
  expect(within(list).getByText("Contract")).toBeVisible();
  expect(screen.getByRole("link", { name: "The tripod" })).toHaveAttribute("href", "/inbox?thread=t1&message=m1");
  const query = asked[0];
  expect([query?.get("q"), query?.get("kind"), query?.get("has_files")]).toEqual(["tripod", "message", "true"]);
  expect(Date.parse(query?.get("to") ?? "") - Date.parse(query?.get("from") ?? "")).toBe(86_400_000);

  await userEvent.keyboard("jjk");
  expect(screen.getByRole("link", { name: "The tripod" })).toHaveFocus();
  await userEvent.keyboard("j{Enter}");
  await vi.waitFor(() => expect(path()).toBe("/contracts/c1"));
});

it("asks nothing before something is typed", async () => {
  await show(<TextSearch search={{}} set={vi.fn()} />);
  expect(await screen.findByText("Nothing is typed yet")).toBeVisible();
  expect(asked).toEqual([]);
});

it("says that nothing was found, and takes the filters away", async () => {
  items = [];
  const set = vi.fn();
  await show(<TextSearch search={{ q: "zebra", kind: "note" }} set={set} />);
  expect(await screen.findByText("Nothing was written with “zebra”")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Clear the filters" }));
  expect(set).toHaveBeenCalledWith(expect.objectContaining({ kind: undefined, cursor: undefined }));
});

it("turns a choice into the address", async () => {
  const set = vi.fn();
  await show(<TextSearch search={{ q: "tripod", cursor: "x" }} set={set} />);
  await userEvent.selectOptions(await screen.findByRole("combobox", { name: "Kind" }), "note");
  expect(set).toHaveBeenLastCalledWith({ cursor: undefined, kind: "note" });
  await userEvent.click(screen.getByRole("checkbox", { name: "With files" }));
  expect(set).toHaveBeenLastCalledWith({ cursor: undefined, files: true });
});
