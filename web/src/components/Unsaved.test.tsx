import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { expect, it } from "vitest";

import { show } from "../test/render";
import { Unsaved } from "./Unsaved";

const idle = { isPending: false, isSuccess: false };

function Form({ step = idle }: { step?: typeof idle }) {
  const [words, setWords] = useState("");
  return (
    <form>
      <Unsaved of={words} step={step} />
      <input aria-label="Words" value={words} onChange={(event) => setWords(event.currentTarget.value)} />
      <Link to={"/elsewhere" as never}>Elsewhere</Link>
      <Link to={"/here" as never} search={{ tab: 2 } as never}>Another tab</Link>
    </form>
  );
}

it("asks before what was typed is lost, and only then", async () => {
  const { path } = await show(<Form />, "/here");
  await userEvent.type(screen.getByLabelText("Words"), "Dear");
  await userEvent.click(screen.getByRole("link", { name: "Another tab" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  await userEvent.click(screen.getByRole("link", { name: "Elsewhere" }));
  expect(await screen.findByRole("dialog", { name: "Leave without saving?" })).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Stay here" }));
  expect(path()).toBe("/here");
  expect(screen.getByLabelText("Words")).toHaveValue("Dear");
  await userEvent.click(screen.getByRole("link", { name: "Elsewhere" }));
  await userEvent.click(await screen.findByRole("button", { name: "Leave without saving" }));
  expect(path()).toBe("/elsewhere");
});

it("lets go what was not changed, was changed back, or is saved", async () => {
  const { path } = await show(<Form />, "/here");
  await userEvent.type(screen.getByLabelText("Words"), "x");
  await userEvent.clear(screen.getByLabelText("Words"));
  await userEvent.click(screen.getByRole("link", { name: "Elsewhere" }));
  expect(path()).toBe("/elsewhere");
});

it("lets a form that was saved be left", async () => {
  const { path } = await show(<Form step={{ isPending: false, isSuccess: true }} />, "/here");
  await userEvent.type(screen.getByLabelText("Words"), "Dear");
  await userEvent.click(screen.getByRole("link", { name: "Elsewhere" }));
  expect(path()).toBe("/elsewhere");
});
