import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { answer, show } from "../test/render";
import { TemplateEditor } from "./TemplateEditor";

const template = { id: "t", name: "follow_up_1", version: 1, subject: "Still there?", body: "Hi {{creator.first_name}}", tags: ["creator.first_name", "portal_link"], created_at: "2026-03-02T00:00:00Z" };
let sent: unknown[] = [];

beforeEach(() => {
  sent = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(await request.json());
    return sent.length === 1
      ? new Response(JSON.stringify({ title: "Some fields need another value", status: 422, code: "invalid", errors: [{ field: "body", code: "unknown_tag", detail: "{{x}} is no merge tag of this mail." }] }), {
        status: 422, headers: { "Content-Type": "application/problem+json" },
      })
      : answer({ ...template, version: 2 });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("names the tags, shows what is wrong where it is wrong, and keeps what was written", async () => {
  const close = vi.fn();
  await show(<TemplateEditor brandId="b" template={template} close={close} />);
  expect(screen.getByText(/\{\{creator\.first_name\}\}, \{\{portal_link\}\}/)).toBeVisible();
  const text = screen.getByRole("textbox", { name: /^Text/ });
  await userEvent.type(text, " and {{{{x}}");
  await userEvent.click(screen.getByRole("button", { name: "Save as a new version" }));
  expect(await screen.findByText("{{x}} is no merge tag of this mail.")).toBeVisible();
  expect(close).not.toHaveBeenCalled();
  expect(text).toHaveValue("Hi {{creator.first_name}} and {{x}}");
  await userEvent.click(screen.getByRole("button", { name: "Save as a new version" }));
  await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
  expect(sent[1]).toEqual({ brand_id: "b", name: "follow_up_1", subject: "Still there?", body: "Hi {{creator.first_name}} and {{x}}" });
});
