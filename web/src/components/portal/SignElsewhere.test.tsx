import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import { show } from "../../test/render";
import { SignElsewhere } from "./SignElsewhere";

const there = { provider: "documenso" as const, state: "open" as const, email: "mia@mail.example" };

it("leads a creator to where the contract is signed", async () => {
  await show(<SignElsewhere elsewhere={{ ...there, url: "https://sign.example.com/sign/abc" }} />);
  expect(screen.getByRole("link", { name: "Read and sign at Documenso" })).toHaveAttribute("href", "https://sign.example.com/sign/abc");
});

it("says that the link comes, while Documenso has no document yet", async () => {
  await show(<SignElsewhere elsewhere={{ ...there, state: "opening" }} />);
  expect(screen.getByText(/goes to mia@mail.example soon/)).toBeVisible();
  expect(screen.queryByRole("link")).toBeNull();
});

it("says that nobody can sign what was cancelled", async () => {
  await show(<SignElsewhere elsewhere={{ ...there, state: "cancelled" }} />);
  expect(screen.getByText(/can no longer be signed/)).toBeVisible();
  expect(screen.queryByRole("link")).toBeNull();
});
