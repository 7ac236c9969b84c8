import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { answer, show } from "../test/render";
import { UnmatchedMail } from "./UnmatchedMail";

const mail = (id: string, from: string, candidates: object[]) => ({
  message: { id, direction: "in", channel: "email", state: "unmatched", author: from, from, text: "Is it still on?", at: "2026-03-01T10:00:00Z" }, candidates,
});
const candidate = { partnership_id: "p1", creator_name: "Ada Lindqvist", campaign_name: "Autumn", brand_name: "Northwind", stage: "active" };
let items: object[] = [];
let sent: { url: string; body: unknown }[] = [];

beforeEach(() => {
  sent = [];
  items = [mail("m1", "ada@creators.example", [candidate]), mail("m2", "who@elsewhere.example", [])];
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "POST") {
      sent.push({ url: new URL(request.url).pathname, body: await request.json() });
      items = items.slice(1);
      return new Response(null, { status: 204 });
    }
    return answer({ items: request.url.includes("/unmatched") ? items : [] });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("offers the only conversation that it may belong to, and files it there", async () => {
  await show(<UnmatchedMail cursor={undefined} go={vi.fn()} />);
  const first = await screen.findByRole("listitem", { name: "Mail from ada@creators.example" });
  expect(within(first).getByRole("combobox", { name: "Belongs to" })).toHaveValue("Ada Lindqvist, Autumn of Northwind");
  await userEvent.click(within(first).getByRole("button", { name: "File it" }));
  await vi.waitFor(() => expect(sent).toEqual([{ url: "/v1/messages/m1/file", body: { partnership_id: "p1" } }]));
  await vi.waitFor(() => expect(screen.queryByText("ada@creators.example")).toBeNull());
});

it("puts a stranger's mail aside, and files none without a choice", async () => {
  await show(<UnmatchedMail cursor={undefined} go={vi.fn()} />);
  const second = await screen.findByRole("listitem", { name: "Mail from who@elsewhere.example" });
  expect(within(second).getByRole("button", { name: "File it" })).toBeDisabled();
  await userEvent.click(within(second).getByRole("button", { name: "Put aside" }));
  await vi.waitFor(() => expect(sent).toEqual([{ url: "/v1/messages/m2/file", body: {} }]));
});

it("says that nothing waits", async () => {
  items = [];
  await show(<UnmatchedMail cursor={undefined} go={vi.fn()} />);
  expect(await screen.findByText("Every mail has found its conversation")).toBeVisible();
});
