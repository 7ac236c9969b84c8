import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";

import { show } from "../test/render";
import { useKept } from "./kept";

function Place() {
  const [about, setAbout] = useState("one");
  const { value, set, forget } = useKept(about, "");
  return (
    <>
      <input aria-label="Words" value={value} onChange={(event) => set(event.currentTarget.value)} />
      <button type="button" onClick={() => setAbout(about === "one" ? "two" : "one")}>Elsewhere</button>
      <button type="button" onClick={forget}>Send</button>
    </>
  );
}

it("keeps words with what they are about, also where the same place shows something else", async () => {
  await show(<Place />);
  const words = screen.getByRole("textbox", { name: "Words" });
  await userEvent.type(words, "For one");
  await userEvent.click(screen.getByRole("button", { name: "Elsewhere" }));
  expect(words).toHaveValue("");
  await userEvent.type(words, "For two");
  await userEvent.click(screen.getByRole("button", { name: "Elsewhere" }));
  expect(words).toHaveValue("For one");
  await userEvent.click(screen.getByRole("button", { name: "Send" }));
  expect(words).toHaveValue("");
  await userEvent.click(screen.getByRole("button", { name: "Elsewhere" }));
  expect(words).toHaveValue("For two");
});
