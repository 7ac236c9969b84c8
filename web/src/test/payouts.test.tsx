import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import { openApp } from "./app";
import { answer } from "./render";

afterEach(() => vi.unstubAllGlobals());

it("opens payments on what is open, says so, and keeps every filter in the address", async () => {
  const asked: URLSearchParams[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/v1/session") return Promise.resolve(answer({ user_id: "u1", name: "Kim", email: "k@x.example", brands: [{ brand_id: "b1", brand_name: "North", roles: ["auditor"] }] }));
    if (pathname === "/v1/payouts") asked.push(searchParams);
    return Promise.resolve(answer({ items: [], blocked: [], holds: [], waiting: [] }));
  });
  const { href } = openApp("/payouts");
  const chip = await screen.findByRole("button", { name: "Open, show all payments" });
  expect(asked.at(-1)?.getAll("state")).toContain("awaiting_approval");
  expect(asked.at(-1)?.getAll("state")).not.toContain("paid");
  expect(screen.getByText("Nothing is open")).toBeVisible();
  await userEvent.type(screen.getByRole("searchbox", { name: "Search creators" }), "mia");
  await waitFor(() => expect(asked.at(-1)?.get("q")).toBe("mia"));
  await userEvent.click(chip);
  await waitFor(() => expect(asked.at(-1)?.getAll("state")).toEqual([]));
  expect(href()).toContain("q=mia");
  expect(href()).toContain("show=all");
  await userEvent.type(await screen.findByLabelText("Due from"), "2026-05-04");
  await waitFor(() => expect(asked.at(-1)?.get("due_from")).toBe("2026-05-04"));
  await userEvent.click(screen.getByRole("button", { name: "Only what is open" }));
  await waitFor(() => expect(asked.at(-1)?.getAll("state")).toContain("held"));
});
