import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, it, vi } from "vitest";

import type { Contract, ContractDraft, DraftChoices, DraftClause } from "../../api/schema";
import { openApp } from "../../test/app";
import { answer, show } from "../../test/render";
import { serveReviews } from "../../test/reviews";
import { uuid } from "../../test/threads";
import { compare, compareText, words } from "./compare";
import { DraftEditor } from "./DraftEditor";
import { TextDiff } from "./TextDiff";

vi.setConfig({ testTimeout: 30_000 });

afterEach(() => {
  vi.unstubAllGlobals();
});

const at = "2026-03-02T10:00:00Z";
const clause = (title: string, rest: Partial<DraftClause> = {}): DraftClause => ({
  clause_id: title, version: 2, kind: "general", title, body: title, fallbacks: [], fallback: 0, in_template: true, stands: true, stands_in: false, added: false, left_out: false, ...rest,
});
const saved: ContractDraft = {
  contract_id: "c", partnership_id: "p", brand_id: "b", number: "C-000007", creator_name: "Ada", campaign_name: "Autumn", draft: 1, at, choices: { template_id: "t" },
  templates: [{ id: "t", name: "Standard contract" }, { id: "u", name: "Short" }],
  clauses: [
    clause("Disclosure", { locked: "Must be included: no other clause here is about disclosure." }),
    clause("Usage rights", { fallbacks: [{ body: "Less", note: "Ops, when asked" }] }), clause("Music"),
    clause("Parcel", { stands: false, missing: "“Parcel” needs a value for “postal address”." }), clause("Dogs", { in_template: false, stands: false }),
    clause("French", { in_template: false, stands: false, missing: "“French” stands only where its conditions hold: creator in FR." }),
  ],
  values: [{ name: "deal.postal_address", about: "postal address", used_by: ["Parcel"] }], saved_text: "1. Music. Loud.", text: "1. Music. Loud.", text_sha256: "aa", errors: [],
};
const sent: { path: string; body: { choices: DraftChoices } & DraftChoices }[] = [];

/** Answers previews with what `change` makes of the draft. */
function serve(change: (choices: DraftChoices) => Partial<ContractDraft>, save: () => Response = () => answer({ ...saved, draft: 2 })) {
  sent.length = 0;
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname: path } = new URL(request.url);
    const body = (await request.json()) as { choices: DraftChoices } & DraftChoices;
    sent.push({ path, body });
    return path.endsWith("/preview") ? answer({ ...saved, choices: body, ...change(body) }) : save();
  });
}

