import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { KeyDate, Partnership } from "../../api/schema";
import { answer, show } from "../../test/render";
import { serveReviews } from "../../test/reviews";
import { uuid } from "../../test/threads";
import AmendDialog from "./AmendDialog";
import { Commands } from "./Commands";

afterEach(() => {
  vi.unstubAllGlobals();
});

const partnership = {
  summary: { id: uuid(301), brand_id: uuid(1), creator: { name: "Ada" }, fee: { amount: 100_000, currency: "usd" } },
  contract: { id: uuid(401), number: "C-000007", state: "executed", term: 1, amendments: [] },
  deliverables: [{ id: uuid(901), title: "Launch video", platform: "youtube", kind: "video", state: "awaiting_draft", late: false }],
  milestones: [{ id: uuid(61), title: "At the end", trigger: "date", state: "pending", amount: { amount: 30_000, currency: "usd" }, bonus: false }],
  commands: [{ command: "amend", label: "Amend the contract", allowed: true }],
} as unknown as Partnership;

it("drafts what the preview showed: moved dates, money that falls away and money that comes", async () => {
  const preview = {
    contract_id: uuid(401), number: "C-000007-A1", fee_now: { amount: 100_000, currency: "usd" }, fee_then: { amount: 78_000, currency: "usd" }, text: "AMENDMENT", conflicts: [{ key: uuid(77), kind: "absence", severity: "warn", words: "Ada is away then." }],
    changes: [{ what: "Draft of “Launch video”", from: "1 May 2026", to: "8 May 2026" }], pinned: [{ what: "On signature", to: "300.00 USD are owed or paid already, and stay." }],
    follows: {
      pieces: [{ what: "“Launch video”", from: "late", to: "awaiting draft" }], money: [], dates: [], timers: [{ what: "Reminds the creator of the draft of “Launch video”", from: "29 April 2026", to: "6 May 2026" }],
      budget: [{ what: "Committed of the budget of $5,000.00", from: "$1,000.00", to: "$780.00" }], stays: [{ what: "On signature", to: "300.00 USD are owed or paid already, and stay." }],
    },
  };
  const contract = { id: uuid(401), fee: preview.fee_now, terms: { deliverables: [], milestones: [], revision_rounds: 2, duration_days: 60, notice_days: 10 } };
  const sent = serveReviews({ also: { [`/v1/contracts/${uuid(401)}`]: contract }, act: (_, path) => (path.endsWith("/preview") ? answer(preview) : undefined) });
  await show(<Commands partnership={partnership} />);
  await userEvent.click(screen.getByRole("button", { name: "Amend the contract" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Amend the contract with Ada" }, { timeout: 5000 }));
  expect(dialog.getByRole("button", { name: "Draft the amendment" })).toBeDisabled();
  await userEvent.type(dialog.getByRole("textbox", { name: "Launch video: draft later by" }), "7");
  await userEvent.click(dialog.getByRole("checkbox", { name: /At the end/ }));
  await userEvent.click(dialog.getByRole("button", { name: "Add money" }));
  await userEvent.type(dialog.getByRole("textbox", { name: "Amount" }), "80");
  expect(await dialog.findByText("Draft of “Launch video”")).toBeVisible();
  expect(dialog.getByText("instead of 1 May 2026")).toBeVisible();
  expect(dialog.getByText("Ada is away then.")).toBeVisible();
  expect(within(dialog.getByRole("region", { name: "Deadlines and reminders" })).getByRole("listitem")).toHaveTextContent("Reminds the creator of the draft of “Launch video” 6 May 2026 instead of 29 April 2026");
  expect(dialog.getByRole("region", { name: "Budget" })).toHaveTextContent("$780.00 instead of $1,000.00");
  expect(dialog.queryByRole("region", { name: "Money and payments" })).toBeNull();
  expect(dialog.getByRole("heading", { name: "What stays" })).toBeVisible();
  await userEvent.click(dialog.getByRole("button", { name: "Draft the amendment" }));
  const change = {
    moved: [{ deliverable_id: uuid(901), draft_days: 7 }], dropped_milestones: [uuid(61)],
    milestones: [{ title: "For the change", trigger: "verified", amount: 8_000, net_days: 0 }],
  };
  await waitFor(() => expect(sent.filter(({ path }) => path.endsWith("/amendments")).map(({ body }) => body)).toEqual([change]));
});

it("changes what is late, beginning with what the contract says of it", async () => {
  const contract = { id: uuid(401), terms: { deliverables: [], milestones: [], revision_rounds: 2, duration_days: 60, notice_days: 10, late: { grace_hours: 48 } } };
  const preview = { contract_id: uuid(401), number: "C-000007-A1", text: "AMENDMENT", conflicts: [], changes: [{ what: "What is late" }], pinned: [{ what: "Launch video", to: "It is late, and stays under what was agreed about that before." }] };
  const sent = serveReviews({ also: { [`/v1/contracts/${uuid(401)}`]: contract }, act: (_, path) => (path.endsWith("/preview") ? answer(preview) : undefined) });
  await show(<Commands partnership={partnership} />);
  await userEvent.click(screen.getByRole("button", { name: "Amend the contract" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Amend the contract with Ada" }, { timeout: 5000 }));
  await waitFor(() => expect(dialog.getByRole("textbox", { name: "Grace" })).toHaveValue("48 hours"));
  await userEvent.selectOptions(dialog.getByRole("combobox", { name: "If it stays late" }), "falls_away");
  expect(await dialog.findByText(/It is late, and stays/)).toBeVisible();
  await userEvent.click(dialog.getByRole("button", { name: "Draft the amendment" }));
  await waitFor(() => expect(sent.filter(({ path }) => path.endsWith("/amendments")).map(({ body }) => body)).toEqual([{ late: { grace_hours: 48, remedy: "falls_away", missed_after_days: 5 } }]));
});

const withOption = { id: uuid(401), terms: { deliverables: [], milestones: [], revision_rounds: 2, duration_days: 60, notice_days: 10, renewal_option: { fee: 130_000, notice_days: 20 } } };

it.each([
  {
    name: "gives an option to renew", terms: { ...withOption.terms, renewal_option: undefined },
    change: async () => {
      await userEvent.click(screen.getByRole("switch", { name: /may take another term/ }));
      await userEvent.type(screen.getByRole("textbox", { name: "Fee of that term" }), "1300");
    },
    sends: { renewal_option: { fee: 130_000, notice_days: 10 } },
  },
  {
    name: "changes the option that the contract has", terms: withOption.terms,
    change: async () => {
      const fee = screen.getByRole("textbox", { name: "Fee of that term" });
      expect(fee).toHaveValue("1,300 USD");
      await userEvent.clear(fee);
      await userEvent.type(fee, "1500");
    },
    sends: { renewal_option: { fee: 150_000, notice_days: 20 } },
  },
  {
    name: "lets the option fall away", terms: withOption.terms,
    change: () => userEvent.click(screen.getByRole("switch", { name: /may take another term/ })),
    sends: { drop_option: true },
  },
])("$name", async ({ terms, change, sends }) => {
  const preview = { contract_id: uuid(401), number: "C-000007-A1", text: "AMENDMENT", conflicts: [], changes: [{ what: "Option to renew", to: "as it will be" }], pinned: [] };
  const sent = serveReviews({ also: { [`/v1/contracts/${uuid(401)}`]: { ...withOption, terms } }, act: (_, path) => (path.endsWith("/preview") ? answer(preview) : undefined) });
  await show(<AmendDialog partnership={partnership} onClose={vi.fn()} />);
  const dialog = within(await screen.findByRole("dialog", { name: "Amend the contract with Ada" }));
  await dialog.findByRole("switch", { name: /may take another term/ });
  expect(dialog.getByText(/by signing this amendment/)).toBeVisible();
  await change();
  expect(await dialog.findByText("as it will be")).toBeVisible();
  await userEvent.click(dialog.getByRole("button", { name: "Draft the amendment" }));
  await waitFor(() => expect(sent.filter(({ path }) => path.endsWith("/amendments")).map(({ body }) => body)).toEqual([sends]));
});

it("asks for nothing where the option is put back as it was, and says under its fee what is wrong with it", async () => {
  const bad = { code: "invalid", title: "Invalid", errors: [{ field: "renewal_option.fee", code: "out_of_range", detail: "Say for how much the next term is taken." }] };
  serveReviews({ also: { [`/v1/contracts/${uuid(401)}`]: withOption }, act: (_, path) => (path.endsWith("/preview") ? answer(bad, 422) : undefined) });
  await show(<AmendDialog partnership={partnership} onClose={vi.fn()} />);
  const dialog = within(await screen.findByRole("dialog", { name: "Amend the contract with Ada" }));
  await userEvent.click(await dialog.findByRole("switch", { name: /may take another term/ }));
  expect(dialog.queryByRole("textbox", { name: "Fee of that term" })).toBeNull();
  await userEvent.click(dialog.getByRole("switch", { name: /may take another term/ }));
  expect(await dialog.findByText("Say for how much the next term is taken.")).toBeVisible();
  expect(dialog.getByRole("textbox", { name: "Fee of that term" })).toHaveAccessibleDescription(/Say for how much/);
});

it("adds a piece whose time begins when the product has arrived, and keeps the money of one when another is taken away", async () => {
  const contract = { id: uuid(401), terms: { deliverables: [], milestones: [], revision_rounds: 2, duration_days: 60, notice_days: 10 } };
  const preview = { contract_id: uuid(401), number: "C-000007-A1", text: "AMENDMENT", conflicts: [], changes: [{ what: "Other" }], pinned: [] };
  const sent = serveReviews({ also: { [`/v1/contracts/${uuid(401)}`]: contract }, act: (_, path) => (path.endsWith("/preview") ? answer(preview) : undefined) });
  await show(<Commands partnership={partnership} />);
  await userEvent.click(screen.getByRole("button", { name: "Amend the contract" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Amend the contract with Ada" }, { timeout: 5000 }));
  await userEvent.click(dialog.getByRole("button", { name: "Add a piece" }));
  await userEvent.click(dialog.getByRole("button", { name: "Add a piece" }));
  const title = dialog.getAllByRole("textbox", { name: "New piece" })[1];
  if (!title) throw new Error("no second piece");
  await userEvent.clear(title);
  await userEvent.type(title, "Unboxing");
  await userEvent.selectOptions(dialog.getAllByRole("combobox", { name: "Dates" })[1] ?? title, "counted from the product’s arrival");
  await userEvent.click(dialog.getByRole("button", { name: "Add money" }));
  await userEvent.type(dialog.getByRole("textbox", { name: "Amount" }), "80");
  await userEvent.selectOptions(dialog.getByRole("combobox", { name: "Of" }), "Unboxing (new)");
  await userEvent.click(dialog.getByRole("button", { name: "Remove new piece 1" }));
  await dialog.findByRole("heading", { name: /What changes/ });
  await userEvent.click(dialog.getByRole("button", { name: "Draft the amendment" }));
  await waitFor(() => expect(sent.filter(({ path }) => path.endsWith("/amendments")).map(({ body }) => body)).toEqual([{
    deliverables: [{ title: "Unboxing", platform: "youtube", kind: "video", draft_due_days: 10, publish_days: 5, draft_after: "product_delivered" }],
    milestones: [{ title: "For the change", trigger: "verified", amount: 8_000, net_days: 0, new: 0 }],
  }]));
});

const running = { [`/v1/contracts/${uuid(401)}`]: { id: uuid(401), terms: { deliverables: [], milestones: [], revision_rounds: 2, duration_days: 60, notice_days: 10 } } };
const ends = (n: number, rest: Partial<KeyDate>) => ({
  id: uuid(n), kind: "rights_end", at: "2100-03-02T10:00:00Z", state: "open", number: "C-000003", stage: "active", creator: { name: "Ada" }, may_extend: true,
  assets: [{ id: uuid(901), name: "Launch video" }, { id: uuid(902), name: "Unboxing" }], ...rest,
}) as KeyDate;

it("extends the date that somebody came for, of one of its posts, and asks for money with the signature", async () => {
  const preview = {
    contract_id: uuid(401), number: "C-000007-A1", text: "AMENDMENT", conflicts: [],
    changes: [{ what: "Usage rights of “Unboxing” (contract C-000003)", from: "until 1 March 2100", to: "until 31 May 2100" }], pinned: [{ what: "Usage rights of “Launch video”", to: "It goes on until 1 March 2100, as it was agreed." }],
  };
  const sent = serveReviews({
    also: { ...running, "/v1/key-dates": { items: [ends(5, {}), ends(6, { kind: "exclusivity_end", assets: [{ id: uuid(901), name: "Launch video" }] }), ends(7, { kind: "term_end", assets: [] })] } },
    act: (_, path) => (path.endsWith("/preview") ? answer(preview) : undefined),
  });
  await show(<AmendDialog partnership={partnership} extend={uuid(5)} onClose={vi.fn()} />);
  const dialog = within(await screen.findByRole("dialog", { name: "Amend the contract with Ada" }));
  const rights = within(await dialog.findByRole("group", { name: "Rights that end" }));
  const days = rights.getByRole("textbox", { name: "Usage rights end, Launch video, Unboxing: longer by" });
  expect(days).toHaveValue("90 days");
  expect(rights.getByRole("textbox", { name: "Exclusivity ends, Launch video: longer by" })).toHaveValue("");
  expect(rights.queryByText(/Term ends/)).toBeNull();
  await userEvent.click(rights.getByRole("checkbox", { name: "Launch video" }));
  await userEvent.click(rights.getByRole("checkbox", { name: "Unboxing" }));
  expect(rights.getByRole("checkbox", { name: "Unboxing" })).toBeChecked();
  await userEvent.click(dialog.getByRole("button", { name: "Add money" }));
  await userEvent.type(dialog.getByRole("textbox", { name: "Amount" }), "80");
  expect(await dialog.findByText("instead of until 1 March 2100")).toBeVisible();
  expect(dialog.getByText(/March 2100, as it was agreed/)).toBeVisible();
  await userEvent.click(dialog.getByRole("button", { name: "Draft the amendment" }));
  await waitFor(() => expect(sent.filter(({ path }) => path.endsWith("/amendments")).map(({ body }) => body)).toEqual([{
    extended: [{ key_date_id: uuid(5), days: 90, deliverable_ids: [uuid(902)] }],
    milestones: [{ title: "For the longer time", trigger: "signature", amount: 8_000, net_days: 0 }],
  }]));
});

it("takes an extension back, and shows why one is refused", async () => {
  serveReviews({
    also: { ...running, "/v1/key-dates": { items: [ends(5, {})] } },
    act: (_, path) => (path.endsWith("/preview") ? answer({ code: "invalid", title: "Invalid", errors: [{ field: "extended[0].key_date_id", code: "unknown", detail: "This has ended by now." }] }, 422) : undefined),
  });
  await show(<AmendDialog partnership={partnership} extend={uuid(5)} onClose={vi.fn()} />);
  const dialog = within(await screen.findByRole("dialog", { name: "Amend the contract with Ada" }));
  expect(await dialog.findByText(/This has ended by now/)).toBeVisible();
  expect(dialog.getByRole("button", { name: "Draft the amendment" })).toBeDisabled();
  await userEvent.clear(await dialog.findByRole("textbox", { name: /longer by$/ }));
  await waitFor(() => expect(dialog.queryByRole("checkbox", { name: "Unboxing" })).toBeNull());
});
