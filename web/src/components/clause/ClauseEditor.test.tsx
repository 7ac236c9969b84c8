import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Clause, ClauseVariable } from "../../api/schema";
import { answer, show } from "../../test/render";
import { ClauseEditor } from "./ClauseEditor";
import { ContractTemplateEditor } from "./ContractTemplateEditor";
import { clauseWhenText, filled } from "./words";

vi.setConfig({ testTimeout: 30_000 });

const variables: ClauseVariable[] = [
  { name: "brand.name", about: "The brand", optional: false, sample: "Example Brand" },
  { name: "exclusivity_days", about: "Days", optional: true, sample: "30" },
];
const clause: Clause = { id: "c", brand_id: "b", version: 2, kind: "exclusivity", title: "Exclusivity", body: "For ", fallbacks: [], when: {}, created_at: "2026-03-02T00:00:00Z" };
const builtIn: Clause = { ...clause, id: "d", brand_id: undefined, kind: "payment", title: "Fee" };
let sent: { method: string; path: string; body: Record<string, unknown>; match?: string }[] = [];
let act: (path: string) => Response;

beforeEach(() => {
  sent = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    const match = request.headers.get("If-Match");
    sent.push({ method: request.method, path, body: (await request.json()) as Record<string, unknown>, ...(match && { match }) });
    return act(path);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("puts a variable in by a press, shows the sample, and publishes the next version", async () => {
  const saved = vi.fn();
  act = () => answer({ ...clause, version: 3 });
  await show(<ClauseEditor brandId="b" clause={clause} variables={variables} saved={saved} close={vi.fn()} />);
  expect(screen.getByLabelText("About")).toBeDisabled();
  const text = screen.getByRole<HTMLTextAreaElement>("textbox", { name: /^Text/ });
  text.setSelectionRange(4, 4);
  await userEvent.click(screen.getByRole("button", { name: "Insert exclusivity_days: Days" }));
  expect(text).toHaveValue("For {{exclusivity_days}}");
  expect(within(screen.getByRole("region", { name: "In the sample contract" })).getByText(/For 30/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Add a fallback" }));
  await userEvent.type(screen.getByLabelText("Fallback 1"), "For a week");
  await userEvent.type(screen.getByLabelText("Who may offer fallback 1"), "Ops");
  await userEvent.selectOptions(screen.getByLabelText("Paid usage"), "With paid usage");
  await userEvent.click(screen.getByRole("button", { name: "Publish version 3" }));
  expect(sent).toEqual([{
    method: "POST", path: "/v1/clauses/c/versions",
    body: { title: "Exclusivity", body: "For {{exclusivity_days}}", fallbacks: [{ body: "For a week", note: "Ops" }], when: { paid_usage: true }, from_version: 2 },
  }]);
  expect(saved).toHaveBeenCalled();
});

it("says at each field what is refused there, and keeps what was written", async () => {
  act = () => answer({ title: "Some fields need another value", status: 422, code: "invalid", errors: [
    { field: "body", code: "unknown_variable", detail: "{{x}} is no variable of a clause." }, { field: "fallbacks[0].note", code: "required", detail: "Fill this in." },
  ] }, 422);
  await show(<ClauseEditor brandId="b" clause={{ ...builtIn, fallbacks: [{ body: "Or", note: "" }] }} copy variables={variables} saved={vi.fn()} close={vi.fn()} />);
  await userEvent.type(screen.getByRole("textbox", { name: /^Text/ }), "{{{{x}}");
  await userEvent.click(screen.getByRole("button", { name: "Publish clause" }));
  expect(await screen.findByText("{{x}} is no variable of a clause.")).toBeVisible();
  expect(screen.getByText("Fill this in.")).toBeVisible();
  expect(sent[0]).toMatchObject({ path: "/v1/clauses", body: { brand_id: "b", kind: "payment" } });
  expect(screen.getByRole("textbox", { name: /^Text/ })).toHaveValue("For {{x}}");
});

it("orders a template, names the kind that it lacks, and says what stands in", async () => {
  act = (path) => path.endsWith("/preview")
    ? answer({ text: "1. Fee. All of it", clauses: [{ clause_id: "d", version: 2, kind: "payment", title: "Fee", stands_in: true }] })
    : answer({ title: "Some fields need another value", status: 422, code: "invalid", errors: [{ field: "must_include[0]", code: "missing_kind", detail: "The template must include a clause about disclosure and has none. Add one." }] }, 422);
  const template = { id: "t", name: "Standard contract", clauses: ["d", "c"], must_include: ["disclosure" as const], default: true, version: 1, created_at: clause.created_at };
  await show(<ContractTemplateEditor brandId="b" template={template} clauses={[clause, builtIn]} close={vi.fn()} />);
  await userEvent.type(screen.getByLabelText(/^Name/), "Ours");
  await userEvent.click(screen.getByRole("button", { name: "Move Exclusivity up" }));
  await userEvent.click(screen.getByRole("button", { name: "Preview a sample contract" }));
  expect(await screen.findByText("Built-in clauses stand in")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Save template" }));
  expect(await screen.findByText(/must include a clause about disclosure/)).toBeVisible();
  expect(sent.at(-1)).toMatchObject({ path: "/v1/contract-templates", body: { brand_id: "b", name: "Ours", clauses: ["c", "d"], must_include: ["disclosure"], default: false } });
});

it("saves a template against the version that it was opened with, whatever is saved meanwhile", async () => {
  act = () => answer({ title: "Somebody changed it", status: 412 }, 412);
  const template = { id: "t", brand_id: "b", name: "Ours", clauses: ["d"], must_include: [], default: true, created_at: clause.created_at };
  function Live() {
    const [version, setVersion] = useState(1);
    return <><button onClick={() => setVersion(2)}>A colleague saves</button><ContractTemplateEditor brandId="b" template={{ ...template, version }} clauses={[builtIn]} close={vi.fn()} /></>;
  }
  await show(<Live />);
  await userEvent.click(screen.getByRole("button", { name: "A colleague saves" }));
  await userEvent.click(screen.getByRole("button", { name: "Save template" }));
  expect(sent[0]).toMatchObject({ method: "PUT", path: "/v1/contract-templates/t", match: '"1"' });
});

it("says in which contracts a clause stands, and fills only what it knows", () => {
  expect(clauseWhenText({})).toBe("Wherever a template has it");
  expect(clauseWhenText({ markets: ["DE"], platforms: ["tiktok"], regulated: ["any"], paid_usage: false })).toBe("Creator in Germany, content on TikTok, any regulated category, without paid usage");
  expect(filled("{{ brand.name }} {{x}}", variables)).toBe("Example Brand {{x}}");
});
