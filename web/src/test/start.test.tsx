import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { openApp } from "./app";
import { answer } from "./render";

const brand = { brand_id: "01990000-0000-7000-8000-000000000001", brand_name: "Northlight", roles: ["ops"] };
const campaign = "01990000-0000-7000-8000-00000000000c";
const slow = { timeout: 20_000 };

const creator = (n: number) => ({ id: `01990000-0000-7000-8000-${String(n).padStart(12, "0")}`, name: `Creator ${n}`, accounts: [], contacts: [], tags: [], banned: false, do_not_contact: false, partnerships_count: 0, payee_state: "none" });

/** An installation with so many creators; the words "few" find three of them. */
function serve(count: number, state = "running") {
  const sent: { creator_ids: string[]; owner_id?: string }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method === "POST") {
      const ask = await request.json() as { creator_ids: string[] };
      sent.push(ask);
      const items = ask.creator_ids.map((creator_id, at) => at === 1 ? { creator_id, verdict: "no_address", detail: "There is no address that mail could go to. Add a contact first." } : { creator_id, partnership_id: creator_id, verdict: "started" });
      return answer({ items, started: items.length - 1 }, 202);
    }
    switch (pathname) {
      case "/v1/session": return answer({ user_id: "u", name: "Ola", email: "o@x.example", brands: [brand], day_seconds: 86400 });
      case `/v1/campaigns/${campaign}`: return answer({ id: campaign, ...brand, name: "Spring", state });
      case "/v1/creators": {
        const from = Number(searchParams.get("cursor") ?? 0);
        const until = Math.min(from + Number(searchParams.get("limit") ?? 50), searchParams.get("q") === "few" ? 3 : count);
        return answer({ items: Array.from({ length: until - from }, (_, at) => creator(from + at + 1)), next_cursor: until < (searchParams.get("q") === "few" ? 3 : count) ? String(until) : undefined });
      }
      default: return answer({ items: [] });
    }
  });
  return sent;
}

it("starts all that match after saying how many, and names who was left out and why", async () => {
  const sent = serve(430);
  openApp(`/campaigns/${campaign}/start`);
  await userEvent.click(await screen.findByRole("checkbox", { name: "Choose all rows of this page" }));
  await userEvent.click(await screen.findByRole("button", { name: "Select all 430 that match" }, slow));
  await userEvent.click(screen.getByRole("button", { name: "Start…" }));
  const ask = await screen.findByRole("dialog", { name: "Start 430 partnerships in Spring" });
  expect(ask).toHaveTextContent("430 creators get the first mail of the sequence");
  expect(sent).toEqual([]);
  await userEvent.click(within(ask).getByRole("button", { name: "Start 430 partnerships" }));
  const result = await screen.findByRole("dialog", { name: "429 partnerships started" });
  expect(new Set(sent[0]?.creator_ids).size).toBe(430);
  expect(sent[0]?.owner_id).toBe("u");
  expect(result).toHaveTextContent("1 was not, and nothing was sent to them:");
  expect(within(result).getByRole("link", { name: "Creator 2" })).toHaveAttribute("href", `/creators/${creator(2).id}`);
  expect(within(result).getByText(/There is no address/)).toBeVisible();
  await userEvent.click(within(result).getByRole("button", { name: "Choose more" }));
  expect(screen.queryByRole("group", { name: "Chosen creators" })).toBeNull();
});

it("says when more match than can be started at once, and never chooses a part of them", async () => {
  serve(501);
  openApp(`/campaigns/${campaign}/start`);
  await userEvent.click(await screen.findByRole("checkbox", { name: "Choose all rows of this page" }));
  expect(await screen.findByText("More than 500 match. Narrow the list to choose all of it.", {}, slow)).toBeVisible();
  expect(screen.queryByRole("button", { name: /Select all/ })).toBeNull();
});

it("keeps nothing chosen when the list is filtered otherwise", async () => {
  const sent = serve(60);
  openApp(`/campaigns/${campaign}/start`);
  await userEvent.click(await screen.findByRole("checkbox", { name: "Choose Creator 40" }));
  expect(await screen.findByText("1 chosen", {}, slow)).toBeVisible();
  await userEvent.type(screen.getByRole("searchbox", { name: "Search creators" }), "few");
  await waitFor(() => expect(screen.queryByRole("checkbox", { name: "Choose Creator 40" })).toBeNull());
  expect(screen.queryByText("1 chosen")).toBeNull();
  await userEvent.click(screen.getByRole("checkbox", { name: "Choose Creator 2" }));
  await userEvent.click(await screen.findByRole("button", { name: "Start…" }));
  const ask = await screen.findByRole("dialog", { name: "Start 1 partnership in Spring" });
  expect(ask).toHaveTextContent("Creator 2 gets the first mail");
  await userEvent.click(within(ask).getByRole("button", { name: "Start none" }));
  expect(sent).toEqual([]);
});

it("says of a campaign that is not running that nothing can be started", async () => {
  serve(3, "draft");
  openApp(`/campaigns/${campaign}/start`);
  expect(await screen.findByText("This campaign is not running")).toBeVisible();
  await userEvent.click(await screen.findByRole("checkbox", { name: "Choose Creator 2" }));
  expect(await screen.findByRole("button", { name: /^Start…/ }, slow)).toHaveAccessibleDescription(/Only a running campaign/);
});
