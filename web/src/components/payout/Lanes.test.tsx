import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";

import { answer, show } from "../../test/render";
import { Lanes } from "./Lanes";

const counted = [
  { lane: "overdue", count: 2, amounts: [{ amount: 50_000, currency: "eur" }, { amount: 700, currency: "usd" }] },
  { lane: "today", count: 0, amounts: [] },
];
const blocked = [
  { state: "awaiting_payee", who: ["Mia", "Ada", "Bo"], more: 2, count: 5, amounts: [{ amount: 12_000, currency: "eur" }, { amount: 900, currency: "usd" }] },
  { state: "held", who: ["Pia"], more: 0, count: 1, amounts: [{ amount: 100, currency: "eur" }] },
];
const noState = { state: undefined, onState: vi.fn() };
let fails: boolean;

beforeEach(() => {
  fails = false;
  vi.stubGlobal("fetch", () => Promise.resolve(fails ? answer({ title: "Away", detail: "The house is closed.", code: "unavailable" }, 503) : answer({ items: counted, blocked })));
});

it("shows how much stands in each lane, and filters by a press", async () => {
  const onChange = vi.fn();
  await show(<Lanes brandId={undefined} value={undefined} onChange={onChange} {...noState} />);
  const overdue = await screen.findByRole("button", { name: /^Overdue 2/ });
  expect(overdue).toHaveTextContent(/500\.00/);
  expect(overdue).toHaveTextContent(/7\.00/);
  await userEvent.click(overdue);
  expect(onChange).toHaveBeenCalledWith("overdue");
  const today = screen.getByRole("button", { name: /^Due today/ });
  expect(today).toHaveAttribute("aria-disabled", "true");
  await userEvent.click(today);
  expect(onChange).toHaveBeenCalledTimes(1);
});

it("lets go of a lane that is chosen, also when it has become empty", async () => {
  const onChange = vi.fn();
  await show(<Lanes brandId={undefined} value="today" onChange={onChange} {...noState} />);
  await userEvent.click(await screen.findByRole("button", { name: /^Due today/, pressed: true }));
  expect(onChange).toHaveBeenCalledWith(undefined);
});

it("says by whom blocked payments wait, and shows those of one state by a press", async () => {
  const onState = vi.fn();
  await show(<Lanes brandId={undefined} value={undefined} onChange={vi.fn()} state="held" onState={onState} />);
  const details = await screen.findByRole("button", { name: /^Blocked: payment details 5 .*120\.00 \+ .*9\.00\s*Mia, Ada, Bo and 2 more$/ });
  await userEvent.click(details);
  expect(onState).toHaveBeenLastCalledWith("awaiting_payee");
  const held = screen.getByRole("button", { name: /^Blocked: held 1 .*Pia$/, pressed: true });
  await userEvent.click(held);
  expect(onState).toHaveBeenLastCalledWith(undefined);
});

it("says when the lanes could not be counted", async () => {
  fails = true;
  await show(<Lanes brandId={undefined} value={undefined} onChange={vi.fn()} {...noState} />);
  expect(await screen.findByText(/The house is closed/)).toBeVisible();
});
