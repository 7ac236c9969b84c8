import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { looks } from "../lib/states";
import { show } from "../test/render";
import { Chip, StatusChip } from "./StatusChip";

it("says a state by word and icon, not by colour alone", async () => {
  await show(<StatusChip noun="payout" state="awaiting_approval" />);
  const chip = screen.getByText("To approve");
  expect(chip.querySelector("svg")).toHaveAttribute("aria-hidden", "true");
});

it("has the icon of its tone where it has none of its own", async () => {
  await show(<><Chip tone="attention">Left out</Chip><Chip tone="done">Fits</Chip></>);
  const [one, other] = ["Left out", "Fits"].map((word) => screen.getByText(word).querySelector("svg"));
  expect(one).toHaveAttribute("aria-hidden", "true");
  expect(one?.innerHTML).not.toBe(other?.innerHTML);
});

it("says a state that it does not know in its own words", async () => {
  await show(<StatusChip noun="payout" state="under_water" />);
  expect(screen.getByText("Under water")).toBeInTheDocument();
});

describe("looks", () => {
  it.each(Object.entries(looks))("of %s never use the same word for two states that look alike", (_, states) => {
    const said = Object.entries(states).map(([state, { word }]) => `${word}: ${state}`);
    expect(new Set(said).size).toBe(said.length);
    for (const { word } of Object.values(states)) expect(word).toMatch(/^[A-Z]/);
  });
});
