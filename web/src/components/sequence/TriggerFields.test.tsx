import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";

import type { SequenceTrigger } from "../../api/schema";
import { show } from "../../test/render";
import { TriggerFields, triggerInputs } from "./TriggerFields";

async function edit(first?: SequenceTrigger, errors: Record<string, string> = {}) {
  let now = first;
  function Trigger() {
    const [trigger, change] = useState(first);
    now = trigger;
    const own = [{ id: "f", brand_id: "b", name: "Birthday", kind: "date" as const, options: [] }, { id: "g", brand_id: "b", name: "Size", kind: "text" as const, options: [] }];
    return <TriggerFields trigger={trigger} own={own} error={(input) => errors[input]} change={change} />;
  }
  await show(<Trigger />);
  return () => now;
}
const choose = (label: string, value: string) => userEvent.selectOptions(screen.getByLabelText(label), value);

it("starts with the partnership, or when a stage is entered", async () => {
  const trigger = await edit();
  expect(screen.getByLabelText("Starts")).toHaveDisplayValue("With the partnership, as a campaign’s outreach");
  await choose("Starts", "stage");
  await choose("Stage", "completed");
  expect(trigger()).toEqual({ on: "stage", stage: "completed" });
  await choose("Starts", "partnership");
  expect(trigger()).toBeUndefined();
});

it("starts after a silence, in one stage or in any", async () => {
  const trigger = await edit(undefined, { without: "What is waited for must be something else." });
  await choose("Starts", "silence");
  await choose("After", "contract_sent");
  await choose("Without", "contract_signed");
  await choose("Only in stage", "contract_out");
  await userEvent.clear(screen.getByLabelText("Business days"));
  await userEvent.type(screen.getByLabelText("Business days"), "12");
  expect(trigger()).toEqual({ on: "silence", after: "contract_sent", without: "contract_signed", business_days: 12, stage: "contract_out" });
  expect(screen.getByLabelText("Without")).toHaveAccessibleDescription("What is waited for must be something else.");
  await choose("Only in stage", "");
  expect(trigger()).toMatchObject({ stage: undefined });
});

it("starts before, on or after a date, also a creator's own", async () => {
  const trigger = await edit();
  await choose("Starts", "date");
  expect(screen.queryByText("the creator’s “Size”")).not.toBeInTheDocument();
  await choose("Date", "field:Birthday");
  await userEvent.clear(screen.getByLabelText("Days"));
  expect(screen.getByLabelText("Before or after")).toHaveValue("before");
  await userEvent.type(screen.getByLabelText("Days"), "10");
  expect(trigger()).toEqual({ on: "date", date: "field:Birthday", days: -10 });
  await choose("Before or after", "after");
  expect(trigger()).toMatchObject({ days: 10 });
  await choose("Before or after", "on");
  expect(trigger()).toMatchObject({ days: 0 });
  expect(screen.queryByLabelText("Days")).not.toBeInTheDocument();
});

it("shows a date that starts nothing more", async () => {
  await edit({ on: "date", date: "field:Gone", days: 2 });
  expect(screen.getByLabelText("Date")).toHaveDisplayValue("the creator’s “Gone”");
  expect(screen.getByLabelText("Days")).toHaveValue("2");
});

it("names its inputs as refusals do", () => {
  expect(triggerInputs(undefined)).toEqual(["trigger.on"]);
  expect(triggerInputs({ on: "stage" })).toEqual(["trigger.on", "trigger.stage"]);
});
