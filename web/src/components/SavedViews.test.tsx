import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { SavedView } from "../api/schema";
import { show } from "../test/render";
import { serveReviews } from "../test/reviews";
import { uuid } from "../test/threads";
import { Filters } from "./Filters";

afterEach(() => {
  vi.unstubAllGlobals();
});

const view = (n: number, name: string, more: Partial<SavedView>): SavedView => ({ id: uuid(n), page: "/partnerships", name, search: { attention: true }, mine: true, owner: { id: uuid(9), name: "Mara" }, ...more });
const kept = { items: [view(1, "Needs me", {}), view(2, "Ours", { mine: false, brand_id: uuid(100), brand_name: "Acme" }), view(3, "Of another list", { page: "/tasks" })] };

it("goes to a kept view of this list", async () => {
  serveReviews({ also: { "/v1/views": kept } });
  const page = await show(<Filters>{null}</Filters>, "/partnerships?q=x");
  await userEvent.click(await screen.findByRole("button", { name: "Views" }));
  expect(await screen.findByRole("menuitem", { name: /Ours/ })).toHaveTextContent("Mara, Acme");
  expect(screen.queryByRole("menuitem", { name: /Of another list/ })).toBeNull();
  expect(screen.queryByRole("button", { name: "Delete the view Ours" })).toBeNull();
  await userEvent.click(screen.getByRole("menuitem", { name: /Needs me/ }));
  await waitFor(() => expect(page.search()).toEqual({ attention: true }));
});

it("keeps what is shown under a name, without where in the list one is", async () => {
  const sent = serveReviews({ also: { "/v1/views": kept } });
  await show(<Filters>{null}</Filters>, "/partnerships?q=x&cursor=abc&as=board&cols=creator.stage");
  await userEvent.click(await screen.findByRole("button", { name: "Views" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Keep what is shown…" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Keep this view" }));
  expect(dialog.getByRole("button", { name: "Keep" })).toBeDisabled();
  await userEvent.type(dialog.getByRole("textbox", { name: "Name" }), "Named x");
  await userEvent.click(dialog.getByRole("button", { name: "Keep" }));
  await waitFor(() => expect(sent.map(({ path, body }) => [path, body])).toEqual([["/v1/views", { page: "/partnerships", search: { q: "x", as: "board", cols: "creator.stage" }, name: "Named x" }]]));
});

it("has no views for a list of one thing", async () => {
  serveReviews({});
  await show(<Filters><span>Here</span></Filters>, `/campaigns/${uuid(4)}/start`);
  await screen.findByText("Here");
  expect(screen.queryByRole("button", { name: "Views" })).toBeNull();
});

it("asks before a view is deleted", async () => {
  const sent = serveReviews({ also: { "/v1/views": kept } });
  await show(<Filters>{null}</Filters>, "/partnerships");
  await userEvent.click(await screen.findByRole("button", { name: "Views" }));
  await userEvent.click(await screen.findByRole("button", { name: "Delete the view Needs me" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Delete the view Needs me?" }));
  expect(sent).toEqual([]);
  await userEvent.click(dialog.getByRole("button", { name: "Delete view" }));
  await waitFor(() => expect(sent).toHaveLength(1));
});

it("gives one's own view another name", async () => {
  const sent = serveReviews({ also: { "/v1/views": kept } });
  await show(<Filters>{null}</Filters>, "/partnerships");
  await userEvent.click(await screen.findByRole("button", { name: "Views" }));
  expect(screen.queryByRole("button", { name: "Rename the view Ours" })).toBeNull();
  await userEvent.click(await screen.findByRole("button", { name: "Rename the view Needs me" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Rename the view Needs me" }));
  const name = dialog.getByRole("textbox", { name: "Name" });
  expect(name).toHaveValue("Needs me");
  await userEvent.clear(name);
  expect(dialog.getByRole("button", { name: "Rename" })).toBeDisabled();
  await userEvent.type(name, "Waits for me");
  await userEvent.click(dialog.getByRole("button", { name: "Rename" }));
  await waitFor(() => expect(sent.map(({ path, body }) => [path, body])).toEqual([[`/v1/views/${uuid(1)}`, { name: "Waits for me" }]]));
});
