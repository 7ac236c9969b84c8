import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";

import type { CreatorField, SequenceStep } from "../../api/schema";
import { show } from "../../test/render";
import { StepFields } from "./StepFields";
import { stepOfKind } from "./steps";

const own: CreatorField[] = [
  { id: "f", brand_id: "b", name: "Size", kind: "select", options: ["S", "L"] }, { id: "g", brand_id: "b", name: "Studio", kind: "bool", options: [] },
  { id: "h", brand_id: "b", name: "Height", kind: "number", options: [] },
];

/** Shows the inputs of the first of two steps, and tells what it has become. */
async function edit(first: SequenceStep, errors: Record<string, string> = {}) {
  let now = first;
  function Step() {
    const [step, change] = useState(first);
    now = step;
    return <StepFields at={0} steps={[step, { kind: "stop" }]} mails={[{ value: "invitation", label: "Invitation" }]} own={own} error={(input) => errors[input]} change={change} />;
  }
  await show(<Step />);
  return () => now;
}
const choose = (label: string, value: string) => userEvent.selectOptions(screen.getByLabelText(label), value);
const branch = stepOfKind("branch", 0, 2);
const ways = { then: 1, else: 2 };

it("waits for business days or calendar days, never for both", async () => {
  const step = await edit(stepOfKind("wait", 0, 2));
  await choose("Which days of step 1", "days");
  expect(step()).toEqual({ kind: "wait", days: 3 });
  await userEvent.clear(screen.getByLabelText("Days of step 1"));
  await userEvent.type(screen.getByLabelText("Days of step 1"), "120");
  expect(step()).toEqual({ kind: "wait", days: 120 });
});

it("has a person look at a mail first", async () => {
  const step = await edit({ kind: "send", template: "invitation" }, { review: "A person must look at it." });
  expect(screen.getByText("A person must look at it.")).toBeVisible();
  await userEvent.click(screen.getByLabelText("A person looks at the mail of step 1 first"));
  expect(step()).toEqual({ kind: "send", template: "invitation", review: true });
});

it("still names a mail that exists no more", async () => {
  await edit({ kind: "send", template: "Old one" });
  expect(screen.getAllByDisplayValue("Old one")[0]).toBeVisible();
});

it("asks a branch on a reply what it seems to be", async () => {
  const step = await edit(branch);
  await choose("What step 1 depends on", "reply");
  await choose("Comparison of step 1", "is_not");
  await choose("Value of step 1", "counter_offer");
  expect(step().branch).toEqual({ on: "reply", is: "is_not", value: "counter_offer", ...ways });
});

it("asks a branch on something that was opened nothing more", async () => {
  const step = await edit(branch);
  await choose("What step 1 depends on", "opened_page");
  expect(step().branch).toEqual({ on: "opened_page", ...ways });
  expect(screen.queryByLabelText("Value of step 1")).not.toBeInTheDocument();
});

it("compares followers as a number, and keeps countries in capitals", async () => {
  const step = await edit(branch);
  await userEvent.type(screen.getByLabelText("Value of step 1"), "de");
  expect(step().branch).toEqual({ on: "country", is: "is", value: "DE", ...ways });
  await choose("What step 1 depends on", "followers");
  await choose("Comparison of step 1", "below");
  await userEvent.type(screen.getByLabelText("Value of step 1"), "5000");
  expect(step().branch).toEqual({ on: "followers", is: "below", value: "5000", ...ways });
});

it("asks for the value of a field by its kind", async () => {
  const step = await edit(branch);
  await choose("What step 1 depends on", "field");
  await choose("Field of step 1", "Studio");
  expect(step().branch).toEqual({ on: "field", field: "Studio", is: "is", value: "true", ...ways });
  await choose("Field of step 1", "Size");
  await choose("Value of step 1", "L");
  expect(step().branch).toEqual({ on: "field", field: "Size", is: "is", value: "L", ...ways });
  await choose("Field of step 1", "Height");
  await choose("Comparison of step 1", "at_least");
  await userEvent.type(screen.getByLabelText("Value of step 1"), "180");
  expect(step().branch).toEqual({ on: "field", field: "Height", is: "at_least", value: "180", ...ways });
});

it("leads only ahead", async () => {
  const step = await edit(branch);
  expect([...(screen.getByLabelText("Step 1 goes on with")).children].map(({ textContent }) => textContent)).toEqual(["step 2: Stop", "the end"]);
  await choose("Otherwise step 1 goes on with", "1");
  expect(step().branch).toMatchObject({ then: 1, else: 1 });
});
