import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { PortalOfferView } from "../../api/schema";
import { answer, show } from "../../test/render";
import { uuid } from "../../test/threads";
import { OfferCard } from "./OfferCard";
import { Speaking } from "./words/Words";

afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

const offer: PortalOfferView = {
  id: uuid(1), state: "sent", fee: { amount: 125_000, currency: "eur" },
  terms: {
    deliverables: [
      { title: "Reel", platform: "instagram", kind: "reel", draft_due_days: 10, publish_days: 5 },
      { title: "Story", platform: "instagram", kind: "story", draft_due_days: 3, publish_days: 2, draft_after: "product_delivered" },
    ],
    milestones: [{ title: "All", trigger: "posted", percent: 100, net_days: 0 }], revision_rounds: 2, duration_days: 365, notice_days: 10, usage_rights_days: 30,
  },
};

/** Opens the counter of an offer; the API answers each in turn. */
async function open(locale: "en" | "de", ...answers: Response[]) {
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(await request.json());
    return answers.shift() ?? answer({});
  });
  await show(<Speaking locale={locale}><OfferCard offer={offer} brandName="Northlight" /></Speaking>);
  await userEvent.click(await screen.findByRole("button", { name: locale === "en" ? "Ask for other terms" : "Etwas anderes vorschlagen" }, { timeout: 10_000 }));
  await screen.findByRole("textbox", { name: locale === "en" ? "The fee you ask for" : "Dein Honorar" }, { timeout: 10_000 });
  return sent;
}

async function type(field: HTMLElement, value: string) {
  await userEvent.clear(field);
  await userEvent.type(field, value);
}

it("asks for what is typed otherwise, each beside what was offered, and names the field that is wrong", async () => {
  const bad = { code: "invalid", title: "Invalid", errors: [{ field: "asks[1].value", code: "out_of_range", detail: "Ask for 0 to 3650." }] };
  const sent = await open("en", answer(bad, 422));
  const story = within(screen.getByRole("group", { name: "Story" }));
  expect(story.getByRole("textbox", { name: "Draft, business days after the product arrives" })).toHaveAccessibleDescription("Offered: 3");
  expect(screen.getByRole("textbox", { name: "The fee you ask for" })).toHaveAccessibleDescription("Offered: €1,250.00");
  await type(story.getByRole("textbox", { name: "How many of it" }), "2");
  const usage = screen.getByRole("textbox", { name: "Usage rights, days after publication" });
  await type(usage, "9000");
  await type(screen.getByRole("textbox", { name: "Exclusivity, days after publication" }), "0");
  await userEvent.type(screen.getByRole("textbox", { name: "What else you ask for" }), "Not on a Monday.");
  await userEvent.click(screen.getByRole("button", { name: "Send my ask" }));
  expect(await screen.findByText("Ask for 0 to 3650.")).toBeVisible();
  expect(usage).toBeInvalid();
  await type(usage, "10");
  await type(screen.getByRole("textbox", { name: "The fee you ask for" }), "1400");
  await userEvent.click(screen.getByRole("button", { name: "Send my ask" }));
  await vi.waitFor(() => expect(sent).toEqual([
    { decision: "counter", message: "Not on a Monday.", asks: [{ of: "pieces", deliverable: 1, value: 2 }, { of: "usage_rights_days", value: 9000 }] },
    { decision: "counter", message: "Not on a Monday.", counter: { amount: 140_000, currency: "eur" }, asks: [{ of: "pieces", deliverable: 1, value: 2 }, { of: "usage_rights_days", value: 10 }] },
  ]));
});

it("says in German that nothing is asked for, and what is out of range", async () => {
  const errors = [{ field: "counter", code: "unchanged", detail: "x" }, { field: "asks[0].value", code: "out_of_range", detail: "x" }];
  const sent = await open("de", answer({ code: "invalid", title: "Invalid", errors }, 422));
  expect(screen.getByRole("group", { name: "Story" })).toHaveTextContent("Entwurf, Werktage nach Ankunft des Produkts");
  await userEvent.click(screen.getByRole("button", { name: "Vorschlag senden" }));
  expect(await screen.findByText(/Genau das wurde dir angeboten/)).toBeVisible();
  expect(screen.getByText(/Diese Zahl ist zu klein oder zu groß/)).toBeVisible();
  expect(sent).toEqual([{ decision: "counter" }]);
});

it("shows what was asked for", async () => {
  await show(
    <Speaking locale="de">
      <OfferCard offer={{ ...offer, state: "countered", asked: [{ of: "pieces", deliverable: 0, value: 0, what: "„Reel“", from: "1 Inhalt" }, { of: "fee", value: 140_000, what: "Honorar", from: "1.250,00 €", to: "1.400,00 €" }], counter_note: "Nicht montags." }} brandName="Nordlicht" />
    </Speaking>,
  );
  expect(await screen.findByText("Du hast vorgeschlagen", undefined, { timeout: 10_000 })).toBeVisible();
  expect(screen.getByText("Nicht montags.")).toBeVisible();
  const lines = screen.getAllByRole("listitem").map(({ textContent }) => textContent);
  expect(lines).toContain("„Reel“ entfällt (1 Inhalt) ");
  expect(lines).toContain("Honorar 1.400,00 € statt 1.250,00 € ");
});
