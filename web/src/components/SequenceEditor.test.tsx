import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { answer, show } from "../test/render";
import { SequenceEditor } from "./SequenceEditor";

let sent: { path: string; body: { steps: unknown[] } }[] = [];

beforeEach(() => {
  sent = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (request.method === "GET") return answer({ items: path === "/v1/templates" ? [{ id: "t", name: "invitation" }, { id: "u", name: "follow_up_1" }] : [] });
    sent.push({ path, body: (await request.json()) as { steps: unknown[] } });
    if (path.endsWith("/simulate")) {
      return answer({
        zone: "Asia/Tokyo",
        items: [{ step: 0, kind: "send", template: "invitation", at: "2026-03-02T00:00:00Z", latest: "2026-03-02T01:00:00Z", why: "At once." }],
      });
    }
    return answer({ id: "s", name: "Spring", version: 2, steps: [], cool_off_days: 90, created_at: "2026-03-02T00:00:00Z" });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("changes the steps, says when they would come in the creator's zone, and saves", async () => {
  const close = vi.fn();
  await show(<SequenceEditor brandId="b" close={close} />);
  const steps = screen.getByRole("list", { name: "Steps" });
  expect(within(steps).getAllByRole("listitem")).toHaveLength(4);
  await userEvent.click(screen.getByRole("button", { name: "Remove step 3" }));
  await userEvent.click(screen.getByRole("button", { name: "Move step 3 up" }));
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Step 2" }), "task");
  await userEvent.type(screen.getByRole("textbox", { name: "Task of step 2" }), "Call");

  await userEvent.click(screen.getByRole("button", { name: "Show" }));
  const found = await screen.findByRole("list", { name: "What would happen" });
  expect(found).toHaveTextContent("Sends “Invitation”");
  expect(found).toHaveTextContent(/2 Mar 2026, 09:00:00 GMT\+9/);

  await userEvent.type(screen.getByRole("textbox", { name: /^Name/ }), "Spring");
  await userEvent.click(screen.getByRole("button", { name: "Save as a new version" }));
  await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
  expect(sent.map(({ path }) => path)).toEqual(["/v1/sequences/simulate", "/v1/sequences"]);
  expect(sent[1]?.body.steps).toEqual([{ kind: "send", template: "invitation" }, { kind: "task", title: "Call" }, { kind: "wait", business_days: 3 }]);
});
