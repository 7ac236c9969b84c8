import { act, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { show } from "../test/render";
import { RelativeTime } from "./RelativeTime";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"], now: new Date("2026-11-23T12:00:00Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

it("moves on with the clock", async () => {
  await show(<RelativeTime at="2026-11-23T12:00:05Z" />);
  expect(screen.getByText("in 5 seconds")).toHaveAttribute("datetime", "2026-11-23T12:00:05.000Z");
  act(() => {
    vi.advanceTimersByTime(7_000);
  });
  expect(screen.getByText("2 seconds ago")).toBeInTheDocument();
});

it("has the exact time at hand in a list, without a stop for the keyboard", async () => {
  await show(<RelativeTime at="2026-11-23T10:00:00Z" inList />);
  const time = screen.getByText("2 hr. ago");
  expect(time).toHaveAttribute("title", expect.stringMatching(/23 Nov 2026.*\d\d:00:00/));
  expect(time).not.toHaveAttribute("tabindex");
});

it("says that a time is not known", async () => {
  await show(<RelativeTime at={undefined} />);
  expect(screen.getByText("not known")).toBeInTheDocument();
});

it("has the exact time ready for paper, in words and not as a machine writes it", async () => {
  await show(<RelativeTime at="2026-11-23T10:00:00Z" />);
  expect(screen.getByText("2 hours ago")).toHaveAttribute("data-exact", expect.stringMatching(/23 Nov 2026.*\d\d:00:00/));
});
