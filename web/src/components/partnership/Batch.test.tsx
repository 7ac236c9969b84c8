import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { openApp } from "../../test/app";
import { answer } from "../../test/render";

const brand = { brand_id: "01990000-0000-7000-8000-000000000001", brand_name: "Northlight", roles: ["ops"] };
const other = { brand_id: "01990000-0000-7000-8000-000000000002", brand_name: "Halden", roles: ["approver"] };
const batch = "01990000-0000-7000-8000-00000000000b";

// What is loaded when it is first asked for takes a while on a busy machine.
const slow = { timeout: 20_000 };

function row(n: number, brand_id = brand.brand_id) {
  return {
    id: `01990000-0000-7000-8000-0000000001${String(n).padStart(2, "0")}`, brand_id, brand_name: "Northlight", campaign_id: "c", campaign_name: "Spring", creator: { id: `k${n}`, name: `Creator ${n}` },
    owner: { id: "o", name: "Ola" }, stage: "outreach", paused: false, attention: false, waiting: [], renewal_state: "not_due", term: 1, updated_at: "2026-01-01T00:00:00Z",
  };
}

function serve(result: object = {}, refuse?: Response) {
  const sent: { path: string; body: unknown; key: string | null }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method === "POST") {
      sent.push({ path: pathname, body: await request.json(), key: request.headers.get("Idempotency-Key") });
      return refuse ?? answer({ id: batch, command: "pause", made_at: "2026-01-01T00:00:00Z", total: 3, done: 0, refused: 0, pending: 3, may_undo: false, items: [] }, 201);
    }
    switch (pathname) {
      case "/v1/session": return answer({ user_id: "u", name: "Ola", email: "o@x.example", brands: [brand, other], day_seconds: 86400 });
      case "/v1/partnerships": return answer({ items: [row(1), row(2), row(3), row(4, other.brand_id)].filter(({ brand_id }) => [null, brand_id].includes(searchParams.get("brand_id"))), next_cursor: "more" });
      case "/v1/partnerships/count": return answer({ count: 1234, more: false });
      case `/v1/partnership-batches/${batch}`:
        return answer({ id: batch, command: "pause", made_at: "2026-01-01T00:00:00Z", total: 3, done: 2, refused: 1, pending: 0, may_undo: true, items: [{ partnership_id: row(3).id, creator_name: "Creator 3", campaign_name: "Spring", reason: "It is paused already." }], ...result });
      default: return answer({ items: [], next_cursor: undefined });
    }
  });
  return sent;
}

it("pauses all that match after saying so, and lists who stayed as they were", async () => {
  const sent = serve();
  const user = userEvent.setup();
  const { href } = openApp(`/partnerships?brand=${brand.brand_id}`);
  await user.click(await screen.findByRole("checkbox", { name: "Choose all rows of this page" }));
  await user.click(await screen.findByRole("button", { name: "Select all 1,234 that match" }, slow));
  const bar = screen.getByRole("group", { name: "Chosen partnerships" });
  expect(within(bar).getByRole("status")).toHaveTextContent("All 1,234 that match are chosen");
  await user.click(within(bar).getByRole("button", { name: "Pause…" }));
  const ask = await screen.findByRole("dialog", { name: "Pause 1,234 partnerships" });
  expect(ask).toHaveTextContent("Timers that act are held");
  await user.type(within(ask).getByRole("textbox", { name: "Reason" }), "Late");
  await user.click(within(ask).getByRole("button", { name: "Pause 1,234 partnerships" }));
  const result = await screen.findByRole("dialog", { name: "2 of 3 paused" });
  expect(sent[0]).toMatchObject({ path: "/v1/partnership-batches", body: { command: "pause", reason: "Late", count: 1234, filter: { brand_id: brand.brand_id } } });
  expect(sent[0]?.key).toBeTruthy();
  expect(within(result).getByRole("link", { name: "Creator 3" })).toHaveAttribute("href", `/partnerships/${row(3).id}?brand=${brand.brand_id}`);
  expect(within(result).getByText("It is paused already.")).toBeInTheDocument();
  expect(href()).toContain(`batch=${batch}`);
  await user.click(within(result).getByRole("button", { name: "Resume what this paused" }));
  expect(sent[1]?.body).toEqual({ command: "resume", undoes: batch });
  await user.click(screen.getByRole("button", { name: "Back to the list" }));
  expect(href()).not.toContain("batch");
  expect(screen.queryByRole("group", { name: "Chosen partnerships" })).not.toBeInTheDocument();
});

it("chooses by keys, and only rows that are the person's to command", async () => {
  const sent = serve();
  const user = userEvent.setup();
  openApp("/partnerships");
  expect(await screen.findByRole("checkbox", { name: "Choose Creator 4, Spring" })).toBeDisabled();
  await user.keyboard("jxjjX");
  expect(await screen.findByText("3 chosen")).toBeInTheDocument();
  await user.keyboard("{Escape}");
  expect(screen.queryByText("3 chosen")).not.toBeInTheDocument();
  await user.keyboard("x");
  await user.click(await screen.findByRole("button", { name: "Resume…" }));
  const ask = await screen.findByRole("dialog", { name: "Resume 1 partnership" });
  expect(ask).toHaveTextContent("This cannot be taken back");
  await user.click(within(ask).getByRole("button", { name: "Resume 1 partnership" }));
  expect(sent[0]?.body).toEqual({ command: "resume", partnership_ids: [row(3).id] });
});

it("says that the list has changed, and changes nothing", async () => {
  serve({}, answer({ code: "conflict", title: "Conflict", reason: "list_changed", detail: "You saw 1, and 40 match by now. Nothing was changed; look at the list again." }, 409));
  const user = userEvent.setup();
  openApp("/partnerships");
  await user.click(await screen.findByRole("checkbox", { name: "Choose Creator 1, Spring" }));
  await user.click(await screen.findByRole("button", { name: "Pause…" }));
  await user.click(await screen.findByRole("button", { name: "Pause 1 partnership" }));
  expect(await screen.findByText(/40 match by now/)).toBeInTheDocument();
});

it("offers nothing of it to who may not command", async () => {
  serve();
  openApp(`/partnerships?brand=${other.brand_id}`);
  expect(await screen.findByRole("link", { name: /Creator 4/ })).toBeInTheDocument();
  expect(screen.queryByRole("checkbox", { name: /Choose/ })).not.toBeInTheDocument();
});

it("shows all who stayed as they were, page by page", async () => {
  serve({ refused: 201, next_cursor: "next" });
  const { fetch } = globalThis;
  vi.stubGlobal("fetch", (request: Request) =>
    request.url.includes("cursor=next")
      ? Promise.resolve(answer({ id: batch, command: "pause", made_at: "2026-01-01T00:00:00Z", total: 3, done: 2, refused: 201, pending: 0, may_undo: true, items: [{ partnership_id: row(4).id, creator_name: "Creator 201", campaign_name: "Spring", reason: "It has ended." }] }))
      : fetch(request));
  openApp(`/partnerships?brand=${brand.brand_id}&batch=${batch}`);
  const result = within(await screen.findByRole("dialog", { name: "2 of 3 paused" }, slow));
  await userEvent.click(result.getByRole("button", { name: "Show more of the 201" }));
  expect(await result.findByRole("link", { name: "Creator 201" })).toBeVisible();
  expect(result.getByRole("link", { name: "Creator 3" })).toBeVisible();
  expect(result.queryByRole("button", { name: /Show more/ })).toBeNull();
});
