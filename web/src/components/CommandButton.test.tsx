import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { show } from "../test/render";
import { CommandButton } from "./CommandButton";

it("gives the command when it may", async () => {
  const give = vi.fn();
  await show(<CommandButton onClick={give}>Hold payout</CommandButton>);
  await userEvent.click(screen.getByRole("button", { name: "Hold payout" }));
  expect(give).toHaveBeenCalledOnce();
});

it("can be reached and says why it may not", async () => {
  const give = vi.fn();
  await show(<CommandButton onClick={give} reason="An attempt is still open.">Try again</CommandButton>);
  await userEvent.tab();
  const button = screen.getByRole("button", { name: /Try again/ });
  expect(button).toHaveFocus();
  expect(button).toHaveAttribute("aria-disabled", "true");
  expect(button).toHaveAccessibleDescription("Not possible now: An attempt is still open.");
  await userEvent.click(button);
  expect(give).not.toHaveBeenCalled();
});
