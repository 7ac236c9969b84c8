import { Button, Modal } from "@mantine/core";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, expect, it } from "vitest";

import { show } from "../test/render";
import { keepFocus } from "./focus";

let stop: () => void;
beforeEach(() => {
  stop = keepFocus();
});
afterEach(() => stop());

function Lane() {
  const [asked, setAsked] = useState(false);
  const [done, setDone] = useState(false);
  const [runs, setRuns] = useState(false);
  return (
    <ul>
      <li aria-label="A conflict">
        It blocks.
        {!done && <Button onClick={() => setAsked(true)}>Let it stand</Button>}
        {asked && (
          <Modal opened onClose={() => setAsked(false)} title="Why">
            <Button data-autofocus loading={runs} onClick={() => { setRuns(true); setTimeout(() => setRuns(false), 150); }}>Try</Button>
            <Button onClick={() => { setAsked(false); setDone(true); }}>Yes</Button>
          </Modal>
        )}
      </li>
    </ul>
  );
}

async function open(): Promise<void> {
  await show(<Lane />);
  await userEvent.tab();
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(screen.getByRole("button", { name: "Try" })).toHaveFocus());
}

it("gives the focus back to what opened a dialog", async () => {
  await open();
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.getByRole("button", { name: "Let it stand" })).toHaveFocus());
});

it("stays where a thing stood that the step took away", async () => {
  await open();
  await userEvent.click(screen.getByRole("button", { name: "Yes" }));
  await waitFor(() => expect(screen.getByRole("listitem", { name: "A conflict" })).toHaveFocus());
});

it("comes back to a button whose step is over", async () => {
  await open();
  const button = screen.getByRole("button", { name: "Try" });
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(button).toBeDisabled());
  button.blur(); // as browsers do, and jsdom does not
  await waitFor(() => expect(button).toBeEnabled());
  await waitFor(() => expect(button).toHaveFocus());
});

it("takes nothing from whoever left on purpose", async () => {
  await show(<><Button>One</Button><Lane /></>);
  await userEvent.tab();
  await userEvent.click(document.body);
  screen.getByText("It blocks.").append(document.createElement("p"));
  await new Promise((done) => setTimeout(done, 120));
  expect(document.body).toHaveFocus();
});
