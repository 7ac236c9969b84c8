import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Creator, CreatorMerge } from "../../api/schema";
import { answer, show } from "../../test/render";
import { MergeDialog, MergeNotices, movedText } from "./Merge";

const creator = (id: string, name: string, handle?: string): Creator => ({
  id, name, tags: [], accounts: handle ? [{ platform: "tiktok", handle }] : [], contacts: [], do_not_contact: false, banned: false, payee_state: "none", partnerships_count: 0, version: 1, created_at: "2026-01-01T00:00:00Z",
});
const mia = creator("c1", "Mia Lens");
const twin = creator("c2", "Mia L.", "@mia");
const hour = 3_600_000;
const merge = (over: Partial<CreatorMerge> = {}): CreatorMerge => ({
  id: "m1", from: { id: "c2", name: "Mia L." }, into: { id: "c1", name: "Mia Lens" }, by: { id: "u1", name: "Olga" },
  at: new Date(Date.now() - hour).toISOString(), undo_until: new Date(Date.now() + 23 * hour).toISOString(), moved: { partnerships: 2, messages: 1 }, ...over,
});

let duplicates: object[] = [];
let merges: CreatorMerge[] = [];
let sent: { url: string; body: unknown }[] = [];
let refusal: object | undefined;

beforeEach(() => {
  duplicates = [{ creator: twin, why: ["Both have the same name", "The same handle on another platform: @mia · tiktok"] }];
  merges = [];
  sent = [];
  refusal = undefined;
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") {
      sent.push({ url: pathname, body: await request.json() });
      if (refusal) return answer(refusal, 409);
      if (pathname.endsWith("/undo")) {
        merges = merges.map((one) => ({ ...one, undone_at: new Date().toISOString() }));
        return new Response(null, { status: 204 });
      }
      return answer(merge({ from: { id: "c1", name: "Mia Lens" }, into: { id: "c2", name: "Mia L." } }));
    }
    if (pathname.endsWith("/duplicates")) return answer({ items: duplicates });
    if (pathname.endsWith("/merges")) return answer({ items: merges });
    return answer({ items: [creator("c3", "Bea Olsen", "@bea"), mia] });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("shows who may be the same and why, says what will happen, and merges", async () => {
  const merged = vi.fn();
  await show(<MergeDialog creator={mia} onClose={vi.fn()} onMerged={merged} />);
  expect(screen.getByRole("button", { name: "Merge" })).toBeDisabled();
  await userEvent.click(await screen.findByRole("radio", { name: "Mia L. (@mia on tiktok)" }));
  expect(screen.getByText("Both have the same name. The same handle on another platform: @mia · tiktok.")).toBeVisible();
  expect(screen.getByText("Mia Lens becomes part of Mia L.")).toBeVisible();
  expect(screen.getByText("It can be undone for 24 hours.")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Merge into Mia L." }));
  await vi.waitFor(() => expect(sent).toEqual([{ url: "/v1/creators/c1/merge", body: { into: "c2" } }]));
  expect(merged).toHaveBeenCalledWith("c2");
});

it("lets the profile of the page stay instead", async () => {
  await show(<MergeDialog creator={mia} onClose={vi.fn()} onMerged={vi.fn()} />);
  await userEvent.click(await screen.findByRole("radio", { name: "Mia L. (@mia on tiktok)" }));
  await userEvent.click(screen.getByRole("radio", { name: "Mia Lens, whose page this is" }));
  await userEvent.click(screen.getByRole("button", { name: "Merge into Mia Lens" }));
  await vi.waitFor(() => expect(sent).toEqual([{ url: "/v1/creators/c2/merge", body: { into: "c1" } }]));
});

it("finds anybody else by typing, but not the creator itself", async () => {
  duplicates = [];
  await show(<MergeDialog creator={mia} onClose={vi.fn()} onMerged={vi.fn()} />);
  expect(await screen.findByText("Nobody looks like the same person. Search below if you know better.")).toBeVisible();
  await userEvent.type(screen.getByRole("combobox", { name: "Another creator" }), "bea");
  await userEvent.click(await screen.findByRole("option", { name: "Bea Olsen (@bea on tiktok)" }));
  expect(screen.queryByRole("option", { name: "Mia Lens" })).toBeNull();
  expect(screen.getByRole("button", { name: "Merge into Bea Olsen" })).toBeEnabled();
});

it("says why two creators must stay two", async () => {
  refusal = { title: "Not possible now", detail: "Both have a bank account.", code: "two_payee_accounts", status: 409 };
  const close = vi.fn();
  await show(<MergeDialog creator={mia} onClose={close} onMerged={vi.fn()} />);
  await userEvent.click(await screen.findByRole("radio", { name: "Mia L. (@mia on tiktok)" }));
  await userEvent.click(screen.getByRole("button", { name: "Merge into Mia L." }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Both have a bank account.");
  expect(close).not.toHaveBeenCalled();
});

it("offers the way back for as long as there is one", async () => {
  merges = [merge()];
  await show(<MergeNotices creatorId="c1" was="c2" editable />);
  const notice = await screen.findByRole("status");
  expect(notice).toHaveTextContent("Mia L. became part of this profile");
  expect(notice).toHaveTextContent("2 partnerships and 1 message moved");
  expect(notice).toHaveTextContent("by Olga");
  await userEvent.click(within(notice).getByRole("button", { name: "Undo the merge of Mia L." }));
  await vi.waitFor(() => expect(sent).toEqual([{ url: "/v1/creator-merges/m1/undo", body: {} }]));
  await vi.waitFor(() => expect(screen.queryByText(/part of this/)).toBeNull());
});

it("tells who comes by an old link whose page this is, without a way back", async () => {
  merges = [merge({ undo_until: new Date(Date.now() - hour).toISOString() })];
  await show(<MergeNotices creatorId="c1" was="c2" editable />);
  expect(await screen.findByText("You opened Mia L., who is part of this profile")).toBeVisible();
  expect(screen.queryByRole("button")).toBeNull();
});

it("offers nothing to who only reads", async () => {
  merges = [merge()];
  await show(<MergeNotices creatorId="c1" was={undefined} editable={false} />);
  expect(await screen.findByRole("status")).toBeVisible();
  expect(screen.queryByRole("button")).toBeNull();
});

it("counts in words", () => {
  expect(movedText({})).toBe("Nothing that you may see moved");
  expect(movedText({ accounts: 1, messages: 14, partnerships: 2 })).toBe("2 partnerships, 14 messages, and 1 account moved");
});
