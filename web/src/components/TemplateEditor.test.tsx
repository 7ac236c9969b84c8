import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { answer, show } from "../test/render";
import { TemplateEditor } from "./TemplateEditor";

const template = { id: "t", name: "follow_up_1", version: 1, subject: "Still there?", body: "Hi {{creator.first_name}}", tags: ["creator.first_name", "portal_link"], created_at: "2026-03-02T00:00:00Z" };
const offer = { ...template, id: "o", name: "offer", tags: ["creator.first_name", "portal_link", "offer.fee"] };
let sent: { path: string; body: unknown }[] = [];
let act: (path: string) => Response;

beforeEach(() => {
  sent = [];
  act = () => answer({ ...template, version: 2 });
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (request.method === "GET") {
      if (path === "/v1/templates") return answer({ items: [template, offer] });
      if (path === "/v1/creators") return answer({ items: [{ id: "c", name: "Kim Sato" }] });
      if (path === "/v1/creators/c") return answer({ id: "c", name: "Kim Sato" });
      if (path === "/v1/campaigns") return answer({ items: [{ id: "k", name: "Autumn" }] });
    }
    sent.push({ path, body: await request.json() });
    return act(path);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("names the tags, shows what is wrong where it is wrong, and keeps what was written", async () => {
  const close = vi.fn();
  act = () => answer({ title: "Some fields need another value", status: 422, code: "invalid", errors: [{ field: "body", code: "unknown_tag", detail: "{{x}} is no merge tag of this mail." }] }, 422);
  await show(<TemplateEditor brandId="b" template={template} close={close} />);
  expect(screen.getByText(/\{\{creator\.first_name\}\}, \{\{portal_link\}\}/)).toBeVisible();
  const text = screen.getByLabelText(/^Text/);
  await userEvent.type(text, " and {{{{x}}");
  await userEvent.click(screen.getByText("Save as a new version"));
  expect(await screen.findByText("{{x}} is no merge tag of this mail.")).toBeVisible();
  expect(close).not.toHaveBeenCalled();
  expect(text).toHaveValue("Hi {{creator.first_name}} and {{x}}");
  act = () => answer({ ...template, version: 2 });
  await userEvent.click(screen.getByText("Save as a new version"));
  await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
  expect(sent[1]?.body).toEqual({ brand_id: "b", name: "follow_up_1", subject: "Still there?", body: "Hi {{creator.first_name}} and {{x}}" });
});

it("makes a new mail, with the tags that every mail has and what a sequence asks of a mail", async () => {
  const close = vi.fn();
  await show(<TemplateEditor brandId="b" close={close} />);
  await screen.findByText("Filled in for each creator: {{creator.first_name}}, {{portal_link}}");
  const name = screen.getByLabelText(/^Name/);
  await userEvent.type(name, "offer");
  expect(screen.getByText(/\{\{offer\.fee\}\}/)).toBeVisible();
  await userEvent.type(name, " of shoes");
  expect(screen.queryByText(/\{\{offer\.fee\}\}/)).not.toBeInTheDocument();
  await userEvent.type(screen.getByLabelText(/^Subject/), "Your size?");
  await userEvent.click(screen.getByText("Save mail"));
  await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
  expect(sent[0]).toMatchObject({ path: "/v1/templates", body: { brand_id: "b", name: "offer of shoes", subject: "Your size?" } });
  expect((sent[0]?.body as { body: string }).body).toMatch(/\{\{brand\.postal_address\}\}[^]*\{\{portal_link\}\}/);
});

it("shows the mail as it would arrive, and which tags would block it or are filled later", async () => {
  act = () => answer({ subject: "Still there?", text: "Hi Kim\n{{sender.name}}", to: "kim@creators.example", missing: ["sender.name"], later: ["campaign.name"] });
  await show(<TemplateEditor brandId="b" template={template} close={vi.fn()} />);
  expect(screen.getByRole("button", { name: "Preview" })).toBeDisabled();
  await userEvent.click(screen.getByRole("combobox", { name: "Creator" }));
  await userEvent.click(await screen.findByRole("option", { name: "Kim Sato" }));
  await userEvent.click(screen.getByRole("combobox", { name: "Campaign" }));
  await userEvent.click(await screen.findByRole("option", { name: "Autumn" }));
  await userEvent.click(screen.getByRole("button", { name: "Preview" }));
  const arrived = within(await screen.findByRole("region", { name: "As it would arrive" }));
  expect(arrived.getByText("kim@creators.example")).toBeVisible();
  expect(arrived.getByText(/^Hi Kim/)).toBeVisible();
  expect(arrived.getByText("This would block the mail")).toBeVisible();
  expect(arrived.getByText("This tag has no value for this creator: {{sender.name}}")).toBeVisible();
  expect(arrived.getByText(/^Filled in later.*\{\{campaign\.name\}\}$/)).toBeVisible();
  expect(sent).toEqual([{ path: "/v1/templates/preview", body: { brand_id: "b", name: "follow_up_1", subject: "Still there?", body: "Hi {{creator.first_name}}", creator_id: "c", campaign_id: "k" } }]);
  await userEvent.type(screen.getByLabelText(/^Subject/), "!");
  expect(arrived.getByText(/^Something was changed since/)).toBeVisible();
});
