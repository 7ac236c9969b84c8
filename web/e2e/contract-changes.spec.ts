import { type Browser, type BrowserContext, expect, type Page, test } from "@playwright/test";

import type { Campaign, Creator, Partnership, PortalHome, Review, Session } from "../src/api/schema";
import { as, cookieOf, type Mail, mailsTo, outside, world } from "./house";

// What becomes of a signed contract: it is amended with keys alone, its dates move, a right that it gave is decided on, and it is ended. How it
// came to be signed is the golden path's, so that goes by the API.
test.describe.configure({ mode: "serial" });

// A picture of four by four points.
const picture = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAEElEQVR4nGNg6PgPRwzEcQCukw/x0F8jngAAAABJRU5ErkJggg==", "base64");

let email: string;
let name: string;
let path: string; // of the partnership, in the API and on the pages
let ops: Page;
let portal: Page;
const contexts: BrowserContext[] = [];

async function open(browser: Browser, viewport: { width: number; height: number }): Promise<Page> {
  const context = await browser.newContext({ baseURL: world().url, viewport });
  contexts.push(context);
  return context.newPage();
}

/** The newest mail with such a subject that was not there before. */
async function mailOf(subject: RegExp, known: Mail[] = []): Promise<Mail> {
  const old = new Set(known.map(({ id }) => id));
  let found: Mail | undefined;
  await expect.poll(async () => (found = (await mailsTo(email)).findLast((mail) => !old.has(mail.id) && subject.test(mail.subject))), { message: `a mail about ${subject.source}`, timeout: 40_000 }).toBeDefined();
  if (!found) throw new Error("the mail is gone");
  return found;
}

const linkOf = (mail: Mail): string => mail.links?.find((address) => address.includes("/portal/")) ?? "";
const post = <T,>(person: "ops", to: string, body: unknown) => as<T>(person, to, { method: "POST", body });
const partnership = () => as<Partnership>("ops", `/v1${path}`);
const stageIs = (stage: string) => expect.poll(async () => (await partnership()).summary.stage, { timeout: 40_000 }).toBe(stage);

/** Signs what the creator's page shows, with a mailed code. */
async function sign(button: string): Promise<void> {
  await portal.getByLabel("Your full name").fill(name);
  await portal.getByLabel(/I have read the whole text/).check();
  const known = await mailsTo(email);
  await portal.getByRole("button", { name: "Mail me a code" }).click();
  await portal.getByLabel("Code from the mail").fill(/\b\d{6}\b/.exec((await mailOf(/code/i, known)).text)?.[0] ?? "");
  await portal.getByRole("button", { name: button }).click();
  await expect(portal.getByRole("heading", { level: 1, name: `Hello ${name}` })).toBeVisible();
}

