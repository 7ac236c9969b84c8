import { configure, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { Notification } from "../api/schema";
import { answer, show } from "../test/render";
import { serveReviews } from "../test/reviews";
import { uuid } from "../test/threads";
import { Bell } from "./Bell";
import BellPanel from "./BellPanel";

configure({ asyncUtilTimeout: 5_000 });
vi.setConfig({ testTimeout: 30_000 });

afterEach(() => {
  vi.unstubAllGlobals();
});

const told = (n: number, title: string, more: Partial<Notification>): Notification => ({
  id: uuid(n), event: "stuck", title, about: ["Mia"], read: false, at: `2026-03-04T10:0${n}:00Z`, link: `/partnerships/${uuid(n)}`, ...more,
});
const items = [told(3, "Find an address for the creator", {}), told(2, "A contract is signed by both", { read: true }), told(1, "Decide on the renewal", { read: true, done: true })];

it("shows what happened, marks one read when it is opened, and goes there", async () => {
  const sent = serveReviews({ also: { "/v1/notifications": { items, unread: 1 }, "/v1/notifications/read": {} } });
  const close = vi.fn();
  const page = await show(<BellPanel userId={uuid(9)} close={close} />);
  await userEvent.click(await screen.findByRole("link", { name: /Find an address for the creator/ }));
  await waitFor(() => expect(sent.map(({ path, body }) => [path, body])).toEqual([["/v1/notifications/read", { ids: [uuid(3)], until: items[0]?.at }]]));
  expect(page.path()).toBe(`/partnerships/${uuid(3)}`);
  expect(close).toHaveBeenCalled();
  expect(screen.getByRole("link", { name: /Decide on the renewal/ })).toHaveTextContent("Done");
});

it("marks all read up to the newest that is shown", async () => {
  const sent = serveReviews({ also: { "/v1/notifications": { items, unread: 1 }, "/v1/notifications/read": {} } });
  await show(<BellPanel userId={uuid(9)} close={() => undefined} />);
  await userEvent.click(await screen.findByRole("button", { name: "Mark all read" }));
  await waitFor(() => expect(sent.map(({ body }) => body)).toEqual([{ until: items[0]?.at }]));
});

it("counts what came since somebody looked, and not what they left unread", async () => {
  localStorage.clear();
  const list = { items, unread: 120 };
  serveReviews({ also: { "/v1/notifications": list } });
  const { queries } = await show(<Bell />);
  const bell = await screen.findByRole("button", { name: "Notifications, 1 new" });
  fireEvent(document.getElementById("notifications") ?? document.body, new Event("toggle"));
  await waitFor(() => expect(bell).toHaveAccessibleName("Notifications"));
  list.items = [told(5, "Another", {}), told(4, "And one", {}), ...items];
  await queries.invalidateQueries();
  await screen.findByRole("button", { name: "Notifications, 2 new" });
});

it("says what will appear when nothing has happened", async () => {
  serveReviews({ also: { "/v1/notifications": { items: [], unread: 0 } } });
  await show(<BellPanel userId={uuid(9)} close={() => undefined} />);
  await screen.findByText("Nothing yet");
  expect(screen.queryByRole("button", { name: "Mark all read" })).toBeNull();
});

it("goes back past the newest on a press", async () => {
  serveReviews({ also: { "/v1/notifications": { items, unread: 1, next_cursor: "more" } } });
  const answered = fetch;
  vi.stubGlobal("fetch", (request: Request) => (new URL(request.url).searchParams.get("cursor") === "more" ? Promise.resolve(answer({ items: [told(4, "From long ago", {})], unread: 1 })) : answered(request)));
  await show(<BellPanel userId={uuid(9)} close={() => undefined} />);
  await userEvent.click(await screen.findByRole("button", { name: "Show earlier" }));
  await screen.findByRole("link", { name: /From long ago/ });
  expect(screen.getByRole("link", { name: /Find an address for the creator/ })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Show earlier" })).toBeNull();
});
