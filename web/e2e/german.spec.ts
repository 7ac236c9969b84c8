import { type BrowserContext, expect, type Page, test } from "@playwright/test";

import type { Campaign, Creator, Partnership, Review, Session } from "../src/api/schema";
import { as, cookieOf, type Mail, mailsTo, outside, world } from "./house";

// A creator who reads German, on a phone: from the mailed link over offers and the signature, drafts, more time and an amendment to the payments.
// Whatever stands on the page is German, but for the words of the contract and what people of the house wrote.
test.describe.configure({ mode: "serial" });

let email: string;
let name: string;
let path: string; // of the partnership, in the API
let portal: Page;
let office: BrowserContext;
let house: Page; // of ops
let context: BrowserContext;

async function mailOf(subject: RegExp, known: Mail[] = []): Promise<Mail> {
  const old = new Set(known.map(({ id }) => id));
  let found: Mail | undefined;
  await expect.poll(async () => (found = (await mailsTo(email)).findLast((mail) => !old.has(mail.id) && subject.test(mail.subject))), { message: `a mail about ${subject.source}`, timeout: 40_000 }).toBeDefined();
  if (!found) throw new Error("the mail is gone");
  return found;
}

const linkOf = (mail: Mail): string => mail.links?.find((address) => address.includes("/portal/")) ?? "";
const post = <T,>(to: string, body: unknown) => as<T>("ops", to, { method: "POST", body });
const partnership = () => as<Partnership>("ops", `/v1${path}`);
const stageIs = (stage: string) => expect.poll(async () => (await partnership()).summary.stage, { timeout: 40_000 }).toBe(stage);

const english = /\b(?:the|and|you|your|is|are|not|until|instead|when|with|of|by|for|to|on|new|draft|fee|days?|UTC)\b/i;

/** No English words but those of the contract; also where it is folded away. */
async function isGerman(what: string): Promise<void> {
  const said = await portal.evaluate(() => {
    const words: string[] = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode.nodeValue?.trim();
      if (text && !texts.currentNode.parentElement?.closest("[lang=en], noscript, script, style, select")) words.push(text);
    }
    return [...words, ...[...document.querySelectorAll("[aria-label], [title], [placeholder]")].flatMap((node) => ["aria-label", "title", "placeholder"].map((name) => node.getAttribute(name) ?? ""))];
  });
  expect(said.filter((text) => english.test(text)), what).toEqual([]);
}

