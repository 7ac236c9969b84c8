import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import { show } from "../test/render";
import { useLetterKeys, useShortcuts } from "./shortcuts";

function Keys({ one, two }: { one: () => void; two: () => void }) {
  useShortcuts("Test", [
    { keys: "a", label: "One", run: one },
    { keys: "g h", label: "Two", run: two },
  ]);
  return <input aria-label="A field" />;
}

afterEach(() => localStorage.clear());

it("runs one key, and two keys in a row", async () => {
  const [one, two] = [vi.fn(), vi.fn()];
  await show(<Keys one={one} two={two} />);
  await userEvent.keyboard("a");
  expect(one).toHaveBeenCalledOnce();
  await userEvent.keyboard("gh");
  expect(two).toHaveBeenCalledOnce();
});

it("leaves keys alone that are typed into a field", async () => {
  const one = vi.fn();
  await show(<Keys one={one} two={vi.fn()} />);
  await userEvent.type(screen.getByLabelText("A field"), "a");
  expect(one).not.toHaveBeenCalled();
  expect(screen.getByLabelText("A field")).toHaveValue("a");
});

it("leaves arrows and Enter to what has its own use for them", async () => {
  const [arrow, enter, press] = [vi.fn(), vi.fn(), vi.fn()];
  function Keys() {
    useShortcuts("Test", [{ keys: "ArrowDown", label: "Next", run: arrow }, { keys: "Enter", label: "Open", run: enter }]);
    return (
      <>
        <input type="radio" aria-label="A choice" />
        <button type="button" onClick={press}>Press</button>
      </>
    );
  }
  await show(<Keys />);
  await userEvent.click(screen.getByRole("radio"));
  await userEvent.keyboard("{ArrowDown}");
  expect(arrow).not.toHaveBeenCalled();
  screen.getByRole("button").focus();
  await userEvent.keyboard("{Enter}");
  expect(enter).not.toHaveBeenCalled();
  expect(press).toHaveBeenCalledOnce();
  screen.getByRole("button").blur();
  await userEvent.keyboard("{ArrowDown}{Enter}");
  expect([arrow, enter].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
});

it("leaves keys of one character alone once they are turned off, also after the page is loaded anew, and keeps the others", async () => {
  const [one, arrow] = [vi.fn(), vi.fn()];
  function Page() {
    const [on, set] = useLetterKeys();
    useShortcuts("Test", [{ keys: "a", label: "One", run: one }, { keys: "?", label: "Help", run: one }, { keys: "g h", label: "Go", run: one }, { keys: "ArrowDown", label: "Next", run: arrow }]);
    return <button type="button" onClick={() => set(!on)}>{on ? "Turn off" : "Turn on"}</button>;
  }
  const { unmount } = await show(<Page />);
  await userEvent.click(screen.getByRole("button", { name: "Turn off" }));
  await userEvent.keyboard("a?gh{ArrowDown}");
  expect([one, arrow].map(({ mock }) => mock.calls.length)).toEqual([0, 1]);
  unmount();
  await show(<Page />);
  await userEvent.keyboard("a");
  expect(one).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole("button", { name: "Turn on" }));
  await userEvent.keyboard("a");
  expect(one).toHaveBeenCalledOnce();
});
