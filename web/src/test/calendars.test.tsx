import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";

import { openApp } from "./app";
import { answer } from "./render";

const id = (n: number) => `01990000-0000-7000-8000-${String(n).padStart(12, "0")}`;
const calendar = (n: number, owner_kind: string, owner_name: string, over: object = {}) => ({
  id: id(n), owner_kind, owner_id: id(n + 100), owner_name, zone: "Europe/Berlin", working_days: [1, 2, 3, 4, 5], opens: "09:00", closes: "17:00", holidays: [], day_seconds: 86400, version: 1, ...over,
});
const calendars = [calendar(1, "brand", "Northwind", { owner_id: "b1", brand_id: "b1" }), calendar(2, "brand", "Lumen", { owner_id: "b2", brand_id: "b2" }), calendar(3, "creator", "Mira"), calendar(4, "user", "Ola")];

beforeEach(() => {
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/v1/session") {
      const brands = [{ brand_id: "b1", brand_name: "Northwind", roles: ["ops"] }, { brand_id: "b2", brand_name: "Lumen", roles: ["approver"] }];
      return Promise.resolve(answer({ user_id: "u1", name: "Ada", email: "ada@northwind.example", brands }));
    }
    if (pathname === "/v1/calendars") return Promise.resolve(answer({ items: searchParams.has("owner_id") ? [] : calendars }));
    const one = calendars.find((each) => pathname === `/v1/calendars/${each.id}`);
    return Promise.resolve(answer(one ?? { items: [] }));
  });
});

it("offers the calendars that the viewer may change, each brand by the roles there", async () => {
  openApp("/settings/calendars");
  const list = within(await screen.findByRole("table", { name: "Calendars" }));
  expect(await list.findByRole("link", { name: "Northwind" })).toBeVisible();
  expect(list.getByRole("link", { name: "Mira" })).toBeVisible();
  expect(list.queryByRole("link", { name: /Lumen|Ola/ })).toBeNull();
  await userEvent.click(list.getByRole("link", { name: "Northwind" }));
  expect(await screen.findByRole("button", { name: "Save calendar" })).toBeVisible();
});

it("says who changes a calendar that an address leads to", async () => {
  openApp(`/settings/calendars?edit=${id(2)}`);
  expect(await screen.findByText("Operations and admins of Lumen change this calendar.")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Save calendar" })).toBeNull();
});
