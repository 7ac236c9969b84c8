import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Sequence, SequenceCreate } from "../api/schema";
import { answer, show } from "../test/render";
import { SequenceEditor } from "./SequenceEditor";

let sent: { path: string; body: SequenceCreate }[] = [];
let refusal: { field: string; detail: string }[] = [];

beforeEach(() => {
  sent = [];
  refusal = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (request.method === "GET") {
      if (path === "/v1/templates") return answer({ items: [{ id: "t", name: "invitation" }, { id: "u", name: "follow_up_1" }] });
      if (path === "/v1/creator-fields") {
        return answer({ items: [{ id: "f", brand_id: "b", name: "Birthday", kind: "date", options: [] }, { id: "g", brand_id: "b", name: "Size", kind: "select", options: ["S", "L"] }] });
      }
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
const choose = (name: string, value: string) => userEvent.selectOptions(screen.getByRole("combobox", { name }), value);
const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));
const save = () => press("Save as a new version");

it("changes the steps and saves them", async () => {
  const close = vi.fn();
  await show(<SequenceEditor brandId="b" close={close} />);
  const steps = screen.getByRole("list", { name: "Steps" });
  expect(within(steps).getAllByRole("listitem")).toHaveLength(4);
  await press("Remove step 3");
  await press("Move step 3 up");
  await choose("Step 2", "task");
  await userEvent.type(screen.getByRole("textbox", { name: "Task of step 2" }), "Call");
  await choose("Which days of step 3", "days");
  await userEvent.click(screen.getByRole("checkbox", { name: "A person looks at the mail of step 1 first" }));
  await userEvent.type(screen.getByRole("textbox", { name: /^Name/ }), "Spring");
  await save();
  await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
  expect(sent).toEqual([{
    path: "/v1/sequences",
    body: { brand_id: "b", name: "Spring", cool_off_days: 90, steps: [{ kind: "send", template: "invitation", review: true }, { kind: "task", title: "Call" }, { kind: "wait", days: 3 }] },
  }]);
});

it("offers a branch only what comes later, and keeps where it leads when steps move", async () => {
  await show(<SequenceEditor brandId="b" sequence={spring} close={vi.fn()} />);
  const yes = screen.getByRole("combobox", { name: "Step 3 goes on with" });
  expect(within(yes).getAllByRole("option").map(({ textContent }) => textContent)).toEqual(["step 4: Send “Follow up 1”", "step 5: Make a task: Call", "the end"]);
  await press("Insert a step behind step 1");
  expect(screen.getByRole("combobox", { name: "Step 4 goes on with" })).toHaveDisplayValue("step 5: Send “Follow up 1”");
  expect(screen.getByRole("combobox", { name: "Otherwise step 4 goes on with" })).toHaveDisplayValue("step 6: Make a task: Call");
  await press("Remove step 6");
  expect(screen.getByRole("combobox", { name: "Otherwise step 4 goes on with" })).toHaveDisplayValue("the end");
});

it("keeps the keyboard with the step that moves", async () => {
  await show(<SequenceEditor brandId="b" sequence={spring} close={vi.fn()} />);
  await press("Move step 5 up");
  expect(screen.getByRole("button", { name: "Move step 4 up" })).toHaveFocus();
  await userEvent.keyboard("{Enter}");
  expect(screen.getByRole("textbox", { name: "Task of step 3" })).toHaveValue("Call");
});

it("asks a branch for what it depends on", async () => {
  await show(<SequenceEditor brandId="b" sequence={{ ...spring, steps: [{ kind: "branch", branch: { on: "country", is: "is", value: "DE", then: 1, else: 1 } }] }} close={vi.fn()} />);
  expect(screen.getByRole("textbox", { name: "Value of step 1" })).toHaveValue("DE");
  await choose("What step 1 depends on", "reply");
  await choose("Value of step 1", "counter_offer");
  await save();
  await choose("What step 1 depends on", "opened_page");
  expect(screen.queryByRole("combobox", { name: "Comparison of step 1" })).not.toBeInTheDocument();
  await save();
  await choose("What step 1 depends on", "followers");
  await choose("Comparison of step 1", "below");
  await userEvent.type(screen.getByRole("textbox", { name: "Value of step 1" }), "5000");
  await save();
  await choose("What step 1 depends on", "field");
  await choose("Field of step 1", "Size");
  await choose("Value of step 1", "L");
  await save();
  await vi.waitFor(() => expect(sent).toHaveLength(4));
  expect(sent.map(({ body }) => body.steps[0]?.branch)).toEqual([
    { on: "reply", is: "is", value: "counter_offer", then: 1, else: 1 },
    { on: "opened_page", then: 1, else: 1 },
    { on: "followers", is: "below", value: "5000", then: 1, else: 1 },
    { on: "field", field: "Size", is: "is", value: "L", then: 1, else: 1 },
  ]);
});

it("says what starts it", async () => {
  await show(<SequenceEditor brandId="b" sequence={spring} close={vi.fn()} />);
  expect(screen.getByRole("textbox", { name: /^Cool-off/ })).toBeVisible();
  await choose("Starts", "silence");
  expect(screen.queryByRole("textbox", { name: /^Cool-off/ })).not.toBeInTheDocument();
  await choose("Without", "reply");
  await choose("Only in stage", "negotiating");
  await save();
  await choose("Starts", "date");
  await choose("Date", "field:Birthday");
  const days = screen.getByRole("textbox", { name: "Days" });
  await userEvent.clear(days);
  await userEvent.type(days, "10");
  await save();
  await choose("Before or after", "after");
  await save();
  await choose("Before or after", "on");
  await save();
  await choose("Starts", "stage");
  await choose("Stage", "completed");
  await save();
  await vi.waitFor(() => expect(sent).toHaveLength(5));
  const date = { on: "date", date: "field:Birthday" };
  expect(sent.map(({ body }) => body.trigger)).toEqual([
    { on: "silence", after: "offer_sent", without: "reply", business_days: 3, stage: "negotiating" },
    { ...date, days: -10 }, { ...date, days: 10 }, { ...date, days: 0 }, { on: "stage", stage: "completed" },
  ]);
});

it("shows what is refused where it is, until the steps take other places", async () => {
  refusal = [
    { field: "steps[2].branch.value", detail: "Say what to compare with." }, { field: "steps[3].review", detail: "A person must look at it." },
    { field: "steps[0].template", detail: "Add the postal address." }, { field: "trigger.without", detail: "Something else." },
  ];
  await show(<SequenceEditor brandId="b" sequence={{ ...spring, trigger: { on: "silence", after: "reply", without: "reply", business_days: 1 } }} close={vi.fn()} />);
  await save();
  expect(await screen.findByText("Add the postal address.")).toBeVisible();
  expect(screen.getByRole("textbox", { name: "Value of step 3" })).toHaveAccessibleDescription("Say what to compare with.");
  expect(screen.getByRole("combobox", { name: "Without" })).toHaveAccessibleDescription("Something else.");
  expect(screen.getByText("A person must look at it.")).toBeVisible();
  expect(within(screen.getByRole("alert")).queryByRole("listitem")).not.toBeInTheDocument();
  await press("Remove step 1");
  expect(screen.queryByText("Add the postal address.")).not.toBeInTheDocument();
});

it("says when the steps would come in the creator's zone, which way a branch goes, and what a person looks at", async () => {
  await show(<SequenceEditor brandId="b" sequence={spring} close={vi.fn()} />);
  await press("Show");
  const [branch, mail, end] = within(await screen.findByRole("list", { name: "What would happen" })).getAllByRole("listitem");
  expect(branch).toHaveTextContent(/^Step 1Chooses how to go on.*The country is “De”: no\.$/);
  expect(mail).toHaveTextContent(/^Step 3Sends “Invitation”A person looks at it first.*2 Mar 2026, 09:00:00 GMT\+9at the latest/);
  expect(end).toHaveTextContent(/^Ends as unanswered/);
  await press("Remove step 5");
  expect(screen.getByText(/^The steps were changed since/)).toBeVisible();
});
