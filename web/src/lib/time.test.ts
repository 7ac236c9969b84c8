import { describe, expect, it } from "vitest";

import { dateText, relativeText, spanText } from "./time";

const now = new Date("2026-11-23T12:00:00Z");
const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);

describe("relative times", () => {
  it.each([
    [0.4, "now"],
    [-12, "12 seconds ago"],
    [30, "in 30 seconds"],
    [3 * 3600, "in 3 hours"],
    [-86_400, "yesterday"],
    [10 * 86_400, "in 10 days"],
    [15 * 86_400, "in 2 weeks"],
    [-400 * 86_400, "last year"],
  ])("%d seconds from now reads %s", (seconds, text) => {
    expect(relativeText(after(seconds), now)).toBe(text);
  });

  it("are short in lists", () => {
    expect(relativeText(after(-12 * 60), now, true)).toBe("12 min. ago");
  });
});

it("writes a date of a calendar without moving it to another zone", () => {
  expect(dateText("2026-11-23")).toBe("23 Nov 2026");
});

it("says a span in one unit", () => {
  expect(spanText(30_000)).toBe("30 seconds");
  expect(spanText(86_400_000)).toBe("1 day");
});
