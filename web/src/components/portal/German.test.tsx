import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactElement } from "react";
import { afterEach, expect, it, vi } from "vitest";

import type { ContractTerms, PortalDeliverable, PortalOfferView } from "../../api/schema";
import { language } from "../../lib/language";
import { answer, show as render } from "../../test/render";
import { uuid } from "../../test/threads";
import { MailedCode } from "./MailedCode";
import { DeliverableCard } from "./DeliverableCard";
import { LocaleSwitch } from "./LocaleSwitch";
import { OfferCard } from "./OfferCard";
import { Speaking } from "./words/Words";

afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

const show = (children: ReactElement) => render(<Speaking locale="de">{children}</Speaking>);

const terms: ContractTerms = {
  deliverables: [{ title: "Reel", platform: "instagram", kind: "reel", draft_due_days: 1, publish_days: 5 }],
  milestones: [
    { title: "Unterschrift", trigger: "signature", percent: 100, net_days: 0 },
    { title: "Bonus", trigger: "threshold", percent: 0, net_days: 14, bonus: 50_000, threshold: { metric: "views", at_least: 100_000, within_days: 30 } },
  ],
  revision_rounds: 2, duration_days: 365, notice_days: 1,
};
const offer: PortalOfferView = { id: uuid(1), state: "sent", fee: { amount: 125_000, currency: "eur" }, terms, expires_at: "2027-03-02T10:00:00Z" };

it("shows an offer with its terms, dates and money as a German reads them", async () => {
  await show(<OfferCard offer={offer} brandName="Nordlicht" />);
  expect(await screen.findByRole("heading", { name: "Angebot von Nordlicht" }, { timeout: 10_000 })).toBeVisible();
  expect(document.documentElement).toHaveAttribute("lang", "de");
  expect(screen.getByText("1.250,00 €")).toBeVisible();
  expect(screen.getByText(/Antworte bis.*2\. März 2027/)).toBeVisible();
  expect(screen.getByText("reel auf instagram; Entwurf innerhalb von 1 Werktag, Veröffentlichung innerhalb von 5 weiteren")).toBeVisible();
  expect(screen.getByText(/innerhalb von 30 Tagen nach der Veröffentlichung 100\.000 Aufrufe hat, 14 Tage später/)).toBeVisible();
  expect(screen.getByText("1 Tag")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Ablehnen" }));
  expect(screen.getByRole("button", { name: "Ja, ablehnen" })).toBeVisible();
});

it("says in German what an offer changes of the one before", async () => {
  const compared: PortalOfferView = {
    ...offer,
    changes: [{ what: "Honorar", from: "1.000,00 €; du hattest 1.200,00 € vorgeschlagen", to: "1.250,00 €", material: true }, { what: "„Story“", from: "story auf instagram" }],
    before: [{ id: uuid(9), state: "countered", fee: { amount: 100_000, currency: "eur" }, counter_fee: { amount: 120_000, currency: "eur" }, changes: [{ what: "Laufzeit", from: "180 Tage", to: "90 Tage" }] }],
  };
  await show(<OfferCard offer={compared} brandName="Nordlicht" />);
  const list = await screen.findByRole("region", { name: "Im Vergleich zum Angebot davor" });
  expect(list).toHaveTextContent("Honorar 1.250,00 € statt 1.000,00 €; du hattest 1.200,00 € vorgeschlagen Wesentlich");
  expect(list).toHaveTextContent("„Story“ entfällt (story auf instagram)");
  expect(list).toHaveTextContent("Frühere Angebote (1)");
  expect(list).toHaveTextContent("Laufzeit 90 Tage statt 180 Tage");
  expect(list).toHaveTextContent("Gegenvorschlag");
});

it("says of an offer for the next term that it is one", async () => {
  await show(<OfferCard offer={{ ...offer, renewal: true }} brandName="Nordlicht" />);
  expect(await screen.findByRole("region", { name: "Angebot von Nordlicht für die nächste Laufzeit" })).toBeVisible();
});

it("names no field of the API in English", async () => {
  const refusal = {
    status: 422, code: "invalid", title: "Some fields need another value", detail: "Nothing was saved.", decided_by: "Mara",
    errors: [{ field: "draft_due_at", code: "required", detail: "Say which date." }],
  };
  vi.stubGlobal("fetch", () => Promise.resolve(answer(refusal, refusal.status)));
  await show(<MailedCode value="" onChange={() => undefined} />);
  await userEvent.click(await screen.findByRole("button", { name: "Code per Mail schicken" }));
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("Gib an, um welchen Termin es geht.");
  expect(alert).toHaveTextContent("Mara hat schon entschieden");
  expect(alert).not.toHaveTextContent(/draft|due|decided|value/);
});

it("asks the server in the time of the phone", async () => {
  const asked: (string | null)[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    asked.push(request.headers.get("Time-Zone"));
    return Promise.resolve(answer({}));
  });
  await show(<MailedCode value="" onChange={() => undefined} />);
  await userEvent.click(await screen.findByRole("button", { name: "Code per Mail schicken" }));
  await waitFor(() => expect(asked).toEqual([Intl.DateTimeFormat().resolvedOptions().timeZone]));
});

