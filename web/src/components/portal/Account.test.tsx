import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import type { StatementAccount } from "../../api/schema";
import { show } from "../../test/render";
import { Account } from "./Account";

const eur = (amount: number) => ({ amount, currency: "eur" });

const account: StatementAccount = {
  opening: eur(1_000), accrued: eur(40_000), paid: eur(41_000), other: eur(-500), closing: eur(-500),
  lines: [
    { id: "00000000-0000-7000-8000-000000000001", day: "2026-03-02", what: "Came to be owed", milestone_title: "On approval", contract_number: "C-7", amount: eur(40_000), balance: eur(41_000) },
    { id: "00000000-0000-7000-8000-000000000002", day: "2026-03-09", what: "Paid", milestone_title: "On approval", contract_number: "C-7", amount: eur(-41_000), balance: eur(0) },
    { id: "00000000-0000-7000-8000-000000000003", day: "2026-03-20", what: "To be given back", amount: eur(-500), balance: eur(-500) },
  ],
};

it("says what was open, what came with its day and what it is for, and what is open now", async () => {
  await show(<Account account={account} from="2026-03-01" to="2026-03-31" />);
  const lines = (await screen.findAllByRole("listitem")).map(({ textContent }) => textContent);
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatch(/Open at the start.*10\.00/);
  expect(lines[1]).toMatch(/Came to be owed: On approval.*2026, C-7.*400\.00/);
  expect(lines[3]).toMatch(/^To be given back.*2026.*5\.00/);
  expect(lines[4]).toMatch(/Open at the end.*to be given back.*5\.00/);
});

it("says that nothing happened in between", async () => {
  await show(<Account account={{ ...account, lines: [], closing: account.opening }} from="2026-03-01" to="2026-03-31" />);
  expect(await screen.findByText(/Nothing came and nothing was paid/)).toBeVisible();
  expect(screen.queryByText(/to be given back/)).toBeNull();
});
