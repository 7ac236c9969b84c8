import type { Branch, SequenceStep } from "../../api/schema";

/** The steps that a new sequence begins with. */
export const freshSteps: SequenceStep[] = [
  { kind: "send", template: "invitation" }, { kind: "wait", business_days: 3 }, { kind: "send", template: "follow_up_1" }, { kind: "stop" },
];

/** What stands at each place of a new order: a step by the place that it had, or one that is new. */
export type Order = (number | SequenceStep)[];

/**
 * The steps in a new order. Each branch goes on with the same steps as before; where such a step is gone, or now comes before the
 * branch, with the next one after it that is still ahead; and where none is, it ends.
 */
export function arrange(steps: SequenceStep[], order: Order): SequenceStep[] {
  const places = new Map(order.flatMap((from, at) => (typeof from === "number" ? [[from, at] as const] : [])));
  const lead = (target: number, at: number): number => {
    for (let old = target; old < steps.length; old++) {
      const place = places.get(old);
      if (place !== undefined && place > at) return place;
    }
    return order.length;
  };
  return order.flatMap((from, at) => {
    const step = typeof from === "number" ? steps[from] : from;
    if (!step?.branch || typeof from !== "number") return step ?? [];
    return { ...step, branch: { ...step.branch, then: lead(step.branch.then, at), else: lead(step.branch.else, at) } };
  });
}

const all = (count: number) => Array.from({ length: count }, (_, at) => at);

/** The order in which a step comes one place earlier. */
export const movedUp = (count: number, at: number): number[] => [...all(at - 1), at, at - 1, ...all(count).slice(at + 1)];

/** The order without a step. */
export const removed = (count: number, at: number): number[] => all(count).filter((one) => one !== at);

/** The order with a new step behind another. */
export const insertedBehind = (count: number, at: number, step: SequenceStep): Order => [...all(at + 1), step, ...all(count).slice(at + 1)];

/** A step of a kind that stands at a place among so many, as it is before anything is filled in. */
export function stepOfKind(kind: SequenceStep["kind"], at: number, count: number): SequenceStep {
  if (kind === "wait") return { kind, business_days: 3 };
  if (kind === "branch") return { kind, branch: { ...branchOn("country"), then: at + 1, else: count } };
  return { kind };
}

/** How a branch compares what it depends on; nothing where there is nothing to compare. A field is compared by its kind, if that is known. */
export function comparisons(on: Branch["on"], fieldKind?: string): NonNullable<Branch["is"]>[] {
  if (on === "opened_contract" || on === "opened_page") return [];
  if (on === "followers") return ["at_least", "below"];
  if (on === "field" && (fieldKind === undefined || fieldKind === "number")) return ["is", "is_not", "at_least", "below"];
  return ["is", "is_not"];
}

/** What a branch asks when it is made to depend on something else. */
export function branchOn(on: Branch["on"]): Pick<Branch, "on" | "is" | "value"> {
  const [is] = comparisons(on);
  return is ? { on, is, value: on === "reply" ? "question" : "" } : { on };
}

/** The names of the inputs that a step has, as refusals name them. */
export function inputsOf(step: SequenceStep, at: number): string[] {
  const own: Record<SequenceStep["kind"], string[]> = {
    send: ["template", "review"], wait: ["business_days", "days"], task: ["title"], stop: [],
    branch: ["branch", "branch.on", "branch.field", "branch.is", "branch.value", "branch.then", "branch.else"],
  };
  return ["kind", ...own[step.kind]].map((name) => `steps.${at}.${name}`);
}
