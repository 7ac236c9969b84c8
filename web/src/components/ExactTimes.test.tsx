import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { show } from "../test/render";
import { columns, DataTable } from "./DataTable";
import ExactTimes from "./ExactTimes";
import { RelativeTime } from "./RelativeTime";

interface Thing {
  id: string;
  due: string;
}

const cols = columns<Thing>([
  { id: "name", header: "Name", cell: ({ id }) => <a href={`/${id}`}>{id}</a> },
  { id: "due", header: "Due", cell: ({ due }) => <RelativeTime at={due} inList /> },
]);

const list = (
  <>
    <ExactTimes />
    <DataTable label="Things" columns={cols} rows={[{ id: "one", due: "2026-11-23T10:00:00Z" }, { id: "two", due: "2026-12-24T10:00:00Z" }]} rowId={({ id }) => id} empty="None" flush />
  </>
);

it("says the exact times of the row that the keyboard has reached, by column, and Escape ends it", async () => {
  await show(list);
  const user = userEvent.setup();
  for (let at = 0; at < 5 && document.activeElement?.textContent !== "one"; at++) await user.tab();
  expect(await screen.findByRole("tooltip")).toHaveTextContent(/^Due: .*23 Nov 2026/);
  await user.tab();
  await waitFor(() => expect(screen.getByRole("tooltip")).toHaveTextContent(/^Due: .*24 Dec 2026/));
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("tooltip")).toBeNull());
});

it("says the exact time that is tapped, and nothing at a mouse’s press, which has the browser’s own", async () => {
  await show(list);
  const [first] = document.querySelectorAll("time");
  if (!first) throw new Error("no time is shown");
  fireEvent.pointerDown(first, { pointerType: "mouse" });
  expect(screen.queryByRole("tooltip")).toBeNull();
  fireEvent.pointerDown(first, { pointerType: "touch" });
  expect(await screen.findByRole("tooltip")).toHaveTextContent(/23 Nov 2026/);
  fireEvent.pointerDown(document.body, { pointerType: "touch" });
  await waitFor(() => expect(screen.queryByRole("tooltip")).toBeNull());
});
