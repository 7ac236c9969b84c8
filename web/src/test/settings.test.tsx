import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { openApp } from "./app";
import { answer } from "./render";

let sent: unknown[] = [];

beforeEach(() => {
  sent = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/v1/session") return answer({ user_id: "u1", name: "Kim", email: "k@x.example", brands: [{ brand_id: "b1", brand_name: "North", roles: ["ops"] }] });
    if (pathname === "/v1/tokens" && request.method === "POST") {
      const body = (await request.json()) as { name: string; expires_at?: string };
      sent.push(body);
      if (body.name === "") return answer({ title: "Some fields need another value", status: 422, errors: [{ field: "name", code: "required", detail: "Name it." }] }, 422);
      return answer({ token: { id: "t1", name: body.name, created_at: "2026-06-01T10:00:00Z", expires_at: body.expires_at }, secret: "rap_1_2" }, 201);
    }
    return answer({ items: [] });
  });
});
afterEach(() => vi.unstubAllGlobals());

async function make(name: string, ends?: string) {
  const user = userEvent.setup();
  openApp("/settings/tokens");
  await user.click(await screen.findByRole("button", { name: "Make a token" }));
  const dialog = await screen.findByRole("dialog");
  await user.type(within(dialog).getByRole("textbox", { name: "Name" }), name);
  if (ends) await user.selectOptions(within(dialog).getByRole("combobox", { name: "Ends" }), ends);
  await user.click(within(dialog).getByRole("button", { name: "Make token" }));
  return dialog;
}

it("lets a token end after 90 days unless somebody says otherwise, and says when", async () => {
  const dialog = await make("Nightly export");
  expect(await within(dialog).findByText(/Whoever has it can act as you, until .*20\d\d/)).toBeTruthy();
  const [{ expires_at }] = sent as [{ expires_at: string }];
  expect(Math.round((Date.parse(expires_at) - Date.now()) / 86_400_000)).toBe(90);
});

it("makes a token that never ends where somebody asks for one", async () => {
  const dialog = await make("Nightly export", "Never, until it is revoked");
  expect(await within(dialog).findByText("It is not shown again. Whoever has it can act as you.")).toBeTruthy();
  expect(sent).toEqual([{ name: "Nightly export" }]);
});

it("leads to the pages of the settings by one field on a phone", async () => {
  vi.stubGlobal("matchMedia", (query: string) => ({ matches: query === "(max-width: 47.99em)", media: query, addEventListener: () => undefined, removeEventListener: () => undefined, addListener: () => undefined, removeListener: () => undefined }));
  const user = userEvent.setup();
  const { path } = openApp("/settings/tokens");
  const field = await screen.findByRole("combobox", { name: "Page of the settings" });
  expect(field).toHaveValue("/settings/tokens");
  expect(within(field).queryByRole("option", { name: "People" })).toBeNull();
  await user.selectOptions(field, "Outreach");
  await vi.waitFor(() => expect(path()).toBe("/settings/outreach"));
});
