import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { answer, show } from "../test/render";
import PersonPanel from "./PersonPanel";
import ShortcutHelp from "./ShortcutHelp";

beforeEach(() => vi.stubGlobal("fetch", () => Promise.resolve(answer({ user_id: "u", name: "Olga", email: "o@x.example", brands: [] }))));
afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

it("says whether keys of one letter are on, and has the switch of the person's menu", async () => {
  await show(
    <>
      <PersonPanel onHelp={vi.fn()} onTour={vi.fn()} />
      <ShortcutHelp opened onClose={vi.fn()} />
    </>,
  );
  const help = await screen.findByRole("switch");
  expect(help).toBeChecked();
  const menu = screen.getByRole("radiogroup", { name: "Keys of one letter", hidden: true });
  await userEvent.click(within(menu).getByRole("radio", { name: "Off", hidden: true }));
  expect(help).not.toBeChecked();
  expect(screen.getByText(/They are off/)).toBeVisible();
  await userEvent.click(help);
  expect(menu.querySelector("input[value=on]")).toBeChecked();
});