it("says in German what an option to renew means", async () => {
  await show(<OfferCard offer={{ ...offer, terms: { ...terms, renewal_option: { fee: 130_000, notice_days: 45 } } }} brandName="Nordlicht" />);
  expect(await screen.findByText(/spätestens 45 Tage vor dem Ende.*gleich langen Laufzeit, für 1\.300,00\s€/, undefined, { timeout: 10_000 })).toBeVisible();
});

it("says in German who is waited for, and what a draft needs", async () => {
  const piece: PortalDeliverable = {
    id: uuid(1), title: "Reel", term: 1, platform: "instagram", kind: "reel", state: "in_review", round: 0, can_submit: false, can_report_post: false, hashtags: [], asks: [], corrections: [],
    comments: [{ id: uuid(3), submission_id: uuid(5), version: 1, author: "Mara", author_kind: "house", internal: false, text: "Lauter", created_at: "2026-03-02T10:00:00Z", resolved_at: "2026-03-03T10:00:00Z" }],
    waiting: { stage: "Recht", who: ["Mara", "Sven"], since: "2026-03-02T10:00:00Z", silence: "Wenn niemand entscheidet, gilt dein Entwurf als freigegeben." },
  };
  await show(<DeliverableCard deliverable={piece} />);
  expect(await screen.findByText("In Prüfung")).toBeVisible();
  expect(screen.getByText("Mara und Sven")).toBeVisible();
  expect(screen.getByText("Gilt dein Entwurf als freigegeben.")).toBeVisible();
  expect(screen.getByText("1 erledigter Kommentar")).toBeVisible();
});

it("says by its code why something is refused, and a code it does not know by its status", async () => {
  let refusal = { title: "Too many attempts", status: 429, code: "too_many", detail: "Wait 12 minutes." };
  vi.stubGlobal("fetch", () => Promise.resolve(answer(refusal, refusal.status)));
  await show(<MailedCode value="" onChange={() => undefined} />);
  await userEvent.click(await screen.findByRole("button", { name: "Code per Mail schicken" }));
  expect(await screen.findByRole("alert")).toHaveTextContent(/^Zu viele Versuche.*Warte etwas/);
  refusal = { title: "Not possible now", status: 409, code: "never_heard_of", detail: "English." };
  await userEvent.click(screen.getByRole("button", { name: "Code per Mail schicken" }));
  await waitFor(() => expect(screen.getByRole("alert")).toHaveTextContent(/^Das geht gerade nicht.*neuesten Stand/));
  expect(screen.getByRole("alert")).not.toHaveTextContent("English");
});

it("keeps the language that is chosen, and speaks English again once these pages are left", async () => {
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(await request.json());
    return answer({ locale: "en" });
  });
  const { unmount } = await show(<LocaleSwitch locale="de" />);
  const box = await screen.findByRole("combobox", { name: "Sprache" });
  expect(within(box).getAllByRole("option").map(({ textContent }) => textContent)).toEqual(["English", "Deutsch"]);
  await userEvent.selectOptions(box, "English");
  await waitFor(() => expect(localStorage.getItem("rapport.locale")).toBe("en"));
  expect(sent).toEqual([{ locale: "en" }]);
  unmount();
  expect(language().locale).toBe("en");
  expect(document.documentElement).toHaveAttribute("lang", "en");
});
