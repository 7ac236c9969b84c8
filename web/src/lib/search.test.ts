import { expect, it } from "vitest";

import * as url from "./search";

const filters = url.search({ q: url.words, brand: url.id, stage: url.someOf(["active", "declined"]), cursor: url.cursor, next: url.path });

it("keeps what makes sense", () => {
  const read = filters.parse({ q: "ada", stage: ["active"], next: "/reviews?state=open" });
  expect(read).toEqual({ q: "ada", stage: ["active"], next: "/reviews?state=open" });
});

it.each([
  ["another site to go on to", { next: "//evil.example" }],
  ["another site behind a backslash", { next: "/\\evil.example" }],
  ["a stage that does not exist", { stage: ["flying"] }],
  ["an id that is none", { brand: "42" }],
  ["words without end", { q: "a".repeat(201) }],
])("takes %s as absent", (_, params) => {
  expect(JSON.stringify(filters.parse(params))).toBe("{}");
});
