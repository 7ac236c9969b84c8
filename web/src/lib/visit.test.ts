import { beforeEach, expect, it } from "vitest";

import { sinceLastVisit } from "./visit";

const hour = 60 * 60_000;
const now = Date.UTC(2026, 5, 10, 9);
const since = (at: number, person = "ops") => sinceLastVisit(person, at).getTime();

beforeEach(() => localStorage.clear());

it("shows the last day to who was not here before", () => {
  expect(since(now)).toBe(now - 24 * hour);
});

it("goes by the visit before, which a reload does not end", () => {
  since(now);
  expect(since(now + 10 * hour)).toBe(now);
  expect(since(now + 10 * hour + 60_000)).toBe(now);
  expect(since(now + 30 * hour)).toBe(now + 10 * hour + 60_000);
});

it("looks back a week at most, and at each person by themselves", () => {
  since(now);
  expect(since(now + 30 * 24 * hour)).toBe(now + 23 * 24 * hour);
  expect(since(now + hour, "approver")).toBe(now - 23 * hour);
});

it("begins anew where something unreadable was kept", () => {
  localStorage.setItem("rapport.visit.ops", "{");
  expect(since(now)).toBe(now - 24 * hour);
  localStorage.setItem("rapport.visit.ops", '{"before":"x"}');
  expect(since(now)).toBe(now - 24 * hour);
});
