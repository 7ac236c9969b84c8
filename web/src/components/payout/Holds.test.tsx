import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import { show } from "../../test/render";
import { Holds } from "./Holds";

const ban = { reason: "The creator is banned.", since: "2026-03-01T09:00:00Z", ends: "It ends when the ban is lifted." };
const manual = { reason: "The invoice is missing.", by: "Pia", since: "2026-03-02T09:00:00Z", review_on: "2026-03-31", ends: "Finance releases it." };

it("says every reason, by whom, until when, and that all must end", async () => {
  await show(<Holds holds={[ban, manual]} />);
  expect(await screen.findByText("Held for 2 reasons")).toBeVisible();
  const [first, second] = screen.getAllByRole("listitem").map(({ textContent }) => textContent);
  expect(first).toMatch(/^The creator is banned\. Since .* It ends when the ban is lifted\.$/);
  expect(second).toMatch(/^Pia: The invoice is missing\..*To be looked at again on 31.*2026\. Finance releases it\.$/);
});

it("is short for one reason, also where nobody knows since when", async () => {
  await show(<Holds holds={[{ reason: ban.reason }]} />);
  expect(await screen.findByText("Held")).toBeVisible();
  expect(screen.queryByText(/Since/)).toBeNull();
});
