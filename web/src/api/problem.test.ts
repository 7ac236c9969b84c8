import { expect, it } from "vitest";

import { asProblem, Problem } from "./problem";

it("names bad fields as forms do", () => {
  const problem = new Problem(422, {
    errors: [
      { field: "terms.milestones[1].percent", code: "sum", detail: "All shares sum to 100" },
      { field: "name", code: "required", detail: "A name is needed" },
      { field: "name", code: "short", detail: "The name is too short" },
    ],
  });
  expect(problem.byField).toEqual({ "terms.milestones.1.percent": "All shares sum to 100", name: "A name is needed" });
});

it("says what to do where the answer says nothing", () => {
  expect(asProblem(new Problem(412, {})).detail).toMatch(/newest version/);
  expect(asProblem(new Error("inner words")).title).not.toMatch(/inner words/);
});

it.each([[0, true], [503, true], [409, false], [422, false]])("calls a %d uncertain: %s", (status, uncertain) => {
  expect(new Problem(status, {}).isUncertain).toBe(uncertain);
});
