import { describe, expect, it } from "vitest";

import type { SequenceStep } from "../../api/schema";
import { arrange, comparisons, inputsOf, insertedBehind, movedUp, type Order, removed, stepOfKind } from "./steps";

const task = (title: string): SequenceStep => ({ kind: "task", title });
const fork = (yes: number, no: number): SequenceStep => ({ kind: "branch", branch: { on: "opened_page", then: yes, else: no } });
/** Where the branches lead, by the titles of the steps; "end" for the end, and never a step that is not ahead. */
function leads(steps: SequenceStep[]): string[][] {
  return steps.flatMap(({ branch }, at) => {
    if (!branch) return [];
    const name = (to: number) => {
      expect(to).toBeGreaterThan(at);
      expect(to).toBeLessThanOrEqual(steps.length);
      return to === steps.length ? "end" : steps[to]?.title ?? steps[to]?.kind ?? "";
    };
    return [[name(branch.then), name(branch.else)]];
  });
}

describe("a new order keeps where branches lead", () => {
  const steps = [task("a"), fork(2, 4), task("b"), task("c"), task("d")];

  it("when steps are inserted before, between and at the end", () => {
    for (let at = 0; at < steps.length; at++) expect(leads(arrange(steps, insertedBehind(steps.length, at, task("new"))))).toEqual([["b", "d"]]);
  });

  it("and the end stays the end", () => {
    expect(leads(arrange([fork(1, 2), task("a")], insertedBehind(2, 1, task("new"))))).toEqual([["a", "end"]]);
    expect(leads(arrange([fork(1, 2), task("a")], removed(2, 1)))).toEqual([["end", "end"]]);
  });

  it("and falls to the next later step when one is removed", () => {
    expect(leads(arrange(steps, removed(5, 0)))).toEqual([["b", "d"]]);
    expect(leads(arrange(steps, removed(5, 2)))).toEqual([["c", "d"]]);
    expect(leads(arrange(steps, removed(5, 4)))).toEqual([["b", "end"]]);
  });

  it("and never goes backwards when a step is moved before its branch", () => {
    expect(leads(arrange(steps, movedUp(5, 2)))).toEqual([["c", "d"]]);
    expect(leads(arrange(steps, movedUp(5, 1)))).toEqual([["b", "d"]]);
    expect(leads(arrange(steps, movedUp(5, 4)))).toEqual([["b", "d"]]);
  });

  it("in every order of every choice of steps", () => {
    const orders = (rest: number[]): Order[] => [[], ...rest.flatMap((one) => orders(rest.filter((other) => other !== one)).map((order) => [one, ...order]))];
    for (const order of orders([0, 1, 2, 3, 4])) {
      const after = arrange(steps, order);
      expect(after).toHaveLength(order.length);
      const [lead] = leads(after);
      const ahead = (step: number) => order.indexOf(step) > order.indexOf(1);
      // The step itself where it is still ahead.
      if (lead && ahead(2)) expect(lead[0]).toBe("b");
      if (lead && ahead(4)) expect(lead[1]).toBe("d");
    }
  });

  it("leaves what was given alone", () => {
    const before = structuredClone(steps);
    arrange(steps, removed(5, 2));
    expect(steps).toEqual(before);
  });
});

it("begins a branch with the next step and the end", () => {
  expect(stepOfKind("branch", 3, 4).branch).toMatchObject({ then: 4, else: 4 });
  expect(stepOfKind("branch", 0, 4).branch).toMatchObject({ then: 1, else: 4 });
});

it("compares numbers by size, and other things by being the same", () => {
  expect(comparisons("followers")).toEqual(["at_least", "below"]);
  expect(comparisons("field", "number")).toContain("below");
  expect(comparisons("field", "text")).toEqual(["is", "is_not"]);
  expect(comparisons("opened_page")).toEqual([]);
});

it("names the inputs as refusals do", () => {
  expect(inputsOf(task("a"), 2)).toEqual(["steps.2.kind", "steps.2.title"]);
});
