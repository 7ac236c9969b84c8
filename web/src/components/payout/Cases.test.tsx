import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";

import type { Case } from "../../api/schema";
import { answer, show } from "../../test/render";
import { Cases } from "./Cases";
import { GateNotices } from "./GateNotices";

const at = "2026-05-01T12:00:00Z";
const missing: Case = {
  id: "0190aaaa-0000-7000-8000-000000000001", kind: "missing_here", about: "Transfer", detail: "Stripe has a transfer of 5.00 USD that the ledger does not know.", differs: [], external_ref: "tr_9",
  theirs: { amount: 500, currency: "usd" }, destination: "acct_1", state: "open", at, first_seen_at: at, last_seen_at: at, may_change: true, notes: [{ at, text: "Given to Rita", author: "Pia" }],
};

let sent: { path: string; body: unknown }[];
let gate: unknown;

beforeEach(() => {
  sent = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "POST") {
      sent.push({ path: new URL(request.url).pathname, body: await request.json() });
      return answer({ ...missing, state: "resolved" });
    }
    return answer(gate);
  });
});

it("shows both sides, what one lacks, and the history", async () => {
  await show(<Cases cases={[missing]} />);
  expect(await screen.findByText("Missing in the ledger")).toBeVisible();
  expect(screen.getByText("Does not have it")).toBeVisible();
  expect(screen.getByText("tr_9")).toBeVisible();
  expect(screen.getByText("Of no brand that we know")).toBeVisible();
  expect(screen.getByText(/Given to Rita/)).toBeVisible();
});

it("closes a case with a reason", async () => {
  await show(<Cases cases={[missing]} />);
  await userEvent.click(await screen.findByRole("button", { name: "Close…" }));
  await userEvent.click(screen.getByRole("radio", { name: /Put right/ }));
  await userEvent.type(screen.getByLabelText(/Why/), "Recorded by hand");
  await userEvent.click(screen.getByRole("button", { name: "Close the case" }));
  expect(sent).toEqual([{ path: `/v1/reconciliation-cases/${missing.id}/commands`, body: { command: "resolve", text: "Recorded by hand" } }]);
});

it("offers nothing to who may change nothing, and no closing of what is closed", async () => {
  await show(<Cases cases={[{ ...missing, may_change: false }, { ...missing, id: "0190aaaa-0000-7000-8000-000000000002", state: "explained", external_ref: "tr_8" }]} />);
  await screen.findByText("tr_8");
  expect(screen.getAllByRole("button").map(({ textContent }) => textContent)).toEqual(["Note…"]);
});

it("says why payments wait, and how many", async () => {
  gate = {
    open: false,
    holds: [{ reason: "paused", title: "Stripe refuses our key, so all payments are paused", detail: "Give the workers a valid key.", since: at }],
    waiting: [{ brand_id: missing.id, brand_name: "Acme", reason: "paused", words: "Stripe", count: 2, amounts: [{ amount: 700, currency: "usd" }] }],
  };
  await show(<GateNotices />);
  expect(await screen.findByText(/refuses our key/)).toBeVisible();
  expect(screen.getByText(/Acme: 2 payments wait/)).toHaveTextContent(/7\.00/);
});
