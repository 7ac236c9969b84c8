import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { IconHome } from "@tabler/icons-react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { answer, show } from "../test/render";
import CommandPalette from "./CommandPalette";

const places = [{ to: "/", label: "Home", icon: IconHome }, { to: "/reviews", label: "Reviews", icon: IconHome }];

beforeEach(() => {
  vi.stubGlobal("fetch", (request: Request) =>
    Promise.resolve(
      request.url.includes("/v1/search")
        ? answer({ items: [{ noun: "creator", id: "c1", title: "Ada Lindqvist" }, { noun: "partnership", id: "p1", title: "Ada Lindqvist", subtitle: "Autumn" }, { noun: "contract", id: "k1", title: "C-000012", subtitle: "Ada Lindqvist, Autumn" }] })
        : answer({ user_id: "u", name: "Olga", email: "o@x.example", brands: [] }),
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
