import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { beforeEach, expect, it, vi } from "vitest";

import { refresh } from "../../api/stream";
import type { Calendar, CalendarEntry, Conflict, Creator } from "../../api/schema";
import { weeksOf } from "../../lib/days";
import { answer, show } from "../../test/render";
import { Agenda } from "./Agenda";
import { MakeCalendar } from "./CalendarForm";
import { CalendarGrid } from "./CalendarGrid";
import { ConflictLane } from "./ConflictLane";
import { CreatorCalendar } from "./CreatorCalendar";

const mia = { id: "00000000-0000-7000-8000-0000000000c1", name: "Mia" };
const entries: CalendarEntry[] = [
  { id: "publish_window/1", kind: "publish_window", title: "Reel", brand_name: "Nord", starts_at: "2026-05-05T08:00:00Z", ends_at: "2026-05-12T10:00:00Z", creator: mia, campaign_name: "Spring", partnership_id: "p1", deliverable_id: "d1", state: "approved_to_post" },
  { id: "absence/1", kind: "absence", title: "Away", brand_name: "", starts_on: "2026-05-20", ends_on: "2026-05-21", creator: mia },
];

const conflict: Conflict = {
  key: "k1", kind: "exclusivity", severity: "block", at: "2026-05-12T10:00:00Z", brand_id: "b1", campaign_id: "c1", campaign_name: "Spring", partnership_id: "p1", creator: mia, title: "Reel",
  words: "Mia posts for Nord (Spring) on 12 May 2026, when another brand has them for itself until 1 June 2026: both are about beauty.", may_override: true,
  other: { from: "2026-05-01T00:00:00Z", to: "2026-05-03T00:00:00Z" },
};

function Month({ onOpen }: { onOpen: (day: string) => void }) {
  const [day, setDay] = useState("2026-05-12");
  return <CalendarGrid label="May 2026" weeks={weeksOf(day)} day={day} month={day.slice(0, 7)} entries={entries} onDay={setDay} onOpen={onOpen} />;
}

beforeEach(() => vi.restoreAllMocks());

it("says in each day what is due, and moves by keys", async () => {
  const onOpen = vi.fn();
  await show(<Month onOpen={onOpen} />);
  const grid = screen.getByRole("grid", { name: "May 2026" });
  expect(within(grid).getAllByRole("columnheader")).toHaveLength(7);
  await userEvent.tab();
  expect(screen.getByRole("gridcell", { name: /^12 May 2026, Publish by: Mia, Reel, Spring/ })).toHaveFocus();
  await userEvent.keyboard("{ArrowDown}{ArrowRight}");
  expect(screen.getByRole("gridcell", { name: /^20 May 2026, Away: Mia/ })).toHaveFocus();
  await userEvent.keyboard("{Enter}");
  expect(onOpen).toHaveBeenCalledWith("2026-05-20");
  await userEvent.keyboard("{PageDown}");
  expect(screen.getByRole("gridcell", { name: /^20 June 2026, nothing|^20 Jun 2026, nothing/ })).toHaveFocus();
});

it("says in words on which day a publish window opens, is open and ends, and when a post is planned", async () => {
  const planned: CalendarEntry = { ...entries[0], id: "planned_post/2", kind: "planned_post", title: "Story", starts_at: "2026-05-07T10:00:00Z", ends_at: "2026-05-07T10:00:00Z", state: "scheduled" } as CalendarEntry;
  const posted = { ...entries[0], id: "publish_window/3", title: "Short", starts_at: "2026-05-06T10:00:00Z", ends_at: "2026-05-06T10:00:00Z", state: "posted" } as CalendarEntry;
  await show(<CalendarGrid label="May 2026" weeks={weeksOf("2026-05-12")} day="2026-05-12" entries={[...entries, planned, posted]} onDay={vi.fn()} onOpen={vi.fn()} />);
  const of = (day: string) => screen.getByRole("gridcell", { name: new RegExp(`^${day} May 2026`) }).getAttribute("aria-label");
  expect(of("4")).toBe("4 May 2026, nothing");
  expect(of("5")).toBe("5 May 2026, Window opens: Mia, Reel, Spring");
  expect(of("6")).toBe("6 May 2026, Published: Mia, Short, Spring; Window open: Mia, Reel, Spring");
  expect(of("7")).toMatch(/^7 May 2026, Planned post \d\d:\d\d: Mia, Story, Spring; Window open: Mia, Reel, Spring$/);
  expect(of("12")).toBe("12 May 2026, Publish by: Mia, Reel, Spring");
  expect(of("13")).toBe("13 May 2026, nothing");
});

