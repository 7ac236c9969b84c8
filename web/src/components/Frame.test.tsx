import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { answer, show } from "../test/render";
import { Frame } from "./Frame";

let source: EventTarget & { onopen?: () => void };

beforeEach(() => {
  vi.stubGlobal("EventSource", class extends EventTarget {
    close = vi.fn();
    constructor() {
      super();
      // eslint-disable-next-line @typescript-eslint/no-this-alias -- the test speaks as the server
      source = this;
    }
  });
  vi.stubGlobal("fetch", () => Promise.resolve(answer({ user_id: "u", name: "Olga", email: "o@x.example", brands: [], items: [] })));
});
afterEach(() => vi.unstubAllGlobals());

it("pauses the live updates by a press or a key, counts what changed, and goes on", async () => {
  await show(<Frame brandId={undefined}>Page</Frame>);
  expect(screen.getByText("Not live")).toBeVisible();
  act(() => source.onopen?.());
  await userEvent.click(screen.getByRole("button", { name: "Live: pause the updates" }));
  act(() => void source.dispatchEvent(new MessageEvent("change", { data: JSON.stringify({ noun: "payouts", id: "x1" }) })));
  const paused = await screen.findByRole("button", { name: "Paused, 1 change: show" }, { timeout: 3000 });
  await userEvent.click(paused);
  expect(screen.getByRole("button", { name: "Live: pause the updates" })).toBeVisible();
  await userEvent.keyboard("p");
  expect(screen.getByRole("button", { name: "Paused, 0 changes: show" })).toBeVisible();
});
