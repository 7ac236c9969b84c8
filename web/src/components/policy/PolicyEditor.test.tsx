import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Policy, PolicyCreate, PolicySimulate, PolicySimulation, PolicyStage } from "../../api/schema";
import { answer, show } from "../../test/render";
import { PolicyEditor } from "./PolicyEditor";
import { emptyStage } from "./stages";

// A form of this size takes its time on a machine that does other things as well.
vi.setConfig({ testTimeout: 30_000 });

const at = "2026-03-02T09:00:00Z";
const approvers = { kind: "role", role: "approver" } as const;
const kim = { kind: "user", user_id: "k" } as const;
const ada = { kind: "outside", reviewer_id: "o" } as const;
const stage = (name: string, part: Partial<PolicyStage> = {}): PolicyStage => ({ ...emptyStage, name, approvers: [approvers], ...part });
const policy: Policy = { id: "p", brand_id: "b", name: "Standard", version: 3, on_silence: "hold", rank: 0, created_at: at, stages: [stage("Brand"), stage("Legal", { legal: true }), stage("Client")] };

const everybody: Record<string, unknown[]> = {
  "/v1/users": [
    { id: "k", name: "Kim Sato", email: "k@b.example", disabled: false, created_at: at, brands: [{ brand_id: "b", roles: ["approver"] }] },
    { id: "f", name: "Fin Ance", email: "f@b.example", disabled: false, created_at: at, brands: [{ brand_id: "b", roles: ["finance_preparer"] }] },
    { id: "e", name: "Else Where", email: "e@b.example", disabled: false, created_at: at, brands: [{ brand_id: "other", roles: ["approver"] }] },
  ],
  "/v1/outside-reviewers": [{ id: "o", brand_id: "b", name: "Ada Agency", email: "ada@agency.example", created_at: at }],
  "/v1/campaigns": [{ id: "c", name: "Spring" }],
  "/v1/brands": [{ id: "b", name: "Northlight", second_pair_threshold: { amount: 0, currency: "eur" } }],
};

let sent: { path: string; body: PolicyCreate & PolicySimulate }[] = [];
let refusal: { field: string; detail: string }[] = [];
let trial: PolicySimulation = { fits: 0, items: [] };