/** Nothing sticks out, on this phone and on a narrow one, and all of it is German. */
async function fits(what: string): Promise<void> {
  await isGerman(what);
  for (const width of [320, 390]) {
    await portal.setViewportSize({ width, height: 844 });
    expect(await portal.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${what} at ${width} px`).toBeLessThanOrEqual(0);
    for (const scheme of ["light", "dark"] as const) {
      await portal.emulateMedia({ colorScheme: scheme });
      await expect(portal.locator("html")).toHaveAttribute("data-mantine-color-scheme", scheme);
      await portal.screenshot({ path: test.info().outputPath(`${what}-${width}-${scheme}.png`), fullPage: true });
    }
  }
}

/** Ops accepts the rights that were asked for and not the dates, meets half-way on the fee, and wants a round less for it. */
async function takeOver(): Promise<void> {
  await house.goto(path);
  const asked = house.getByRole("region", { name: `${name} asks for` });
  await expect(asked).toContainText("Usage rights after publication 30 days instead of 90 days");
  await expect(asked).toContainText("“Bitte nicht an einem Montag.”");
  await house.screenshot({ path: test.info().outputPath("asked.png"), fullPage: true });
  await asked.getByRole("checkbox", { name: /^Draft of/ }).uncheck();
  await asked.getByRole("button", { name: "Take over into a new offer" }).click();
  const dialog = house.getByRole("dialog", { name: `Offer to ${name}` });
  await expect(dialog.getByLabel("Fee", { exact: true })).toHaveValue("2,500 USD");
  await expect(dialog.getByLabel("Usage rights")).toHaveValue("30 days");
  await expect(dialog.getByLabel("Draft after")).toHaveValue("60 business days");
  await house.screenshot({ path: test.info().outputPath("taken.png") });
  await dialog.getByLabel("Fee", { exact: true }).fill("2200");
  await dialog.getByLabel("Revision rounds").fill("1");
  await dialog.getByRole("button", { name: "Send offer" }).click();
  await expect(dialog).toBeHidden();
}

test.beforeAll(async ({ browser }) => {
  test.setTimeout(120_000);
  const { run } = world();
  name = `Jana Feld ${run}`;
  email = `jana-${run}@creators.example`;
  context = await browser.newContext({ baseURL: world().url, viewport: { width: 390, height: 844 }, locale: "en-US", timezoneId: "Europe/Berlin" });
  portal = await context.newPage();
  office = await browser.newContext({ baseURL: world().url, viewport: { width: 1280, height: 800 } });
  await office.addCookies([cookieOf("ops")]);
  house = await office.newPage();
  const { brands: [brand] } = await as<Session>("ops", "/v1/session");
  const usd = (amount: number) => ({ amount, currency: "usd" });
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const campaign = await post<Campaign>("/v1/campaigns", {
    brand_id: brand?.brand_id, name: `Herbst ${run}`, brief: "Zeig den Rucksack auf deinem Lieblingsweg.", budget: usd(1_000_000), starts_on: day(0), ends_on: day(300), default_fee: usd(200_000),
    terms: {
      deliverables: [{ platform: "instagram", kind: "video", title: "Wanderfilm", draft_due_days: 60, publish_days: 30 }], revision_rounds: 2, duration_days: 300, notice_days: 10, usage_rights_days: 90,
      milestones: [{ title: "Unterschrift", trigger: "signature", percent: 30, net_days: 60 }, { title: "Prüfung", trigger: "verified", percent: 70, net_days: 0 }],
    },
  });
  const creator = await post<Creator>("/v1/creators", { name, locale: "de", country: "DE", accounts: [{ platform: "youtube", handle: `@jana${run}` }], contacts: [{ role: "creator", email }] });
  const started = await post<{ items: { partnership_id: string }[] }>(`/v1/campaigns/${campaign.id}/partnerships`, { creator_ids: [creator.id] });
  path = `/partnerships/${started.items[0]?.partnership_id ?? ""}`;
  const invitation = await mailOf(/möchte gern mit dir arbeiten/);
  expect(invitation.text).toContain("Hallo Jana,");
  await outside("POST", `/mail/${invitation.id}/reply`, { text: "Sehr gern." });
  await stageIs("in_conversation");
  await post(`/v1${path}/offers`, { fee: usd(200_000) });
});

test.afterAll(async () => {
  await context.close();
  await office.close();
});

test("the mailed link opens the offer in German, whatever the browser speaks", async () => {
  await portal.goto(linkOf(await mailOf(/^Unser Angebot/)));
  await expect(portal.getByRole("heading", { level: 1, name: `Hallo ${name}` })).toBeVisible();
  await expect(portal.locator("html")).toHaveAttribute("lang", "de");
  await expect(portal).toHaveTitle(/^Deine Seite/);
  await expect(portal.getByText("Antworte auf das Angebot.")).toBeVisible();
  await expect(portal.getByText("2.000,00 $").first()).toBeVisible();
  await fits("angebot");
});

test("other terms are proposed, and the next offer compared with the one before in words", async () => {
  await portal.getByRole("button", { name: "Etwas anderes vorschlagen" }).click();
  await portal.getByLabel("Dein Honorar").fill("2500");
  await portal.getByRole("group", { name: "Wanderfilm" }).getByLabel("Entwurf, Werktage nach Unterschrift").fill("70");
  await portal.getByLabel("Nutzungsrechte, Tage nach Veröffentlichung").fill("30");
  await portal.getByLabel("Was du sonst noch anders möchtest").fill("Bitte nicht an einem Montag.");
  await fits("vorschlag");
  await portal.getByRole("button", { name: "Vorschlag senden" }).click();
  await expect(portal.getByText("Gegenvorschlag")).toBeVisible();
  await expect(portal.getByText("Nutzungsrechte nach der Veröffentlichung 30 Tage statt 90 Tage")).toBeVisible();
  await expect(portal.getByText("Bitte nicht an einem Montag.")).toBeVisible();
  await fits("vorgeschlagen");
  const known = await mailsTo(email);
  await takeOver();
  const mail = await mailOf(/^Unser Angebot/, known);
  expect(mail.text).toMatch(/gilt bis \d+\. [A-Z]\p{L}+ \d{4}, \d\d:\d\d (MEZ|MESZ)\./u);
  await portal.goto(linkOf(mail));
  const compared = portal.getByRole("region", { name: "Im Vergleich zum Angebot davor" });
  await expect(compared).toContainText("Honorar 2.200,00 $ statt 2.000,00 $; du hattest 2.500,00 $ vorgeschlagen");
  await expect(compared).toContainText("Enthaltene Korrekturrunden 1 Runde statt 2 Runden");
  await expect(compared).toContainText("Nutzungsrechte nach der Veröffentlichung 30 Tage statt 90 Tage");
  await fits("vergleich");
  await portal.getByRole("button", { name: "Angebot annehmen" }).click();
  await portal.getByRole("button", { name: "Ja, annehmen" }).click();
  await stageIs("contract_out");
});

test("the contract is signed in German, under words that nobody translates", async () => {
  await expect.poll(async () => (await partnership()).contract?.id).toBeDefined();
  const id = (await partnership()).contract?.id ?? "";
  const { consent } = await as<{ consent?: string }>("ops", `/v1/contracts/${id}`);
  await post(`/v1/contracts/${id}/send`, { consent });
  await portal.goto(linkOf(await mailOf(/liegt zur Unterschrift bereit/)));
  await portal.getByRole("link", { name: "Lesen und unterschreiben" }).click();
  await expect(portal.locator("[lang=en]").filter({ hasText: "I have read the whole text" })).toBeVisible();
  await fits("vertrag");
  await portal.getByLabel("Dein voller Name").fill(name);
  await portal.getByLabel(/I have read the whole text/).check();
  const known = await mailsTo(email);
  await portal.getByRole("button", { name: "Code per Mail schicken" }).click();
  const code = await mailOf(/^Dein Code für/, known);
  expect(code.text).toContain("Er gilt zehn Minuten lang");
  await portal.getByLabel("Code aus der Mail").fill("000000");
  await portal.getByRole("button", { name: "Vertrag unterschreiben" }).click();
  await expect(portal.getByText("Das ist nicht der Code aus der neuesten Mail.")).toBeVisible();
  await portal.getByLabel("Code aus der Mail").fill(/\b\d{6}\b/.exec(code.text)?.[0] ?? "");
  await portal.getByRole("button", { name: "Vertrag unterschreiben" }).click();
  await expect(portal.getByRole("heading", { level: 1, name: `Hallo ${name}` })).toBeVisible();
  await stageIs("active");
  await expect(portal.getByText("Schick deinen Entwurf von „Wanderfilm“.")).toBeVisible({ timeout: 20_000 });
  await fits("vereinbart");
});

test("more time is asked for and not given, in German", async () => {
  await portal.goto("/portal/home");
  await portal.getByText("Um mehr Zeit bitten").click();
  const form = portal.getByRole("form", { name: "Um mehr Zeit bitten für Wanderfilm" });
  await form.getByLabel("Entwurf bis").fill("2020-01-01T10:00");
  await form.getByLabel("Warum").fill("Es schneit.");
  await form.getByRole("button", { name: "Bitte senden" }).click();
  await expect(portal.getByText("Dieser Zeitpunkt ist vorbei. Wähle einen späteren.")).toBeVisible();
  await isGerman("mehr Zeit, abgelehnt");
  await form.getByLabel("Entwurf bis").fill(new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 16));
  await form.getByRole("button", { name: "Bitte senden" }).click();
  await expect(portal.getByText("Du hast um mehr Zeit gebeten")).toBeVisible();
  await fits("mehr-zeit");
  const other = await context.newPage();
  // A tab that has not heard yet what the other one did.
  const before = await (await portal.request.get("/v1/portal/home")).text();
  await other.route("**/v1/portal/home", (route) => route.fulfill({ body: before, contentType: "application/json" }));
  await other.goto("/portal/home");
  await expect(other.getByRole("button", { name: "Bitte zurücknehmen" })).toBeVisible();
  await portal.getByRole("button", { name: "Bitte zurücknehmen" }).click();
  await expect(portal.getByText("Du hast um mehr Zeit gebeten")).toBeHidden();
  await other.getByRole("button", { name: "Bitte zurücknehmen" }).click();
  await expect(other.getByRole("alert")).toContainText("Es ist keine Bitte um mehr Zeit offen.");
  await other.close();
});

test("the machine checks say in German what is wrong with a draft", async () => {
  const form = portal.getByRole("form", { name: "Entwurf von Wanderfilm abgeben" });
  await form.getByLabel("Text zum Beitrag").fill("Mein Rucksack auf dem Lieblingsweg.");
  const known = await mailsTo(email);
  await form.getByRole("button", { name: "Entwurf abgeben" }).click();
  await expect.poll(async () => (await partnership()).deliverables[0]?.state, { timeout: 60_000 }).toBe("changes_requested");
  await portal.goto("/portal/home");
  await expect(portal.getByText("Im Text steht nicht, dass das Werbung ist. Beginne den Text zum Beitrag mit „Werbung“ oder „Anzeige“.")).toBeVisible();
  await fits("aenderungen");
  expect((await mailOf(/Wanderfilm/, known)).text).toContain("Im Text steht nicht, dass das Werbung ist.");
});

test("a good draft is reviewed, published and looked at", async () => {
  test.setTimeout(180_000);
  const form = portal.getByRole("form", { name: "Entwurf von Wanderfilm abgeben" });
  await form.getByLabel("Text zum Beitrag").fill("Werbung. Mein Rucksack auf dem Lieblingsweg.");
  await form.getByRole("button", { name: "Neue Version abgeben" }).click();
  await expect(portal.getByText("In Prüfung").first()).toBeVisible();
  await expect(portal.getByText("Wer es sich ansieht")).toBeVisible({ timeout: 40_000 });
  await expect.poll(async () => {
    const piece = (await partnership()).deliverables[0];
    if (piece?.state !== "in_review" || !piece.review_id) return piece?.state;
    for (const person of ["approver", "second_approver", "legal"] as const) {
      const { summary, submission } = await as<Review>(person, `/v1/reviews/${piece.review_id}`);
      if (summary.mine) await as(person, `/v1/reviews/${piece.review_id}/decisions`, { method: "POST", body: { decision: "approve", submission_id: submission.id } }).catch(() => undefined);
    }
    return piece.state;
  }, { timeout: 90_000 }).toBe("approved_to_post");
  const { url = "" } = await outside("PUT", `/posts/jana-${world().run}`, { author: name, caption: "Mein Rucksack auf dem Lieblingsweg." });
  await expect(async () => {
    await portal.goto("/portal/home");
    await expect(portal.getByLabel("Link zu deinem Beitrag")).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await expect(portal.getByText("Veröffentliche „Wanderfilm“ und füge hier den Link ein.")).toBeVisible();
  await fits("freigegeben");
  await portal.getByLabel("Link zu deinem Beitrag").fill("http://127.0.0.1/");
  await portal.getByRole("button", { name: "Ist veröffentlicht" }).click();
  await expect(portal.getByText(/Dieser Link ist nicht öffentlich|Füge den ganzen Link/)).toBeVisible();
  await isGerman("kein Link");
  const known = await mailsTo(email);
  await portal.getByLabel("Link zu deinem Beitrag").fill(url);
  await portal.getByRole("button", { name: "Ist veröffentlicht" }).click();
  await expect(portal.getByText("Veröffentlicht").first()).toBeVisible({ timeout: 40_000 });
  await fits("veroeffentlicht");
  // The post does not say that it is paid: the mail says what to put right.
  expect((await mailOf(/Wanderfilm/, known)).text).not.toMatch(/\bUTC\b/);
});

test("an amendment is read in German beside its words", async () => {
  const amended = await as<{ amendments: { id: string }[] }>("ops", `/v1${path}/amendments`, { method: "POST", body: { usage_rights_days: 120, end_days: 30, clause: "Der Film zeigt auch den Laden." } }).then(() => partnership());
  const id = amended.contract?.amendments.at(-1)?.id ?? "";
  const { consent } = await as<{ consent?: string }>("ops", `/v1/contracts/${id}`);
  const known = await mailsTo(email);
  await post(`/v1/contracts/${id}/send`, { consent });
  await portal.goto(linkOf(await mailOf(/Nachtrag|Vertrag|unterschreib/i, known)));
  await portal.getByRole("link", { name: "Lesen und unterschreiben" }).click();
  const changes = portal.getByRole("region", { name: "Was sich ändert" });
  await expect(changes).toContainText("Nutzungsrechte nach der Veröffentlichung 120 Tage statt 30 Tage");
  await expect(changes).toContainText(/Ende der Laufzeit \d+\. [A-Z]\p{L}+ \d{4}.* statt/u);
  await fits("nachtrag");
});

test("payments stand there in German, and the switch is kept", async () => {
  await portal.goto("/portal/home");
  await expect(portal.getByText(/(Verdient|Freigegeben), (unterwegs|wartet)/).first()).toBeVisible();
  await expect(portal.getByText("Verdient, sobald dein Beitrag geprüft ist")).toBeVisible();
  await fits("seite");
  await portal.goto("/portal/statement");
  await expect(portal.getByRole("heading", { level: 1, name: /^Dein Konto bei/ })).toBeVisible();
  await fits("konto");
  const other = await context.newPage();
  await other.goto("/portal/a-link-that-has-ended");
  await expect(other.getByRole("heading", { level: 1, name: "Dieser Link funktioniert nicht mehr" })).toBeVisible();
  const visit = await context.cookies();
  await context.clearCookies();
  await other.goto("/portal/home");
  await expect(other.getByRole("heading", { level: 1, name: "Dein Besuch ist abgelaufen" })).toBeVisible();
  await context.addCookies(visit);
  await other.close();
  await portal.getByRole("combobox", { name: "Sprache" }).selectOption("English");
  await expect(portal.getByRole("heading", { level: 1, name: /^Your account with/ })).toBeVisible();
  await portal.reload();
  await expect(portal.getByRole("heading", { level: 1, name: /^Your account with/ })).toBeVisible();
  expect((await partnership()).summary.stage).toBe("active");
});