it("chooses positions, leaves clauses out, adds them and says words, and saves the text that the server showed", async () => {
  serve(() => ({ text: "1. Music. Quiet.", text_sha256: "bb" }));
  const then = vi.fn();
  await show(<DraftEditor draft={saved} saved={then} />);
  expect(screen.getByText("Must be included: no other clause here is about disclosure.")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Leave Disclosure out" })).toBeNull();
  await userEvent.selectOptions(screen.getByLabelText("Position of Usage rights"), "Fallback 1: Ops, when asked");
  await userEvent.click(screen.getByRole("button", { name: "Leave Music out" }));
  await userEvent.type(screen.getByLabelText("Postal address"), "2 Road");
  await userEvent.click(screen.getByRole("combobox", { name: "Add a clause" }));
  expect(screen.queryByRole("option", { name: /French/, hidden: true })).toBeNull();
  await userEvent.click(await screen.findByRole("option", { name: "Dogs (General)", hidden: true }));
  const button = screen.getByRole("button", { name: "Save draft 2" });
  const text = within(screen.getByRole("region", { name: "The text as it will be signed" }));
  expect(await text.findByText("Quiet")).toBeVisible();
  await waitFor(() => expect(button).toBeEnabled());
  await userEvent.click(button);
  await waitFor(() => expect(then).toHaveBeenCalled());
  expect(sent.find(({ path }) => path === "/v1/contracts/c/draft")).toEqual({
    path: "/v1/contracts/c/draft",
    body: {
      from_draft: 1, text_sha256: "bb",
      choices: { template_id: "t", fallbacks: [{ clause_id: "Usage rights", fallback: 1 }], left_out: ["Music"], added: ["Dogs"], values: [{ name: "deal.postal_address", value: "2 Road" }] },
    },
  });
});

it("says at the clause what is wrong with it, and saves nothing", async () => {
  serve(({ left_out }) => ({ errors: left_out?.length ? [{ field: "left_out[0]", code: "agreed", detail: "“Music” cannot be left out: it alone says what both agreed on." }] : [] }));
  await show(<DraftEditor draft={saved} saved={vi.fn()} />);
  await userEvent.click(screen.getByRole("button", { name: "Leave Music out" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("“Music” cannot be left out");
  expect(screen.getByText("1 thing to put right first")).toBeVisible();
  expect(screen.getByRole("button", { name: "Save draft 2" })).toBeDisabled();
});

it("lets go of what the library and the deal have overtaken since it was saved", async () => {
  serve(({ left_out = [], values = [], fallbacks = [] }) => ({
    errors: [
      ...left_out.map((_, n) => ({ field: `left_out[${n}]`, code: "unknown", detail: "The template has no such clause." })),
      ...values.map((_, n) => ({ field: `values[${n}].name`, code: "unknown_value", detail: "The deal says the brief itself." })),
      ...fallbacks.map((_, n) => ({ field: `fallbacks[${n}].fallback`, code: "unknown", detail: "“Music” has no such fallback any more." })),
    ],
  }));
  const choices = { template_id: "t", left_out: ["Dogs"], values: [{ name: "campaign.brief", value: "Loud" }], fallbacks: [{ clause_id: "Music", fallback: 1 }] };
  await show(<DraftEditor draft={{ ...saved, choices }} saved={vi.fn()} />);
  for (const name of ["Drop it: The template has no such clause.", "Drop it: The deal says the brief itself.", "Drop it: “Music” has no such fallback any more."]) {
    await userEvent.click(await screen.findByRole("button", { name }));
    await waitFor(() => expect(screen.queryByRole("button", { name })).toBeNull());
  }
  await waitFor(() => expect(screen.getByRole("button", { name: "Save draft 2" })).toBeEnabled());
  expect(sent.at(-1)?.body).toEqual({ template_id: "t", left_out: [], values: [], fallbacks: [] });
});

it("keeps what was chosen when somebody else saved first", async () => {
  serve(() => ({}), () => answer({ title: "Somebody changed it", status: 412, code: "stale", detail: "Otto saved draft 2 of this contract meanwhile." }, 412));
  const choices = { template_id: "t", left_out: ["Music"] };
  const before = { ...saved, choices };
  const app = await show(<DraftEditor draft={before} saved={vi.fn()} />);
  await waitFor(() => expect(screen.getByRole("button", { name: "Save draft 2" })).toBeEnabled());
  await userEvent.click(screen.getByRole("button", { name: "Save draft 2" }));
  expect(await screen.findByText(/Otto saved draft 2/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Put Music back" })).toBeVisible();
  app.unmount();

  let otto: () => void = () => undefined;
  function Live() {
    const [draft, set] = useState<ContractDraft>(before);
    otto = () => set({ ...saved, draft: 2, by: "Otto" });
    return <DraftEditor draft={draft} saved={vi.fn()} />;
  }
  await show(<Live />);
  act(otto);
  expect(screen.getByText("Otto saved draft 2 meanwhile")).toBeVisible();
  expect(screen.getByRole("button", { name: /^Save draft/ })).toBeDisabled();
  await userEvent.click(screen.getByRole("button", { name: "Keep my choices instead of theirs" }));
  expect(screen.getByRole("button", { name: "Put Music back" })).toBeVisible();
  expect(screen.getByRole("button", { name: "Save draft 3" })).toBeVisible();
});

const before = "AGREEMENT\n\n1. Campaign. Spring.\n\n2. Music. No music of others.\n\nSecond paragraph.\n\n3. Law. Of here.\n";

it("compares paragraph by paragraph, whatever the numbers of the clauses", () => {
  const list = compare(before, "AGREEMENT\n\n1. Music. Little music of others.\n\nSecond paragraph.\n\n2. Law. Of here.\n\n3. Dogs. Welcome.\n");
  expect(list.map(({ kind }) => kind)).toEqual(["same", "removed", "changed", "same", "same", "added"]);
  expect(list[4]?.text).toBe("2. Law. Of here.");
  expect(compareText(list)).toBe("1 paragraph changed, 1 paragraph added, 1 paragraph removed.");
  expect(compareText(compare(before, before))).toBe("Nothing differs.");
});

it("reads a word that stayed between changed ones with them", () => {
  expect(words("1. Music. The brand uses the name of the creator in all of it.", "2. Music. The brand may use AI for the creator in all of it.")).toEqual([
    { kind: "same", text: "Music. The brand " }, { kind: "removed", text: "uses the name of" }, { kind: "added", text: "may use AI for" }, { kind: "same", text: " the creator in all of it." },
  ]);
});

it("tells what differs without colour, in words and by ins and del", async () => {
  const { container } = await show(<TextDiff before={before} now={before.replace("No music", "Little music").replace("1. Campaign. Spring.\n\n", "")} fold />);
  expect(screen.getByText("Changed:")).toBeVisible();
  expect(screen.getByText("Removed:")).toBeVisible();
  expect(container.querySelector("ins")).toHaveTextContent("added: Little");
  expect([...container.querySelectorAll("del")].map((one) => one.textContent)).toEqual(["1. Campaign. Spring.", "removed: No"]);
  expect(screen.getByText("2 paragraphs are the same")).toBeInTheDocument();
});

const contract = {
  id: uuid(401), number: "C-000007", partnership_id: uuid(301), brand_id: uuid(1), brand_name: "Northwind", campaign_name: "Autumn", creator: { id: uuid(3), name: "Ada" }, term: 1, state: "internal_approval",
  draft: 2, fee: { amount: 100_000, currency: "usd" }, text: before, text_sha256: "aa", created_at: at, signatures: [], amendments: [],
  clauses: [{ clause_id: uuid(5), version: 3, kind: "general", title: "Music", fallback: 1, added: true }], terms: { deliverables: [], milestones: [], revision_rounds: 2, duration_days: 60, notice_days: 10 },
  draft_info: {
    by: "Otto", at, template: "Standard contract", lost_approval: { by: "Lea", at },
    choices: [{ what: "fallback", title: "Music", fallback: 1, by: "Otto" }, { what: "value", title: "postal address", value: "2 Road", by: "Ida" }],
  },
} as unknown as Contract;

it("shows with the contract what was chosen, by whom, whose approval was lost, and what differs", async () => {
  const seen = serveReviews({
    roles: ["legal"],
    also: {
      [`/v1/contracts/${uuid(401)}`]: contract, [`/v1/contracts/${uuid(401)}/draft`]: saved,
      [`/v1/contracts/${uuid(401)}/comparison`]: { template: { words: "What the template says", text: before.replace("No music", "Loud music") }, draft: { words: "Draft 1", text: before } },
    },
  });
  openApp(`/contracts/${uuid(401)}`);
  const draft = within(await screen.findByRole("region", { name: "Draft 2" }));
  expect(draft.getByText(/“Music” stands in its fallback position 1/)).toBeVisible();
  expect(draft.getByText(/The postal address: “2 Road”/)).toBeVisible();
  expect(draft.getByText(/Lea had approved the draft before/)).toHaveTextContent("that approval is lost");
  expect(screen.getByText(/version 3, fallback position 1, added for this contract/)).toBeVisible();
  expect(await screen.findByText(/Nobody has said “postal address” for “Parcel”: what needs it is left out of this contract, or has a gap there/)).toBeVisible();
  expect(screen.getByRole("link", { name: "Edit the text" })).toHaveAttribute("href", `/contracts/${uuid(401)}/edit`);
  await userEvent.click(screen.getByRole("button", { name: "Compare" }));
  expect(await screen.findByText("1 paragraph changed.")).toBeVisible();
  await userEvent.selectOptions(screen.getByLabelText("Compare with"), "The draft before");
  expect(await screen.findByText("Nothing differs.")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Approve" }));
  expect(seen.at(-1)).toMatchObject({ path: `/v1/contracts/${uuid(401)}/approvals`, body: { text_sha256: "aa" } });
});

it("edits nothing that is out, and offers it to nobody who may not", async () => {
  serveReviews({ roles: ["legal"], also: { [`/v1/contracts/${uuid(401)}`]: { ...contract, state: "out_for_signature" } } });
  const out = openApp(`/contracts/${uuid(401)}`);
  await screen.findByRole("region", { name: "Draft 2" });
  expect(screen.queryByRole("link", { name: "Edit the text" })).toBeNull();
  out.unmount();
  serveReviews({ roles: ["approver"], also: { [`/v1/contracts/${uuid(401)}`]: contract } });
  openApp(`/contracts/${uuid(401)}`);
  await screen.findByRole("region", { name: "Draft 2" });
  expect(screen.queryByRole("link", { name: "Edit the text" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Approve" })).toBeNull();
});
