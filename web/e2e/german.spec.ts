import { type BrowserContext, expect, type Page, test } from "@playwright/test";

import type { Campaign, Creator, Partnership, Session } from "../src/api/schema";
import { as, type Mail, mailsTo, outside, world } from "./house";

// A creator who reads German, on a phone: from the mailed link over the offer and the signature to the payments.
test.describe.configure({ mode: "serial" });

let email: string;
let name: string;
let path: string; // of the partnership, in the API
let portal: Page;
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

/** Nothing sticks out, on this phone and on a narrow one. */
async function fits(what: string): Promise<void> {
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

test.beforeAll(async ({ browser }) => {
  test.setTimeout(120_000);
  const { run } = world();
  name = `Jana Feld ${run}`;
  email = `jana-${run}@creators.example`;
  context = await browser.newContext({ baseURL: world().url, viewport: { width: 390, height: 844 }, locale: "en-US" });
  portal = await context.newPage();
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
});

test("the mailed link opens the offer in German, whatever the browser speaks", async () => {
  await portal.goto(linkOf(await mailOf(/^Unser Angebot/)));
  await expect(portal.getByRole("heading", { level: 1, name: `Hallo ${name}` })).toBeVisible();
  await expect(portal.locator("html")).toHaveAttribute("lang", "de");
  await expect(portal).toHaveTitle(/^Deine Seite/);
  await expect(portal.getByText("Antworte auf das Angebot.")).toBeVisible();
  await expect(portal.getByText("2.000,00 $").first()).toBeVisible();
  await fits("angebot");
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
});

test("payments stand there in German, and the switch is kept", async () => {
  await portal.goto("/portal/home");
  await expect(portal.getByText(/Verdient, (unterwegs|wird freigegeben)/).first()).toBeVisible();
  await expect(portal.getByText("Verdient, sobald dein Beitrag geprüft ist")).toBeVisible();
  await expect(portal.getByText("Schick deinen Entwurf von „Wanderfilm“.")).toBeVisible();
  await fits("seite");
  await portal.goto("/portal/statement");
  await expect(portal.getByRole("heading", { level: 1, name: /^Dein Konto bei/ })).toBeVisible();
  await fits("konto");
  await portal.getByRole("combobox", { name: "Sprache" }).selectOption("English");
  await expect(portal.getByRole("heading", { level: 1, name: /^Your account with/ })).toBeVisible();
  await portal.reload();
  await expect(portal.getByRole("heading", { level: 1, name: /^Your account with/ })).toBeVisible();
  expect((await partnership()).summary.stage).toBe("active");
});
