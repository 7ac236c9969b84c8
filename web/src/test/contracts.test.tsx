import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import { openApp } from "./app";
import { answer } from "./render";

afterEach(() => vi.unstubAllGlobals());

it("begins a new template with the built-in one's clauses, however late they come", async () => {
  let arrive: ((templates: Response) => void) | undefined;
  vi.stubGlobal("fetch", (request: Request) => {
    switch (new URL(request.url).pathname) {
      case "/v1/session": return Promise.resolve(answer({ user_id: "u1", name: "Kim", email: "k@x.example", brands: [{ brand_id: "b1", brand_name: "North", roles: ["legal"] }] }));
      case "/v1/clauses": return Promise.resolve(answer({ items: [{ id: "c1", version: 1, kind: "payment", title: "Fee", body: "A fee.", fallbacks: [], when: {}, created_at: "2026-03-02T00:00:00Z" }], variables: [] }));
      case "/v1/contract-templates": return new Promise<Response>((resolve) => {
        arrive = resolve;
      });
      default: return Promise.resolve(answer({ items: [], disclosure_sources: [] }));
    }
  });
  openApp("/settings/contracts");
  await screen.findByRole("link", { name: "Fee" });
  const add = screen.getByRole("button", { name: "New template" });
  await userEvent.click(add);
  expect(screen.queryByRole("form", { name: "New contract template" })).toBeNull();
  arrive?.(answer({ items: [{ id: "t1", version: 1, name: "Standard", clauses: ["c1"], must_include: ["payment"], default: true }] }));
  await waitFor(() => expect(add).toBeEnabled());
  await userEvent.click(add);
  expect(within(screen.getByRole("form", { name: "New contract template" })).getByText(/1\. Fee/)).toBeVisible();
});
