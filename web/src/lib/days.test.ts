import { expect, it } from "vitest";

import { addMonths, mondayOf, moved, weeksOf } from "./days";

it("shows a month in whole weeks from Monday", () => {
  const weeks = weeksOf("2026-05-17");
  expect(weeks).toHaveLength(5);
  expect(weeks[0]?.[0]).toBe("2026-04-27");
  expect(weeks.at(-1)?.at(-1)).toBe("2026-05-31");
  expect(weeksOf("2027-02-01")).toHaveLength(4);
});

it("keeps to the last day of a shorter month", () => {
  expect(addMonths("2026-01-31", 1)).toBe("2026-02-28");
  expect(addMonths("2026-01-15", -1)).toBe("2025-12-15");
});

it("moves by keys", () => {
  expect(mondayOf("2026-05-03")).toBe("2026-04-27");
  expect(moved("2026-05-01", "ArrowLeft")).toBe("2026-04-30");
  expect(moved("2026-05-01", "ArrowDown")).toBe("2026-05-08");
  expect(moved("2026-05-06", "End")).toBe("2026-05-10");
  expect(moved("2026-05-01", "a")).toBeUndefined();
});
