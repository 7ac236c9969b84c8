import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { openApp } from "../test/app";
import { answer } from "../test/render";

const brand = { brand_id: "01990000-0000-7000-8000-000000000001", brand_name: "Northlight", roles: ["ops"] };

function serve() {
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method === "POST") {
      sent.push(await request.json());
      return answer({ done: 2, refused: [{ id: "t3", title: "Approve the contract", link: "/contracts/k", reason: "This task is over once it is decided. Open it and decide." }] });
    }
    switch (pathname) {
      case "/v1/session": return answer({ user_id: "u", name: "Ola", email: "o@x.example", brands: [brand], day_seconds: 86400 });
      case "/v1/tasks": return answer({ items: (searchParams.has("cursor") ? ["Ask", "Wait"] : ["Call", "Write", "Approve the contract"]).map((title, n) => ({ id: `t${title}`, brand_id: brand.brand_id, title, kind: "reply", state: "open", created_at: "2026-01-01T00:00:00Z", closes_itself: n === 2 })), next_cursor: "more" });
      case "/v1/tasks/count": return answer({ count: 77, more: false });
      default: return answer({ items: [] });
    }
  });
  return sent;
}

it("marks all tasks that match done, and lists which stayed open and why", async () => {
  const sent = serve();
  const user = userEvent.setup();
  openApp("/tasks");
  await user.click(await screen.findByRole("checkbox", { name: "Choose all of this page" }));
  await user.click(await screen.findByRole("button", { name: "Select all 77 that match" }, { timeout: 20_000 }));
  await user.click(screen.getByRole("button", { name: "Mark done…" }));
  const ask = await screen.findByRole("dialog", { name: "Mark done: 77 tasks" });
  await user.type(within(ask).getByRole("textbox", { name: "Note" }), "Over");
  await user.click(within(ask).getByRole("button", { name: "Mark done: 77 tasks" }));
  const result = await screen.findByRole("dialog", { name: "2 tasks done" });
  expect(sent).toEqual([{ act: "complete", note: "Over", filter: { owner: "me", state: "open" }, count: 77 }]);
  expect(within(result).getByRole("link", { name: "Approve the contract" })).toHaveAttribute("href", "/contracts/k");
  expect(within(result).getByText(/once it is decided/)).toBeInTheDocument();
  expect(screen.queryByRole("group", { name: "Chosen tasks" })).not.toBeInTheDocument();
});

it("chooses a range with shift, and forgets it when the list becomes another", async () => {
  const sent = serve();
  const user = userEvent.setup();
  openApp("/tasks");
  await user.click(await screen.findByRole("checkbox", { name: "Choose Call" }));
  await user.keyboard("{Shift>}");
  await user.click(screen.getByRole("checkbox", { name: "Choose Write" }));
  await user.keyboard("{/Shift}");
  expect(await screen.findByText("2 chosen")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Later…" }));
  await user.click(await screen.findByRole("button", { name: "Hide: 2 tasks" }));
  expect(sent).toMatchObject([{ act: "snooze", task_ids: ["tCall", "tWrite"] }]);
  await user.click(await screen.findByRole("button", { name: "Back to the list" }));
  await user.click(screen.getByRole("checkbox", { name: "Choose Call" }));
  expect(await screen.findByText("1 chosen")).toBeInTheDocument();
  await user.click(screen.getByRole("radio", { name: "Everybody’s" }));
  expect(screen.queryByText("1 chosen")).not.toBeInTheDocument();
});

it("keeps what is chosen on another page when a page is chosen as a whole, and not any more", async () => {
  serve();
  const user = userEvent.setup();
  openApp("/tasks");
  await user.click(await screen.findByRole("checkbox", { name: "Choose Call" }));
  await user.click(screen.getByRole("button", { name: /Next/ }));
  await screen.findByRole("checkbox", { name: "Choose Ask" });
  await user.click(screen.getByRole("checkbox", { name: "Choose all of this page" }));
  expect(await screen.findByText("3 chosen")).toBeInTheDocument();
  await user.click(screen.getByRole("checkbox", { name: "Choose all of this page" }));
  expect(await screen.findByText("1 chosen")).toBeInTheDocument();
});

it("opens done tasks again, one or several, where the reader marked them", async () => {
  const sent: [string, unknown][] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") {
      sent.push([pathname, await request.clone().json().catch(() => undefined)]);
      return answer(pathname.endsWith("/batch") ? { done: 1, refused: [] } : { id: "t1", state: "open" });
    }
    if (pathname === "/v1/session") return answer({ user_id: "u", name: "Ola", email: "ola@northlight.example", brands: [{ brand_id: "b", brand_name: "Northlight", roles: ["ops"] }] });
    if (pathname === "/v1/tasks") return answer({ items: [1, 2].map((n) => ({ id: `t${n}`, brand_id: "b", title: `Call ${n}`, kind: "reply", state: "done", created_at: "2026-01-01T00:00:00Z", done_at: "2026-01-02T00:00:00Z", done_by: { id: "u", name: "Ola" }, closes_itself: false, may_reopen: n === 1 })) });
    return answer({ items: [] });
  });
  const user = userEvent.setup();
  openApp("/tasks?state=done");
  await user.click(await screen.findByRole("button", { name: "Open again: Call 1" }));
  expect(screen.queryByRole("button", { name: "Open again: Call 2" })).toBeNull();
  expect(screen.getAllByText(/Done by Ola/)).toHaveLength(2);
  expect(sent[0]?.[0]).toBe("/v1/tasks/t1/reopen");
  await user.click(screen.getByRole("checkbox", { name: "Choose Call 1" }));
  await user.click(await screen.findByRole("button", { name: "Open again…" }));
  await user.click(within(await screen.findByRole("dialog", { name: "Open again: 1 task" })).getByRole("button", { name: "Open again: 1 task" }));
  await screen.findByRole("dialog", { name: "1 task open again" });
  expect(sent[1]).toEqual(["/v1/tasks/batch", { act: "reopen", task_ids: ["t1"] }]);
});