it("lists the days that have something, and not those on which a window is only open", async () => {
  await show(<Agenda days={["2026-05-11", "2026-05-12", "2026-05-13"]} entries={entries} />);
  expect(screen.getByText("Publish by")).toBeVisible();
  expect(screen.queryByText("Window open")).toBeNull();
  expect(screen.getByRole("link", { name: "Mia, Reel, Spring" })).toHaveAttribute("href", "/partnerships/p1");
  expect(screen.queryByText("Away")).not.toBeInTheDocument();
});

it("tells the cause of a conflict and lets it stand with a reason", async () => {
  const sent = vi.spyOn(globalThis, "fetch").mockImplementation((request) =>
    Promise.resolve((request as Request).method === "POST" ? new Response(null, { status: 204 }) : answer({ items: [conflict] })));
  await show(<ConflictLane filter={{}} />);
  expect(await screen.findByText(conflict.words)).toBeVisible();
  expect(screen.getByText("Blocks")).toBeVisible();
  expect(screen.getAllByRole("link")).toHaveLength(1);
  await userEvent.click(screen.getByRole("button", { name: /^Let it stand/ }));
  await userEvent.type(await screen.findByRole("textbox", { name: /Reason/ }), "They agreed");
  await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Let it stand" }));
  const post = sent.mock.calls.map(([request]) => request as Request).find(({ method }) => method === "POST");
  expect(await post?.clone().json()).toEqual({ partnership_id: "p1", key: "k1", reason: "They agreed" });
});

it("shows what stands in the way as soon as somebody enters an absence elsewhere", async () => {
  let items: Conflict[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(answer({ items })));
  const { queries } = await show(<ConflictLane filter={{}} />);
  expect(await screen.findByText(/Nothing stands in the way/)).toBeVisible();
  items = [{ ...conflict, kind: "absence", words: "Mia is away from 10 to 14 May 2026." }];
  refresh(queries, [{ noun: "absence", id: mia.id }]);
  expect(await screen.findByText("Mia is away from 10 to 14 May 2026.")).toBeVisible();
});

const hours = { zone: "Asia/Tokyo", working_days: [1, 2, 3], opens: "10:00", closes: "16:00", holidays: [] };

it("makes a calendar of one's own from the brand's hours, and says when it counts", async () => {
  const like: Calendar = { ...hours, id: "k1", owner_kind: "brand", owner_id: "b1", owner_name: "Nord", day_seconds: 60, version: 3, zone: "UTC" };
  const sent = vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(answer({ ...like, id: "k2", owner_kind: "user" }, 201)));
  const onClose = vi.fn();
  await show(<MakeCalendar zone="Asia/Tokyo" like={like} onClose={onClose} />);
  expect(screen.getByText(/A review that waits for you keeps its times/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Make calendar" }));
  await vi.waitFor(() => expect(onClose).toHaveBeenCalled());
  const request = sent.mock.calls.map(([request]) => request as Request).find(({ method }) => method === "POST");
  expect(request?.url).toMatch(/\/v1\/calendars$/);
  expect(await request?.json()).toEqual(hours);
});

it("says in what hours a creator works, and lets ops give them a calendar", async () => {
  const creator = { ...mia, zone: "Asia/Tokyo" } as Creator;
  let items: Calendar[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation((request) =>
    Promise.resolve((request as Request).method === "POST" ? answer({ type: "about:blank", title: "No", status: 409, code: "conflict", detail: "There is one already." }, 409) : answer({ items })));
  const { queries } = await show(<CreatorCalendar creator={creator} editable />);
  await userEvent.click(await screen.findByRole("button", { name: "Give a calendar" }));
  await userEvent.click(screen.getByRole("button", { name: "Make calendar" }));
  expect(await screen.findByText(/There is one already/)).toBeVisible();
  expect(screen.getByText(/next contract or amendment/)).toBeVisible();
  items = [{ ...hours, id: "k1", owner_kind: "creator", owner_id: mia.id, owner_name: "Mia", day_seconds: 86_400, version: 1 }];
  refresh(queries, [{ noun: "calendar", id: "k1" }]);
  expect(await screen.findByText("Monday to Wednesday, 10:00 to 16:00, Asia/Tokyo")).toBeInTheDocument();
});