beforeEach(() => {
  sent = [];
  refusal = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (request.method === "GET") return answer({ items: everybody[path] ?? [] });
    sent.push({ path, body: (await request.json()) as PolicyCreate & PolicySimulate });
    if (refusal.length > 0) return answer({ title: "Some fields need another value", status: 422, code: "invalid", errors: refusal.map((one) => ({ ...one, code: "x" })) }, 422);
    return path.endsWith("/simulate") ? answer(trial) : answer({ ...policy, version: 4 }, 201);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

// By the label alone: looking through roles is slow in a form of this size.
const inStage = (n: number) => within(screen.getByLabelText(`Stage ${n}`));
// A field that opens a list shares its label with the list.
const field = (label: string | RegExp) => screen.getByLabelText(label, { selector: "input" });
const put = async (input: HTMLElement, text: string) => {
  await userEvent.click(input);
  await userEvent.clear(input);
  await userEvent.paste(text);
};
const pick = async (box: HTMLElement, name: string) => {
  await userEvent.click(box);
  await userEvent.click(await within(await screen.findByRole("listbox")).findByText(name));
};
const save = (label = "Save as a new version") => userEvent.click(screen.getByText(label));
const namesInOrder = () => [...screen.getByLabelText("Stages in their order").children].map((_, n) => screen.getByLabelText<HTMLInputElement>(`Name of stage ${n + 1}`).value);

it("saves a new policy as it was filled in", async () => {
  const saved = vi.fn();
  await show(<PolicyEditor brandId="b" saved={saved} close={vi.fn()} />);
  await put(field(/^Name( \*)?$/), "Alcohol in Germany");
  await userEvent.click(screen.getByLabelText("By what the content is"));
  await pick(field("Platforms"), "Instagram");
  await pick(field("Markets"), "Germany");
  await pick(field("Regulated categories"), "Alcohol");
  await put(screen.getByLabelText("Fee at least"), "5000");
  await userEvent.selectOptions(screen.getByLabelText("Paid usage"), "yes");
  await put(screen.getByLabelText("Rank"), "10");
  await pick(field("Add to who is asked, stage 1"), "Kim Sato");
  await userEvent.click(screen.getByLabelText("Move Kim Sato up, stage 1"));
  await userEvent.selectOptions(screen.getByLabelText("Who must approve"), "primary");
  await put(screen.getByLabelText("Business days of the admins, stage 1"), "2");
  await userEvent.click(screen.getByText("Add a stage"));
  expect(screen.getByLabelText("Name of stage 2")).toHaveFocus();
  await userEvent.paste("Client");
  await pick(field("Add to who is asked, stage 2"), "Ada Agency");
  await userEvent.selectOptions(inStage(2).getByLabelText("Starts"), "by_date");
  await userEvent.selectOptions(inStage(2).getByLabelText("A no goes back to"), "stage:0");
  await userEvent.click(inStage(2).getByLabelText("Keep approvals for a newer version"));
  await userEvent.selectOptions(screen.getByLabelText("Keep approvals of stage 2 when"), "caption");
  await userEvent.click(screen.getByLabelText("Reject by itself"));
  await save("Save policy");
  await vi.waitFor(() => expect(saved).toHaveBeenCalledOnce());
  expect(sent).toEqual([{
    path: "/v1/policies",
    body: {
      brand_id: "b", name: "Alcohol in Germany", from_version: 0, rank: 10, on_silence: "auto_reject",
      when: { platforms: ["instagram"], markets: ["DE"], regulated: ["alcohol"], fee_at_least: { amount: 500_000, currency: "eur" }, paid_usage: true },
      stages: [
        { name: "Brand", approvers: [kim, approvers], rule: "primary", starts: "after_previous", deadline_days: 3, on_reject: "creator", escalate_to: [{ kind: "role", role: "admin", days: 2 }] },
        { name: "Client", approvers: [ada], rule: "any", starts: "by_date", start_days: 2, start_from: "publish_by", deadline_days: 3, on_reject: "stage", return_to: 0, keep: true, scope: "caption" },
      ],
    },
  }]);
});

it("chooses by typing and Enter, and saves nothing by it", async () => {
  await show(<PolicyEditor brandId="b" policy={policy} saved={vi.fn()} close={vi.fn()} />);
  await userEvent.click(screen.getByLabelText("By what the content is"));
  await userEvent.type(field("Markets"), "ger{Enter}");
  await userEvent.type(field("Platforms"), "nowhere{Enter}");
  await userEvent.type(field("Add to who is asked, stage 1"), "kim{Enter}");
  expect(screen.getByText("Shown in Germany", { exact: false })).toBeVisible();
  expect(screen.getByLabelText("Remove Kim Sato, stage 1")).toBeInTheDocument();
  expect(sent).toEqual([]);
});

it("offers those who decide at the brand, and nobody twice", async () => {
  await show(<PolicyEditor brandId="b" policy={{ ...policy, stages: [stage("Brand", { approvers: [kim] })] }} saved={vi.fn()} close={vi.fn()} />);
  expect(await screen.findByLabelText("Remove Kim Sato, stage 1")).toBeVisible();
  const add = field("Add to who is asked, stage 1");
  await userEvent.click(add);
  const offered = within(await screen.findByRole("listbox")).getAllByRole("option").map(({ textContent }) => textContent);
  expect(offered).toEqual(["The approvers", "Legal", "Operations", "The admins", "Ada Agency"]);
});

it("keeps a new version of what is only named by campaigns free of conditions, and says what another name does", async () => {
  const saved = vi.fn();
  await show(<PolicyEditor brandId="b" policy={policy} saved={saved} close={vi.fn()} />);
  expect(screen.getByText("Saved as version 4")).toBeVisible();
  await save();
  await vi.waitFor(() => expect(saved).toHaveBeenCalledOnce());
  expect(sent[0]?.body).toEqual({ brand_id: "b", name: "Standard", from_version: 3, on_silence: "hold", stages: policy.stages });
  await put(field(/^Name( \*)?$/), "Other");
  expect(screen.getByText("Another name makes another policy; “Standard” stays as it is")).toBeVisible();
});

it("says in words what the policy does while it is edited", async () => {
  await show(<PolicyEditor brandId="b" policy={policy} saved={vi.fn()} close={vi.fn()} />);
  const words = screen.getByLabelText("Stages in words");
  expect(words).toHaveTextContent("Legal: the approvers; one approval is enough; 3 business days; a no goes back to the creator; never approved by silence.");
  await userEvent.selectOptions(inStage(1).getByLabelText("Who must approve"), "all");
  await put(inStage(1).getByLabelText("Time to decide"), "5");
  await userEvent.selectOptions(inStage(3).getByLabelText("Starts"), "in_parallel");
  expect(words).toHaveTextContent("Brand: the approvers; everybody asked must approve; 5 business days;");
  expect(words).toHaveTextContent("Client: at the same time as Legal;");
});

it("moves stages by keys and by buttons, and the keyboard goes along", async () => {
  await show(<PolicyEditor brandId="b" policy={policy} saved={vi.fn()} close={vi.fn()} />);
  screen.getByLabelText("Name of stage 1").focus();
  await userEvent.keyboard("{Alt>}{Shift>}{ArrowDown}{/Shift}{/Alt}");
  expect(namesInOrder()).toEqual(["Legal", "Brand", "Client"]);
  expect(screen.getByLabelText("Name of stage 2")).toHaveFocus();
  await userEvent.keyboard("{Alt>}{Shift>}{ArrowDown}{ArrowDown}{/Shift}{/Alt}");
  expect(namesInOrder()).toEqual(["Legal", "Client", "Brand"]);
  expect(screen.getByText("Brand is now stage 3 of 3")).toBeInTheDocument();
  await userEvent.click(screen.getByLabelText("Move stage 3 up"));
  expect(screen.getByLabelText("Move stage 2 up")).toHaveFocus();
  await userEvent.keyboard("{Enter}{Enter}");
  expect(namesInOrder()).toEqual(["Brand", "Legal", "Client"]);
  expect(screen.getByLabelText("Move stage 1 up")).toHaveFocus();
  await userEvent.click(screen.getByLabelText("Move stage 1 down"));
  expect(screen.getByLabelText("Move stage 2 down")).toHaveFocus();
  await userEvent.click(screen.getByLabelText("Remove stage 3"));
  expect(namesInOrder()).toEqual(["Legal", "Brand"]);
  expect(screen.getByLabelText("Name of stage 2")).toHaveFocus();
});

it("shows what is refused where it is, until the stages take other places", async () => {
  refusal = [
    { field: "name", detail: "Too long." }, { field: "stages[2].quorum", detail: "A quorum is at least 1." }, { field: "stages[0].approvers[0]", detail: "Name the person." },
    { field: "stages[1].approvers", detail: "Say who approves." }, { field: "stages[1].escalate_to[0].days", detail: "At most 60." }, { field: "stages[1].return_to", detail: "One before it." },
    { field: "when.markets[0]", detail: "Two capital letters." }, { field: "when.fee_at_least.currency", detail: "No such currency." }, { field: "on_silence", detail: "Never with legal." }, { field: "rank", detail: "0 to 1,000." },
    { field: "stages", detail: "One stage of the house." },
  ];
  const [brand, legal, client] = policy.stages as [PolicyStage, PolicyStage, PolicyStage];
  await show(<PolicyEditor
    brandId="b" saved={vi.fn()} close={vi.fn()}
    policy={{ ...policy, when: { markets: ["DE"] }, rank: 5, stages: [brand, { ...legal, escalate_to: [kim], on_reject: "stage", return_to: 0 }, { ...client, rule: "quorum", quorum: 0 }] }}
  />);
  await save();
  expect(await screen.findByText("A quorum is at least 1.")).toBeVisible();
  expect(inStage(3).getByLabelText("How many")).toHaveAccessibleDescription("A quorum is at least 1.");
  expect(inStage(1).getByText("Name the person.")).toBeVisible();
  expect(inStage(2).getByText("Say who approves.")).toBeVisible();
  expect(screen.getByLabelText("Business days of Kim Sato, stage 2")).toHaveAccessibleDescription("At most 60.");
  expect(inStage(2).getByLabelText("A no goes back to")).toHaveAccessibleDescription("One before it.");
  expect(field("Markets")).toHaveAccessibleDescription("Two capital letters.");
  expect(screen.getByLabelText("Fee at least")).toHaveAccessibleDescription("No such currency.");
  expect(field(/^Name( \*)?$/)).toHaveFocus();
  expect(screen.getByText("Never with legal.")).toBeVisible();
  // What has no input of its own stands in the notice, alone.
  expect(within(screen.getByRole("alert")).getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual(["stages: One stage of the house."]);
  await userEvent.click(screen.getByLabelText("Remove stage 1"));
  expect(screen.queryByText("A quorum is at least 1.")).not.toBeInTheDocument();
  expect(screen.getByText("0 to 1,000.")).toBeVisible();
});

it("says why silence cannot approve", async () => {
  await show(<PolicyEditor brandId="b" policy={policy} saved={vi.fn()} close={vi.fn()} />);
  expect(screen.getByLabelText("Approve by itself")).toBeDisabled();
  expect(screen.getByLabelText("Approve by itself")).toHaveAccessibleDescription(/^Not possible with a legal stage/);
  await userEvent.click(inStage(2).getByLabelText("This is a legal stage"));
  await userEvent.click(screen.getByLabelText("Approve by itself"));
  await pick(field("Add to who is asked, stage 3"), "Ada Agency");
  expect(screen.getByText(/^Not possible with outside reviewers/)).toBeVisible();
});

it("tries the policy, as it is edited, on what was submitted", async () => {
  trial = {
    fits: 1,
    items: [
      {
        submission_id: "s1", deliverable_title: "Reel", creator_name: "Mia Roth", campaign_name: "Spring", version: 2, submitted_at: "2026-03-02T09:00:00Z", fits: true, because: "the fee is at least €5,000",
        stages: [{ name: "Brand", asked: ["Kim Sato", "Nadia Blum"], due_at: "2026-03-05T17:00:00Z", ends_at: "2026-03-04T09:00:00Z", how: "as they really decided" }, { name: "Legal", asked: ["Kim Sato"] }],
        ends_at: "2026-03-05T09:00:00Z", silence_at: "2026-03-09T09:00:00Z", really_ended_at: "2026-03-07T09:00:00Z", policy_name: "Standard",
      },
      { submission_id: "s2", deliverable_title: "Story", creator_name: "Jo Lind", campaign_name: "Spring", version: 1, submitted_at: at, fits: false, because: "the fee is below €5,000", stages: [] },
    ],
  };
  await show(<PolicyEditor brandId="b" policy={policy} saved={vi.fn()} close={vi.fn()} />);
  await userEvent.click(screen.getByText("Try it"));
  const table = within(await screen.findByRole("table", { name: "What it would have done" }));
  expect(sent).toEqual([{ path: "/v1/policies/simulate", body: { brand_id: "b", on_silence: "hold", stages: policy.stages, last: 50 } }]);
  const [, first, second] = table.getAllByRole("row");
  expect(first).toHaveTextContent(/Reelversion 2, Spring.*Mia Roth.*Fits.*the fee is at least €5,000.*Brand: Kim Sato, Nadia Blum, until Wed, 4 Mar 2026.*as they really decided.*Legal: Kim Sato.*Thu, 5 Mar 2026.*Mon, 9 Mar 2026.*Sat, 7 Mar 2026.*by Standard/);
  expect(second).toHaveTextContent(/Storyversion 1, Spring.*Does not fit.*the fee is below €5,000.*nobody.*not at all.*never.*Not yet/);
  expect(screen.getByLabelText("In all")).toHaveTextContent("It fits 1 of 2 submissions.Of 1 that ended, the middle one would have taken 3 days; it really took 5 days.Asked most: Kim Sato (1), Nadia Blum (1).");
  await userEvent.click(screen.getByLabelText("Remove stage 3"));
  expect(screen.getByText(/^The policy was changed since/)).toBeVisible();
});

it("says that nothing was submitted yet", async () => {
  trial = { fits: 0, items: [] };
  await show(<PolicyEditor brandId="b" policy={policy} saved={vi.fn()} close={vi.fn()} />);
  await userEvent.click(screen.getByText("Try it"));
  expect(await screen.findByText("Nothing was submitted yet")).toBeVisible();
});
