import { beforeEach, expect, it } from "vitest";

import { sinceLastVisit } from "./visit";

const hour = 60 * 60_000;
// Nine in the morning where the person sits.
const now = new Date(2026, 5, 10, 9).getTime();
const yesterday = new Date(2026, 5, 9).getTime();
const since = (at: number, person = "ops") => sinceLastVisit(person, at).since.getTime();
const visit = (at: number) => sinceLastVisit("ops", at).visit.getTime();

beforeEach(() => localStorage.clear());

it("shows yesterday and today to who was not here before", () => {
  expect(since(now)).toBe(yesterday);
});

it("hides no night from who comes back within the hour", () => {
  since(now);
  expect(since(now + 40 * 60_000)).toBe(yesterday);
  expect(visit(now + 40 * 60_000)).toBe(now);
});

it("goes by the visit before, which a reload does not end", () => {
  since(now);
  expect(since(now + 72 * hour)).toBe(now);
  expect(since(now + 72 * hour + 60_000)).toBe(now);
  expect(visit(now + 73 * hour)).toBe(now + 72 * hour + 60_000);
});

it("looks back a week at most, and at each person by themselves", () => {
  since(now);
  expect(since(now + 30 * 24 * hour)).toBe(now + 23 * 24 * hour);
  expect(since(now + hour, "approver")).toBe(yesterday);
});

it("begins anew where something unreadable was kept", () => {
  localStorage.setItem("rapport.visit.ops", "{");
  expect(since(now)).toBe(yesterday);
  localStorage.setItem("rapport.visit.ops", '{"before":"x"}');
  expect(since(now)).toBe(yesterday);
});
