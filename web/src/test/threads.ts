import { vi } from "vitest";

import type { Message, Role, Thread } from "../api/schema";
import { answer } from "./render";

/** An id that the address takes. */
export const uuid = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;

const brand = uuid(1);

/** The person who is signed in, and a colleague. */
export const me = { id: uuid(10), name: "Mara Voss" };
export const colleague = { id: uuid(11), name: "Sven Holm" };

export function thread(n: number, rest: Partial<Thread> = {}): Thread {
  return {
    id: uuid(100 + n), brand_id: brand, brand_name: "Northwind", creator: { id: uuid(200 + n), name: `Creator ${n}` }, partnership_id: uuid(300 + n), campaign_name: "Autumn",
    stage: "in_conversation", owner: me, subject: `Subject ${n}`, state: "open", privacy: "team", hidden: false, waiting: false, overdue: false, preview: `Preview ${n}`,
    last_direction: "in", last_at: "2026-03-02T10:00:00Z", messages: 1, ...rest,
  };
}

export function message(n: number, rest: Partial<Message> = {}): Message {
  return { id: uuid(500 + n), direction: "in", channel: "email", state: "matched", author: "Ada", written_by: "creator", text: `Words ${n}`, at: "2026-03-02T10:00:00Z", ...rest };
}

interface Serves {
  roles?: Role[];
  threads?: Thread[];
  /** Pages of messages, newest first, of every thread. */
  pages?: Message[][];
  canned?: object[];
  /** What acting steps are answered with; undefined means that nothing was said. */
  act?: (method: string, path: string, body: unknown) => Response | undefined;
}

/** Answers as the API does, and tells what was asked and sent. */
export function serve({ roles = ["ops"], threads = [], pages = [[]], canned = [], act }: Serves) {
  const asked: string[] = [];
  const sent: { method: string; path: string; body: unknown }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname: path, search, searchParams } = new URL(request.url);
    if (request.method !== "GET") {
      const body: unknown = await request.json();
      sent.push({ method: request.method, path, body });
      const named = threads.find(({ id }) => path.includes(id));
      return act?.(request.method, path, body) ?? answer(named ?? {});
    }
    asked.push(path + search);
    if (path === "/v1/session") return answer({ user_id: me.id, name: me.name, email: "mara@northwind.example", brands: [{ brand_id: brand, roles }] });
    if (path === "/v1/users") return answer({ items: [me, colleague].map((user) => ({ ...user, disabled: false, brands: [{ brand_id: brand, roles: ["ops"] }] })) });
    if (path === "/v1/canned-answers") return answer({ items: canned });
    if (path === "/v1/threads") return answer({ items: threads.filter(({ state }) => !searchParams.has("state") || state === searchParams.get("state")) });
    if (path.endsWith("/messages")) {
      const at = Number(searchParams.get("cursor") ?? 0);
      return answer({ items: pages[at] ?? [], next_cursor: at + 1 < pages.length ? String(at + 1) : undefined });
    }
    if (path.startsWith("/v1/threads/")) {
      const found = threads.find(({ id }) => path.endsWith(id));
      return found ? answer(found) : answer({ title: "This does not exist", status: 404 }, 404);
    }
    if (path.startsWith("/v1/partnerships/")) {
      return answer({ summary: { campaign_id: uuid(3), waiting: [], next: { at: "2026-03-05T10:00:00Z", does: "Sends a reminder", held: false, kind: "x" } }, timers: [], commands: [], contacts: [{ role: "creator", email: "ada@creators.example" }] });
    }
    return answer({ items: [] });
  });
  return { asked, sent };
}
