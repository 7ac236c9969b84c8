import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { answer, show } from "../test/render";
import { useAct } from "./act";
import { api, body } from "./client";

const sent: { key: string | null; body: string }[] = [];
const answers: (() => Response)[] = [];

beforeEach(() => {
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push({ key: request.headers.get("Idempotency-Key"), body: await request.text() });
    const next = answers.shift();
    if (!next) throw new TypeError("no network");
    return next();
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  sent.length = 0;
  answers.length = 0;
});

function Complete() {
  const act = useAct({
    run: (what: { note: string }, key) =>
      body(api.POST("/v1/tasks/{id}/complete", { params: { path: { id: "t" }, header: { "Idempotency-Key": key } }, body: what })),
  });
  return (
    <>
      <button type="button" onClick={() => act.mutate({ note: "one" })}>One</button>
      <button type="button" onClick={() => act.mutate({ note: "two" })}>Two</button>
      <output>{act.error?.code ?? act.status}</output>
    </>
  );
}

const press = async (name: string, status: string) => {
  await userEvent.click(screen.getByRole("button", { name }));
  await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent(status));
};

it("keeps its key while nobody knows what came of it, and takes a new one after an answer", async () => {
  await show(<Complete />);
  await press("One", "offline");
  answers.push(() => answer({ title: "Down", code: "unavailable" }, 503));
  await press("One", "unavailable");
  answers.push(() => answer({}));
  await press("One", "success");
  answers.push(() => answer({}));
  await press("One", "success");
  await waitFor(() => expect(sent).toHaveLength(4));

  const keys = sent.map(({ key }) => key);
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).toBe(keys[0]);
  expect(keys[3]).not.toBe(keys[0]);
});

it("takes a new key when something else is sent, and after a refusal", async () => {
  await show(<Complete />);
  await press("One", "offline");
  answers.push(() => answer({ code: "conflict" }, 409));
  await press("Two", "conflict");
  answers.push(() => answer({}));
  await press("Two", "success");
  expect(new Set(sent.map(({ key }) => key)).size).toBe(3);
});
