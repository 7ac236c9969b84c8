import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { show } from "../test/render";
import { useShortcuts } from "./shortcuts";

function Keys({ one, two }: { one: () => void; two: () => void }) {
  useShortcuts("Test", [
    { keys: "a", label: "One", run: one },
    { keys: "g h", label: "Two", run: two },
  ]);
  return <input aria-label="A field" />;
}

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
