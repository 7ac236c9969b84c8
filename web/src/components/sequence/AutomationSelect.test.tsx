import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import type { Sequence } from "../../api/schema";
import { show } from "../../test/render";
import { automationError, AutomationSelect } from "./AutomationSelect";

const sequence = (id: string, rest: Partial<Sequence>): Sequence => ({ id, name: id, version: 1, steps: [], cool_off_days: 90, created_at: "2026-03-02T00:00:00Z", ...rest });

it("offers what starts by itself, says when it does, and names what is offered no more", async () => {
  const change = vi.fn();
  const sequences = [sequence("s", { name: "Spring" }), sequence("t", { name: "Thanks", trigger: { on: "stage", stage: "completed" } })];
  await show(<AutomationSelect sequences={sequences} value={["gone"]} onChange={change} />);
  expect(screen.getAllByText("A sequence that is offered no more")[0]).toBeVisible();
  await userEvent.click(screen.getByRole("combobox", { name: "Also start by themselves" }));
  expect(screen.queryByRole("option", { name: /Spring/ })).not.toBeInTheDocument();
  await userEvent.click(screen.getByRole("option", { name: /Thanks.*Starts when the stage “Completed” is entered/ }));
  expect(change).toHaveBeenCalledWith(["gone", "t"]);
});

it("shows a refusal of one of them", () => {
  expect(automationError({ "automation_ids.1": "The brand has no such sequence." })).toBe("The brand has no such sequence.");
  expect(automationError({ name: "x" })).toBeUndefined();
});
