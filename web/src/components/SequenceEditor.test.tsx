import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Sequence, SequenceCreate } from "../api/schema";
import { answer, show } from "../test/render";
import { SequenceEditor } from "./SequenceEditor";
import { freshSteps } from "./sequence/steps";

let sent: { path: string; body: SequenceCreate }[] = [];
let refusal: { field: string; detail: string }[] = [];

beforeEach(() => {
  sent = [];
  refusal = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (request.method === "GET") {
      if (path === "/v1/templates") return answer({ items: [{ id: "t", name: "invitation" }, { id: "u", name: "follow_up_1" }] });
      return answer({ items: [] });
    }
    sent.push({ path, body: (await request.json()) as SequenceCreate });
    if (refusal.length > 0) return answer({ title: "Some fields need another value", status: 422, code: "invalid", errors: refusal.map((one) => ({ ...one, code: "x" })) }, 422);
    if (path.endsWith("/simulate")) {
      return answer({
        zone: "Asia/Tokyo",
        items: [
          { step: 0, kind: "branch", at: "2026-03-02T00:00:00Z", latest: "2026-03-02T00:00:00Z", why: "At once. The country is “De”: no." },
          { step: 2, kind: "send", template: "invitation", review: true, at: "2026-03-02T00:00:00Z", latest: "2026-03-02T01:00:00Z", why: "At once; a person looks at it first, so it may be later." },
          { step: 4, kind: "stop", at: "2026-03-02T00:00:00Z", latest: "2026-03-02T00:00:00Z", why: "At once." },
        ],
      });
    }
    return answer({ id: "s", name: "Spring", version: 2, steps: [], cool_off_days: 90, created_at: "2026-03-02T00:00:00Z" });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const spring: Sequence = {
  id: "s", brand_id: "b", name: "Spring", version: 1, cool_off_days: 30, created_at: "2026-03-02T00:00:00Z",
  steps: [
    { kind: "send", template: "invitation", review: true }, { kind: "wait", days: 5 },
    { kind: "branch", branch: { on: "country", is: "is", value: "DE", then: 3, else: 4 } }, { kind: "send", template: "follow_up_1" }, { kind: "task", title: "Call" },
  ],
};
// By the label alone: looking through roles is slow in a form of this size.
const choose = (label: string, value: string) => userEvent.selectOptions(screen.getByLabelText(label), value);
const press = (label: string) => userEvent.click(screen.getByLabelText(label));
const save = () => userEvent.click(screen.getByText("Save as a new version"));

/** Puts words in at once: each key would draw the whole form anew. */
async function put(label: string | RegExp, text: string) {
  await userEvent.click(screen.getByLabelText(label));
  await userEvent.paste(text);
}

it("begins with a usual outreach", async () => {
  const close = vi.fn();
  await show(<SequenceEditor brandId="b" close={close} />);
  await put(/^Name/, "Spring");
  await save();
  await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
  expect(sent).toEqual([{ path: "/v1/sequences", body: { brand_id: "b", name: "Spring", cool_off_days: 90, steps: freshSteps } }]);
});

it("changes the steps and saves them", async () => {
  const close = vi.fn();
  await show(<SequenceEditor brandId="b" sequence={{ ...spring, steps: freshSteps }} close={close} />);
  await press("Remove step 3");
  await press("Move step 3 up");
  await choose("Step 2", "task");
  await put("Task of step 2", "Call");
  await choose("Which days of step 3", "days");
  await save();
  await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
  expect(sent[0]?.body.steps).toEqual([{ kind: "send", template: "invitation" }, { kind: "task", title: "Call" }, { kind: "wait", days: 3 }]);
});

it("saves what starts it, and asks for no cool-off then", async () => {
  const close = vi.fn();
  await show(<SequenceEditor brandId="b" sequence={spring} close={close} />);
  expect(screen.getByLabelText("Cool-off")).toBeVisible();
  await choose("Starts", "stage");
  expect(screen.queryByLabelText("Cool-off")).not.toBeInTheDocument();
  await save();
  await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
  expect(sent[0]?.body).toMatchObject({ cool_off_days: 30, trigger: { on: "stage", stage: "active" } });
});

it("offers a branch only what comes later, and keeps where it leads when steps move", async () => {
  await show(<SequenceEditor brandId="b" sequence={spring} close={vi.fn()} />);
  const yes = screen.getByLabelText("Step 3 goes on with");
  expect(within(yes).getAllByRole("option").map(({ textContent }) => textContent)).toEqual(["step 4: Send “Follow up 1”", "step 5: Make a task: Call", "the end"]);
  await press("Insert a step behind step 1");
  expect(screen.getByLabelText("Step 4 goes on with")).toHaveDisplayValue("step 5: Send “Follow up 1”");
  expect(screen.getByLabelText("Otherwise step 4 goes on with")).toHaveDisplayValue("step 6: Make a task: Call");
  await press("Remove step 6");
  expect(screen.getByLabelText("Otherwise step 4 goes on with")).toHaveDisplayValue("the end");
});

it("keeps the keyboard with the step that moves", async () => {
  await show(<SequenceEditor brandId="b" sequence={spring} close={vi.fn()} />);
  await press("Move step 5 up");
  expect(screen.getByLabelText("Move step 4 up")).toHaveFocus();
  await userEvent.keyboard("{Enter}");
  expect(screen.getByLabelText("Task of step 3")).toHaveValue("Call");
});

it("shows what is refused where it is, until the steps take other places", async () => {
  refusal = [
    { field: "steps[2].branch.value", detail: "Say what to compare with." }, { field: "steps[3].review", detail: "A person must look at it." },
    { field: "steps[0].template", detail: "Add the postal address." }, { field: "trigger.without", detail: "Something else." },
  ];
  await show(<SequenceEditor brandId="b" sequence={{ ...spring, trigger: { on: "silence", after: "reply", without: "reply", business_days: 1 } }} close={vi.fn()} />);
  await save();
  expect(await screen.findByText("Add the postal address.")).toBeVisible();
  expect(screen.getByLabelText("Value of step 3")).toHaveAccessibleDescription("Say what to compare with.");
  expect(screen.getByLabelText("Without")).toHaveAccessibleDescription("Something else.");
  expect(screen.getByText("A person must look at it.")).toBeVisible();
  expect(within(screen.getByRole("alert")).queryByRole("listitem")).not.toBeInTheDocument();
  await press("Remove step 1");
  expect(screen.queryByText("Add the postal address.")).not.toBeInTheDocument();
});

it("says when the steps would come in the creator's zone, which way a branch goes, and what a person looks at", async () => {
  await show(<SequenceEditor brandId="b" sequence={spring} close={vi.fn()} />);
  await userEvent.click(screen.getByText("Show"));
  const [branch, mail, end] = within(await screen.findByRole("list", { name: "What would happen" })).getAllByRole("listitem");
  expect(branch).toHaveTextContent(/^Step 1Chooses how to go on.*The country is “De”: no\.$/);
  expect(mail).toHaveTextContent(/^Step 3Sends “Invitation”A person looks at it first.*2 Mar 2026, 09:00:00 GMT\+9at the latest/);
  expect(end).toHaveTextContent(/^Ends as unanswered/);
  await press("Remove step 5");
  expect(screen.getByText(/^The steps were changed since/)).toBeVisible();
});
