import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import type { Waiting } from "../../api/schema";
import { show } from "../../test/render";
import { WaitingFor } from "./Waiting";

const waiting: Waiting[] = [
  { for: "user", who: "Maya", decision: "Make an offer", since: "2026-11-20T10:00:00Z", link: "/partnerships/p1" },
  { for: "role", who: "Legal", decision: "Decide on “Reel”", since: "2026-11-20T10:00:00Z", link: "/reviews/r1" },
];

it("leads to where something is decided, and never to the page that is open", async () => {
  await show(<WaitingFor waiting={waiting} />, "/partnerships/p1");
  expect(screen.getByRole("link", { name: "Decide on “Reel”" })).toHaveAttribute("href", "/reviews/r1");
  expect(screen.getByText("Make an offer")).toBeInTheDocument();
  expect(screen.queryByRole("link", { name: "Make an offer" })).not.toBeInTheDocument();
});
