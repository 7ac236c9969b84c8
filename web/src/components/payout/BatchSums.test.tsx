import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import { show } from "../../test/render";
import { BatchSums } from "./BatchSums";

it("says of each outcome how many payments and how much in each currency", async () => {
  await show(<BatchSums sums={[{ outcome: "approved", count: 3, amounts: [{ amount: 70_000, currency: "eur" }, { amount: 5, currency: "jpy" }] }, { outcome: "excluded", count: 1, amounts: [{ amount: 100, currency: "eur" }] }]} />);
  const lines = (await screen.findAllByRole("listitem")).map(({ textContent }) => textContent);
  expect(lines[0]).toMatch(/Approved 3: .*700\.00.* \+ .*5/);
  expect(lines[1]).toMatch(/Left out 1: .*1\.00/);
});
