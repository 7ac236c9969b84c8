import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { CreatorField, CreatorProfile } from "../../api/schema";
import { answer, show } from "../../test/render";
import { CreatorFields } from "./CreatorFields";
import { Kept } from "./Kept";

const field = (id: string, name: string, kind: CreatorField["kind"], options: string[] = []): CreatorField => ({ id, brand_id: "b1", name, kind, options });
const fields = [field("f1", "Size", "select", ["S", "M"]), field("f2", "Birthday", "date"), field("f3", "Vegan", "bool")];
const profile: CreatorProfile = {
  preferences: "No mornings", style_notes: "", version: 3, followers: [],
  rates: [{ platform: "instagram", kind: "Reel", amount: { amount: 50_000, currency: "eur" }, as_of: "2026-01-15" }],
  fields: [{ field_id: "f2", value: "1994-05-01" }],
};
let sent: { method: string; url: string; match: string | null; body: unknown }[] = [];
let problem: object | undefined;

beforeEach(() => {
  sent = [];
  problem = undefined;
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    if (request.method !== "GET") {
      sent.push({ method: request.method, url: pathname + search, match: request.headers.get("If-Match"), body: await request.json() });
      if (problem) return answer(problem, 422);
      return pathname.endsWith("/archive") ? new Response(null, { status: 204 }) : answer(profile);
    }
    if (pathname === "/v1/session") return answer({ user_id: "u1", name: "Olga", email: "o@one.example", brands: [{ brand_id: "b1", brand_name: "Northwind", roles: ["ops"] }] });
    if (pathname === "/v1/creator-fields") return answer({ items: fields });
    const reply = answer(profile);
    reply.headers.set("ETag", '"3"');
    return reply;
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const page = <Kept creatorId="c1" brandId="b1" brandName="Northwind" editable />;

it("shows rates, notes and fields, and what is not known as not known", async () => {
  await show(page);
  const rates = await screen.findByRole("table", { name: "Rates that Northwind knows" });
  expect(rates).toHaveTextContent("Reel instagram€500.0015 Jan 2026");
  expect(screen.getByText("No mornings")).toBeVisible();
  const own = screen.getByRole("region", { name: "Fields" });
  expect(own).toHaveTextContent("SizeNot knownBirthday1 May 1994VeganNot known");
});

it("sends the whole profile back with the version it began with", async () => {
  await show(page);
  await userEvent.click(await screen.findByRole("button", { name: "Edit fields" }));
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getByLabelText("Birthday")).toHaveAttribute("type", "date");
  await userEvent.selectOptions(within(dialog).getByRole("combobox", { name: "Size" }), "M");
  await userEvent.selectOptions(within(dialog).getByRole("combobox", { name: "Vegan" }), "Yes");
  await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]).toEqual({
    method: "PUT", url: "/v1/creators/c1/profile?brand_id=b1", match: '"3"',
    body: {
      preferences: "No mornings", style_notes: "", rates: profile.rates,
      fields: [{ field_id: "f1", value: "M" }, { field_id: "f2", value: "1994-05-01" }, { field_id: "f3", value: "true" }],
    },
  });
});

it("adds and removes rates, and asks for an amount before it sends anything", async () => {
  await show(page);
  await userEvent.click(await screen.findByRole("button", { name: "Edit rates" }));
  const dialog = await screen.findByRole("dialog");
  await userEvent.click(within(dialog).getByRole("button", { name: "Remove rate 1" }));
  await userEvent.click(within(dialog).getByRole("button", { name: "Add a rate" }));
  const rate = within(dialog).getByRole("group", { name: "Rate 1" });
  await userEvent.type(within(rate).getByLabelText("Platform"), "youtube");
  await userEvent.type(within(rate).getByLabelText("Kind"), "Video");
  await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await within(dialog).findByText("Type an amount.")).toBeVisible();
  expect(sent).toEqual([]);
  await userEvent.type(within(rate).getByLabelText("Amount"), "1200.50");
  await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  expect((sent[0]?.body as CreatorProfile).rates).toMatchObject([{ platform: "youtube", kind: "Video", amount: { amount: 120_050, currency: "eur" } }]);
});

it("puts what the server refuses beside its input", async () => {
  problem = { title: "Some fields need another value", code: "invalid", status: 422, errors: [{ field: "fields[1].value", code: "bad_date", detail: "Birthday is a date." }] };
  await show(page);
  await userEvent.click(await screen.findByRole("button", { name: "Edit preferences" }));
  const dialog = await screen.findByRole("dialog");
  await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await within(dialog).findByText("Birthday is a date.")).toBeVisible();
});

it("lets who only reads change nothing", async () => {
  await show(<Kept creatorId="c1" brandId="b1" brandName="Northwind" editable={false} />);
  expect(await screen.findByText("No mornings")).toBeVisible();
  expect(screen.queryByRole("button")).toBeNull();
});

it("adds a choice with its options, and archives a field after saying what that means", async () => {
  await show(<CreatorFields brand={undefined} />);
  await userEvent.click(await screen.findByRole("button", { name: "Add a field" }));
  let dialog = await screen.findByRole("dialog");
  await userEvent.type(within(dialog).getByRole("textbox", { name: /Name/ }), "Colour");
  await userEvent.selectOptions(within(dialog).getByRole("combobox", { name: "Kind" }), "Choice");
  await userEvent.type(within(dialog).getByRole("combobox", { name: /What can be chosen/ }), "Red{Enter}Blue{Enter}");
  await userEvent.click(within(dialog).getByRole("button", { name: "Add field" }));
  await vi.waitFor(() => expect(sent[0]?.body).toEqual({ brand_id: "b1", name: "Colour", kind: "select", options: ["Red", "Blue"] }));
  await vi.waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await userEvent.click(await screen.findByRole("button", { name: "Archive Birthday" }));
  dialog = await screen.findByRole("dialog");
  expect(dialog).toHaveTextContent("Sequences that start by this date start no more.");
  await userEvent.click(within(dialog).getByRole("button", { name: "Archive field" }));
  await vi.waitFor(() => expect(sent[1]?.url).toBe("/v1/creator-fields/f2/archive"));
});
