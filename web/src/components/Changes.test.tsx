import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import type { PastOffer } from "../api/schema";
import { show } from "../test/render";
import { uuid } from "../test/threads";
import { Negotiation } from "./Changes";

const eur = (amount: number) => ({ amount, currency: "eur" });
const lines = [
  { what: "Fee", from: "EUR 1,000.00; EUR 1,200.00 was asked", to: "EUR 1,100.00", material: true },
  { what: "“Short”", from: "video on tiktok" },
  { what: "“Video”", from: "“Video”", to: "“Launch video”" },
];
const before: PastOffer[] = [
  { id: uuid(1), state: "countered", fee: eur(100_000), counter_fee: eur(120_000), asked: [{ of: "fee", value: 120_000, what: "Fee", from: "EUR 1,000.00", to: "EUR 1,200.00" }], counter_note: "And a bigger team.", changes: [{ what: "Included revision rounds", from: "2 rounds", to: "1 round", material: true }] },
  { id: uuid(2), state: "expired", fee: eur(90_000) },
];

it("says what an offer changes, marks what is material, and shows how it came to it", async () => {
  await show(<Negotiation changes={lines} before={before} asks="Ana asked for" />);
  const section = screen.getByRole("region", { name: "Compared with the offer before" });
  const [fee, short, name] = within(section).getAllByRole("listitem");
  expect(fee).toHaveTextContent("Fee EUR 1,100.00 instead of EUR 1,000.00; EUR 1,200.00 was asked Material");
  expect(short).toHaveTextContent("“Short” falls away (video on tiktok)");
  expect(name).not.toHaveTextContent("Material");
  await userEvent.click(screen.getByText("Earlier offers (2)"));
  expect(screen.getByText(/Ana asked for/)).toHaveTextContent("Fee EUR 1,200.00 instead of EUR 1,000.00");
  expect(screen.getByText("“And a bigger team.”")).toBeVisible();
  expect(screen.getByText("1 round", { exact: false })).toBeVisible();
});

it("says that the same was offered again", async () => {
  await show(<Negotiation changes={[]} before={before} asks="You asked for" />);
  expect(screen.getByText("Nothing changes: it is the same offer again.")).toBeInTheDocument();
});

it("shows nothing for a first offer", async () => {
  await show(<Negotiation changes={undefined} before={undefined} asks="You asked for" />);
  expect(screen.queryByRole("region")).not.toBeInTheDocument();
});
