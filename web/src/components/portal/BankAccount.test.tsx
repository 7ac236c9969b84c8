import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import { answer, show } from "../../test/render";
import { BankAccount } from "./BankAccount";

afterEach(() => vi.unstubAllGlobals());

it("leads who has an account at Stripe to it, by a mailed code, and says what a change means", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    if (request.url.endsWith("/codes")) return Promise.resolve(new Response(null, { status: 204 }));
    return Promise.resolve(answer({ title: "That is not it", status: 422, code: "invalid", errors: [{ field: "code", code: "wrong", detail: "This is not the code. Look again." }] }, 422));
  });
  await show(<BankAccount state="ready" />);
  expect(await screen.findByText(/payments wait some days after a change/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Change your bank account" }));
  await userEvent.click(screen.getByRole("button", { name: "Mail me a code" }));
  await userEvent.type(await screen.findByLabelText(/Code from the mail/), "123456");
  await userEvent.click(screen.getByRole("button", { name: "Go on to Stripe" }));
  expect(await screen.findByText("This is not the code. Look again.")).toBeVisible();
  expect(asked).toEqual(["POST /v1/portal/codes", "POST /v1/portal/onboarding-links"]);
});

it("asks who has none to add one", async () => {
  await show(<BankAccount state="onboarding" />);
  expect(await screen.findByRole("button", { name: "Add your bank account" })).toBeVisible();
  expect(screen.getByText(/Without it payments wait/)).toBeVisible();
});