/** Goes on with Tab to what is named so; nothing is clicked. */
async function tabTo(page: Page, role: "button" | "link" | "textbox" | "checkbox", called: string | RegExp): Promise<void> {
  const wanted = page.getByRole(role, { name: called }).first();
  await expect(wanted).toBeVisible();
  for (let pressed = 0; pressed < 200; pressed++) {
    if (await wanted.evaluate((node) => node === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${String(called)}`);
}

test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000);
  const { run } = world();
  name = `Mika Sand ${run}`;
  email = `mika-${run}@creators.example`;
  ops = await open(browser, { width: 1280, height: 800 });
  await ops.context().addCookies([cookieOf("ops")]);
  portal = await open(browser, { width: 390, height: 844 });

  const { brands: [brand] } = await as<Session>("ops", "/v1/session");
  const usd = (amount: number) => ({ amount, currency: "usd" });
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const piece = { platform: "instagram", kind: "video", draft_due_days: 60, publish_days: 30 };
  const campaign = await post<Campaign>("ops", "/v1/campaigns", {
    brand_id: brand?.brand_id, name: `Changes ${run}`, brief: "Show the pack on a trail you like.", budget: usd(1_000_000), starts_on: day(0), ends_on: day(300), default_fee: usd(200_000),
    terms: {
      deliverables: [{ ...piece, title: "Trail film" }, { ...piece, title: "Camp film" }], revision_rounds: 2, duration_days: 300, notice_days: 10, usage_rights_days: 90,
      milestones: [{ title: "On signature", trigger: "signature", percent: 30, net_days: 60 }, { title: "At the end", trigger: "verified", percent: 70, net_days: 0 }],
    },
  });
  const creator = await post<Creator>("ops", "/v1/creators", { name, country: "US", accounts: [{ platform: "youtube", handle: `@mika${run}` }], contacts: [{ role: "creator", email }] });
  const started = await post<{ items: { partnership_id: string }[] }>("ops", `/v1/campaigns/${campaign.id}/partnerships`, { creator_ids: [creator.id] });
  path = `/partnerships/${started.items[0]?.partnership_id ?? ""}`;
  await outside("POST", `/mail/${(await mailOf(/./)).id}/reply`, { text: "I would love to." });
  await stageIs("in_conversation");
  await post("ops", `/v1${path}/offers`, { fee: usd(200_000) });
  await portal.goto(linkOf(await mailOf(/offer/i)));
  await portal.getByRole("button", { name: "Accept the offer" }).click();
  await portal.getByRole("button", { name: "Yes, accept" }).click();
  await stageIs("contract_out");
  await expect.poll(async () => (await partnership()).contract?.id).toBeDefined();
  const id = (await partnership()).contract?.id ?? "";
  const { consent } = await as<{ consent?: string }>("ops", `/v1/contracts/${id}`);
  await post("ops", `/v1/contracts/${id}/send`, { consent });
  await portal.goto(linkOf(await mailOf(/contract|sign/i)));
  await portal.getByRole("link", { name: "Read and sign" }).click();
  await sign("Sign the contract");
  await stageIs("active");
});

test.afterAll(async () => {
  await Promise.all(contexts.map((context) => context.close()));
});

test("ops amends the contract with keys alone, and the creator signs on a phone", async () => {
  await ops.goto(path);
  await tabTo(ops, "button", "Amend the contract");
  await ops.keyboard.press("Enter");
  const dialog = ops.getByRole("dialog", { name: `Amend the contract with ${name}` });
  await tabTo(ops, "textbox", "Camp film: draft later by");
  await ops.keyboard.type("5");
  await tabTo(ops, "textbox", "Usage rights");
  await ops.keyboard.type("120");
  await expect(dialog.getByRole("region", { name: "What changes" })).toContainText("Draft of “Camp film”");
  await expect(dialog.getByRole("region", { name: "What changes" })).toContainText("120 days");
  const camp = "Reminds the creator of the draft of “Camp film”";
  await expect(dialog.getByRole("region", { name: "Deadlines and reminders" })).toContainText(camp);
  await tabTo(ops, "button", "Draft the amendment");
  await ops.keyboard.press("Enter");
  await expect(dialog).toBeHidden();

  const number = /C-\d+-A1/;
  await tabTo(ops, "link", number);
  await ops.keyboard.press("Enter");
  await expect(ops.getByRole("heading", { level: 1, name: number })).toBeVisible();
  await expect(ops.getByRole("region", { name: "Deadlines and reminders" })).toContainText(camp);
  await ops.screenshot({ path: test.info().outputPath("follows.png"), fullPage: true });
  const known = await mailsTo(email);
  await tabTo(ops, "button", "Approve and send for signature");
  await ops.keyboard.press("Enter");
  await expect(ops.getByRole("dialog").getByRole("button", { name: "Approve and send", exact: true })).toBeFocused();
  await ops.keyboard.press("Enter");
  await expect(ops.getByText("Out for signature")).toBeVisible();

  await portal.goto(linkOf(await mailOf(/amend|contract|sign/i, known)));
  await portal.getByRole("link", { name: /Read and sign/ }).click();
  await expect(portal.getByText("Until you have signed, everything goes on as it was agreed.")).toBeVisible();
  expect(await portal.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), "nothing sticks out at the side").toBeLessThanOrEqual(0);
  await sign("Sign the amendment");
  await expect(ops.getByText("Executed").first()).toBeVisible();
  const file = await ops.request.get((await ops.getByRole("link", { name: "Signed PDF" }).getAttribute("href")) ?? "");
  expect((await file.body()).subarray(0, 5).toString()).toBe("%PDF-");
});

test("the creator asks for more time, and ops gives it", async () => {
  await portal.goto("/portal/home");
  await portal.getByText("Ask for more time").last().click();
  const form = portal.getByRole("form", { name: "Ask for more time for Camp film" });
  await form.getByLabel("Why").fill("The camp is closed until the snow melts.");
  await form.getByRole("button", { name: "Ask" }).click();
  await expect(portal.getByText("You asked for more time")).toBeVisible();

  await ops.goto(path);
  await expect(ops.getByText("“The camp is closed until the snow melts.”")).toBeVisible();
  // The history says amounts and moments as the rest of the page does.
  await expect(ops.getByText("Offer accepted: $2,000.00")).toBeVisible();
  await expect(ops.getByText(/^Until \d+ \w+ \d{4}, \d\d:\d\d (CET|CEST)$/).first()).toBeVisible();
  await ops.getByRole("button", { name: "Give more time" }).click();
  const dialog = ops.getByRole("dialog", { name: "More time for Camp film" });
  await dialog.getByLabel("Words to the creator").fill("Take your time.");
  const known = await mailsTo(email);
  await dialog.getByRole("button", { name: "Give more time" }).click();
  await expect(dialog).toBeHidden();
  await expect(ops.getByText(/More time was given/)).toContainText("Take your time.");
  expect((await mailOf(/More time for/, known)).text).toContain("Take your time.");
});

test("a right that a post gave is decided on, and the decision taken back", async () => {
  test.setTimeout(180_000);
  await portal.goto("/portal/home");
  const form = portal.getByRole("form", { name: "Submit a draft of Trail film" });
  const chooser = portal.waitForEvent("filechooser");
  await form.getByLabel("Draft").click();
  await (await chooser).setFiles({ name: "draft.png", mimeType: "image/png", buffer: picture });
  await form.getByLabel("Caption").fill("A pack of 900 grams for long days. #ad");
  await form.getByRole("button", { name: "Submit the draft" }).click();
  await expect(portal.getByText("In review").first()).toBeVisible();
  // Who is asked depends on what other journeys have set up: whoever is asked approves.
  await expect.poll(async () => {
    const piece = (await partnership()).deliverables.find(({ title }) => title === "Trail film");
    if (piece?.state !== "in_review" || !piece.review_id) return piece?.state;
    for (const person of ["approver", "second_approver", "legal"] as const) {
      const { summary, submission } = await as<Review>(person, `/v1/reviews/${piece.review_id}`);
      // One that was decided a moment ago may still look open; what counts is that the piece gets approved.
      if (summary.mine) await as(person, `/v1/reviews/${piece.review_id}/decisions`, { method: "POST", body: { decision: "approve", submission_id: submission.id } }).catch(() => undefined);
    }
    return piece.state;
  }, { timeout: 90_000 }).toBe("approved_to_post");
  const { url = "" } = await outside("PUT", `/posts/mika-${world().run}`, { author: name, caption: "A pack of 900 grams for long days. #ad" });
  await expect(async () => {
    await portal.goto("/portal/home");
    await expect(portal.getByLabel("Address of your post")).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await portal.getByLabel("Address of your post").fill(url);
  await portal.getByRole("button", { name: "It is posted" }).click();
  await expect.poll(async () => (await as<{ items: unknown[] }>("ops", `/v1/key-dates?kind=rights_end&partnership_id=${path.split("/").at(-1) ?? ""}`)).items.length, { timeout: 60_000 }).toBe(1);

  await ops.goto("/contracts/dates?kind=rights_end");
  const row = ops.getByRole("table", { name: "Key dates" }).getByRole("row").filter({ hasText: name });
  await row.getByRole("button", { name: `Let it end: Usage rights end, ${name}` }).press("Enter");
  await expect(row).toContainText("Ends as agreed");
  await row.getByRole("button", { name: /Take back/ }).press("Enter");
  await expect(row.getByRole("button", { name: /Let it end/ })).toBeVisible();
});

test("a right of one post is extended from its date, and the creator reads until when", async () => {
  const rights = async () => (await as<{ items: { at: string }[] }>("ops", `/v1/key-dates?kind=rights_end&partnership_id=${path.split("/").at(-1) ?? ""}`)).items.map(({ at }) => at);
  const [was] = await rights();
  await ops.goto("/contracts/dates?kind=rights_end");
  const row = ops.getByRole("table", { name: "Key dates" }).getByRole("row").filter({ hasText: name });
  await row.getByRole("button", { name: `Extend: Usage rights end, ${name}` }).press("Enter");
  const dialog = ops.getByRole("dialog", { name: `Amend the contract with ${name}` });
  await expect(dialog.getByRole("textbox", { name: "Usage rights end, Trail film: longer by" })).toBeFocused();
  await expect(dialog.getByRole("region", { name: "What changes" })).toContainText("Usage rights of “Trail film”");
  await tabTo(ops, "button", "Draft the amendment");
  await ops.keyboard.press("Enter");
  await expect(dialog).toBeHidden();

  await ops.goto(path);
  const known = await mailsTo(email);
  await ops.getByRole("link", { name: /C-\d+-A2/ }).click();
  await ops.getByRole("button", { name: "Approve and send for signature" }).press("Enter");
  await ops.getByRole("dialog").getByRole("button", { name: "Approve and send", exact: true }).press("Enter");
  await expect(ops.getByText("Out for signature")).toBeVisible();
  expect(await rights(), "until both have signed nothing moves").toEqual([was]);
  await portal.goto(linkOf(await mailOf(/amend|contract|sign/i, known)));
  await portal.getByRole("link", { name: /Read and sign/ }).click();
  await expect(portal.getByRole("region", { name: "What changes" })).toContainText(/Usage rights of “Trail film”.*until .* instead of until /);
  await sign("Sign the amendment");
  await expect.poll(async () => (await rights()).map((at) => at > (was ?? ""))).toEqual([true]);
});

test("the partnership is ended with its money in sight, and what is owed stays owed", async () => {
  await ops.goto(path);
  await ops.getByRole("button", { name: "End the partnership" }).click();
  const dialog = ops.getByRole("dialog", { name: `End the partnership with ${name}` });
  await expect(dialog.getByRole("region", { name: "Is still paid" })).toContainText("On signature");
  await expect(dialog.getByRole("region", { name: "Is still paid" })).toContainText("$600.00");
  await expect(dialog.getByRole("region", { name: "Is not paid" })).toContainText("At the end");
  await expect(dialog.getByRole("region", { name: "Content" })).toContainText("Camp film");
  await dialog.getByLabel("Reason").fill("The product is off the market.");
  await dialog.getByRole("button", { name: "End the partnership" }).click();
  await expect(dialog).toBeHidden();
  await stageIs("terminated");
  const { milestones } = await partnership();
  expect(milestones.map(({ title, state }) => [title, state])).toEqual([["On signature", "met"], ["At the end", "cancelled"]]);
  const home = (await (await portal.request.get("/v1/portal/home")).json()) as PortalHome;
  expect(home.payments.map(({ title, state }) => [title, state]), "the creator sees the same").toEqual([["On signature", "Earned, on its way"], ["At the end", "Cancelled"]]);
});
