import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import { answer, show } from "../test/render";
import { ProofDialog } from "./ProofDialog";

const sent: { path: string; key: string | null; body: string }[] = [];
let proved = false;

beforeEach(() => {
  sent.length = 0;
  proved = false;
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    sent.push({ path: pathname, key: request.headers.get("Idempotency-Key"), body: await request.text() });
    if (pathname === "/v1/session/step-up") {
      proved = sent.at(-1)?.body === JSON.stringify({ code: "123456" });
      return proved ? answer({ user_id: "u" }) : answer({ code: "invalid", errors: [{ field: "code", code: "wrong_code", detail: "This code is wrong." }] }, 422);
    }
    return proved ? answer({}) : answer({ code: "second_factor_required", title: "You may not do this" }, 403);
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

function Release() {
  const act = useAct({
    run: (what: { note: string }, key) => body(api.POST("/v1/tasks/{id}/complete", { params: { path: { id: "t" }, header: { "Idempotency-Key": key } }, body: what })),
  });
  return (
    <>
      <button type="button" onClick={() => act.mutate({ note: "one" })}>Release</button>
      <output>{act.error?.code ?? act.status}</output>
      <ProofDialog />
    </>
  );
}

it("asks for the code and then goes on with what was asked, under the same key", async () => {
  await show(<Release />);
  await userEvent.click(screen.getByRole("button", { name: "Release" }));
  const code = await screen.findByLabelText("Code");
  await userEvent.type(code, "000000");
  await userEvent.click(screen.getByRole("button", { name: "Go on" }));
  expect(await screen.findByText("This code is wrong.")).toBeVisible();
  expect(screen.getByLabelText("Code")).toHaveValue("");
  expect(screen.getByLabelText("Code")).toHaveFocus();
  await userEvent.type(screen.getByLabelText("Code"), "123456{Enter}");
  await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent("success"));
  expect(screen.queryByLabelText("Code")).not.toBeInTheDocument();
  const steps = sent.filter(({ path }) => path.startsWith("/v1/tasks"));
  expect(steps).toHaveLength(2);
  expect(steps[1]?.key).toBe(steps[0]?.key);
  expect(steps[1]?.body).toBe(steps[0]?.body);
});

it("leaves everything as it was when no code is given", async () => {
  await show(<Release />);
  await userEvent.click(screen.getByRole("button", { name: "Release" }));
  await userEvent.type(await screen.findByLabelText("Code"), "{Escape}");
  await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent("second_factor_required"));
  expect(sent).toHaveLength(1);
});
