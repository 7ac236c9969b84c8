import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { IconHome } from "@tabler/icons-react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { useShortcuts } from "../lib/shortcuts";
import { answer, show } from "../test/render";
import CommandPalette from "./CommandPalette";

const places = [{ to: "/", label: "Home", icon: IconHome }, { to: "/reviews", label: "Reviews", icon: IconHome }];

beforeEach(() => {
  vi.stubGlobal("fetch", (request: Request) =>
    Promise.resolve(
      request.url.includes("/v1/search")
        ? answer({ items: [{ noun: "creator", id: "c1", title: "Ada Lindqvist" }, { noun: "partnership", id: "p1", title: "Ada Lindqvist", subtitle: "Autumn" }, { noun: "contract", id: "k1", title: "C-000012", subtitle: "Ada Lindqvist, Autumn" }] })
        : request.url.includes("/v1/views") ? answer({ items: [{ id: "v1", name: "Late money", page: "/payouts", search: { state: ["unknown"] }, mine: true, owner: { id: "u", name: "Olga" } }] })
        : answer({ user_id: "u", name: "Olga", email: "o@x.example", brands: [{ brand_id: "b1", roles: ["ops"] }] }),
    ),
  );
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("goes to a place by its first letters and Enter", async () => {
  const close = vi.fn();
  const { path } = await show(<CommandPalette opened onClose={close} places={places} />);
  await userEvent.type(screen.getByRole("combobox"), "rev{Enter}");
  expect(close).toHaveBeenCalledOnce();
  await vi.waitFor(() => expect(path()).toBe("/reviews"));
});

it("finds things and moves the choice by the arrows", async () => {
  const { path } = await show(<CommandPalette opened onClose={vi.fn()} places={places} />);
  const field = screen.getByRole("combobox");
  await userEvent.type(field, "ada");
  await screen.findByRole("option", { name: "Search everything written for “ada”" });
  const options = screen.getAllByRole("option");
  expect(options.map((option) => option.textContent)).toEqual(["Ada LindqvistAutumn", "Ada Lindqvist", "C-000012Ada Lindqvist, Autumn", "Search everything written for “ada”"]);
  await userEvent.keyboard("{ArrowDown}");
  expect(field).toHaveAttribute("aria-activedescendant", options[1]?.id);
  expect(options[1]).toHaveAttribute("aria-selected", "true");
  await userEvent.keyboard("{Enter}");
  await vi.waitFor(() => expect(path()).toBe("/creators/c1"));
});

it("leads to a contract that has the words", async () => {
  const { path } = await show(<CommandPalette opened onClose={vi.fn()} places={places} />);
  await userEvent.type(screen.getByRole("combobox"), "tripod");
  await userEvent.click(await screen.findByRole("option", { name: /C-000012/ }));
  await vi.waitFor(() => expect(path()).toBe("/contracts/k1"));
});

it("searches what was written when nothing else is meant", async () => {
  const { path } = await show(<CommandPalette opened onClose={vi.fn()} places={places} />);
  await userEvent.type(screen.getByRole("combobox"), "tripod");
  await screen.findByRole("option", { name: "Search everything written for “tripod”" });
  await userEvent.keyboard("{ArrowUp}{Enter}");
  await vi.waitFor(() => expect(path()).toBe("/search"));
});

it("leads to pages below a place, and only to those that the person may open", async () => {
  const { path } = await show(<CommandPalette opened onClose={vi.fn()} places={places} />);
  const field = screen.getByRole("combobox");
  await userEvent.type(field, "books");
  await screen.findByRole("option", { name: /Search everything/ });
  expect(screen.queryByRole("option", { name: "Reports: Books" })).not.toBeInTheDocument();
  await userEvent.clear(field);
  await userEvent.type(field, "key d");
  await userEvent.click(await screen.findByRole("option", { name: "Key dates" }));
  await vi.waitFor(() => expect(path()).toBe("/contracts/dates"));
});

it("does what the open page can, closed first", async () => {
  const [close, run] = [vi.fn(), vi.fn()];
  function Page() {
    useShortcuts("Queue", [{ keys: "a", label: "Approve the chosen review", run }, { keys: "j", label: "Next row", run }]);
    return <CommandPalette opened onClose={close} places={places} />;
  }
  await show(<Page />);
  const field = screen.getByRole("combobox");
  await userEvent.type(field, "approve");
  expect(screen.getByRole("group", { name: "On this page" })).toHaveTextContent(/^On this pageApprove the chosen reviewa$/);
  await userEvent.keyboard("{Enter}");
  expect(close).toHaveBeenCalledOnce();
  await vi.waitFor(() => expect(run).toHaveBeenCalledOnce());
});

it("opens a kept view with its filters, changes the appearance, and signs out", async () => {
  const { path, search } = await show(<CommandPalette opened onClose={vi.fn()} places={places} />);
  const field = screen.getByRole("combobox");
  await userEvent.type(field, "late m");
  await userEvent.click(await screen.findByRole("option", { name: /Late money/ }));
  await vi.waitFor(() => expect(path()).toBe("/payouts"));
  expect(search()).toEqual({ state: ["unknown"] });
  await userEvent.clear(field);
  await userEvent.type(field, "dark");
  await userEvent.click(await screen.findByRole("option", { name: "Appearance: dark" }));
  await vi.waitFor(() => expect(document.documentElement).toHaveAttribute("data-mantine-color-scheme", "dark"));
  await userEvent.clear(field);
  await userEvent.type(field, "sign out");
  await userEvent.click(await screen.findByRole("option", { name: "Sign out" }));
  await vi.waitFor(() => expect(path()).toBe("/sign-in"));
});
