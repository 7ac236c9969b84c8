import { type Browser, type BrowserContext, expect, type Page, test } from "@playwright/test";

import type { Campaign, FundsList, Partnership } from "../src/api/schema";
import { ageProof, as, codeOf, credentials, killWorker, type Mail, mailsTo, outside, type Person, world } from "./house";

// One partnership from the import of its creator to the renewal, clicked through by the people who do it, each in a browser of
// their own. Only what happens outside of Rapport goes by the sandbox: the creator's mail and the post on the platform.
test.describe.configure({ mode: "serial" });

const phone = { width: 390, height: 844 };

let run: string;
let creator: { name: string; email: string };
let campaign: string;
let partnership: string; // address of its page
let review: string; // address of the first review's page
const contexts: BrowserContext[] = [];
const seats = new Map<Person, Page>();
let portal: Page;

test.beforeAll(async ({ browser }) => {
  run = world().run;
  creator = { name: `Casey Rowan ${run}`, email: `casey-${run}@creators.example` };
  campaign = `Autumn trails ${run}`;
  portal = await open(browser, phone);
});

test.afterAll(async () => {
  await Promise.all(contexts.map((context) => context.close()));
});

async function open(browser: Browser, viewport?: { width: number; height: number }): Promise<Page> {
  const context = await browser.newContext({ baseURL: world().url, ...(viewport && { viewport, hasTouch: true }) });
  contexts.push(context);
  return context.newPage();
}

/** The page of one of the house, who signs in when first needed. */
async function seat(browser: Browser, person: Person, path: string): Promise<Page> {
  let page = seats.get(person);
  if (!page) {
    page = await open(browser);
    seats.set(person, page);
    const { email, password } = credentials(person);
    await page.goto(path);
    await page.getByLabel("E-mail").fill(email);
    await page.getByRole("textbox", { name: "Password" }).fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    if (person.startsWith("finance")) {
      await page.getByLabel("Code").fill(codeOf(person, -1));
      await page.getByRole("button", { name: "Sign in" }).click();
    }
    await expect(page.getByRole("navigation", { name: "Places" })).toBeVisible();
  } else {
    await page.goto(path);
  }
  return page;
}

/** The newest mail with such a subject that was not there before; to the creator unless somebody else is named. */
async function mailOf(subject: RegExp, known: Mail[] = [], to = creator.email): Promise<Mail> {
  const old = new Set(known.map(({ id }) => id));
  const find = async () => (await mailsTo(to)).findLast((mail) => !old.has(mail.id) && subject.test(mail.subject));
  await expect.poll(find, { message: `a mail about ${subject.source}`, timeout: 40_000 }).toBeDefined();
  const mail = await find();
  if (!mail) throw new Error("the mail is gone");
  return mail;
}

const portalLink = (mail: Mail): string => {
  const link = mail.links?.find((address) => address.includes("/portal/"));
  if (!link) throw new Error(`the mail "${mail.subject}" has no link to the creator's page`);
  return link;
};

/** Has a code mailed and enters it. */
async function enterCode(page: Page): Promise<void> {
  const known = await mailsTo(creator.email);
  await page.getByRole("button", { name: "Mail me a code" }).click();
  const field = page.getByLabel("Code from the mail");
  await expect(field).toBeVisible();
  const code = /\b\d{6}\b/.exec((await mailOf(/code/i, known)).text)?.[0] ?? "";
  await field.fill(code);
}

test("ops imports creators and sees what every row would do first", async ({ browser }) => {
  const page = await seat(browser, "ops", "/creators/import");
  const csv = [
    "name,handle,platform,email,country,followers,tags",
    `${creator.name},@casey${run},youtube,${creator.email},US,48000,hiking`,
    `Jules Amadi ${run},@jules${run},instagram,jules-${run}@creators.example,DE,91000,camping`,
    `Robin Vale ${run},@robin${run},youtube,not an address,US,1200,hiking`,
    `Casey again,@casey${run},youtube,${creator.email},US,48000,hiking`,
  ].join("\r\n");
  const chooser = page.waitForEvent("filechooser");
  await page.getByLabel("CSV file").click();
  await (await chooser).setFiles({ name: "creators.csv", mimeType: "text/csv", buffer: Buffer.from(`\uFEFF${csv}\r\n`) });

  const rows = page.getByRole("table", { name: "Rows of the file" });
  await expect(rows.getByRole("row").filter({ hasText: "Robin Vale" })).toContainText(/invalid/i);
  await expect(rows.getByRole("row").filter({ hasText: "Casey again" })).toContainText("The same creator as in row 1");
  await page.getByRole("button", { name: "Import 2 rows" }).click();
  await expect(page.getByText("3. What was done")).toBeVisible();

  await page.getByRole("link", { name: "Go to the creators" }).click();
  await expect(page.getByRole("table", { name: "Creators" }).getByRole("link", { name: creator.name })).toBeVisible();
});

test("ops creates a campaign", async ({ browser }) => {
  const page = await seat(browser, "ops", "/campaigns/new");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill(campaign);
  await page.getByLabel("Brief").fill("Show the pack on a trail you like. Say what it weighs.");
  await page.getByRole("textbox", { name: "Budget", exact: true }).fill("10000");
  await page.getByRole("textbox", { name: "Usual fee", exact: true }).fill("2400");
  const money = page.getByRole("group", { name: "When money is owed" });
  await money.getByLabel("Paid after").nth(2).fill("0");
  // The decision on the renewal is due 90 days before the end, so that of a term this long is due at once.
  await page.getByLabel("Runs for").fill("90");
  await expect(page.getByText("Shares sum to 100 %")).toBeVisible();
  await page.getByRole("button", { name: "Create campaign" }).click();
  await expect(page.getByRole("heading", { level: 1, name: campaign })).toBeVisible();
});

test("ops starts partnerships, and the invitation goes out", async ({ browser }) => {
  const page = await seat(browser, "ops", "/campaigns");
  await page.getByRole("link", { name: campaign }).click();
  await page.getByRole("link", { name: "Start partnerships" }).first().click();
  await page.getByLabel("Search creators").fill(run);
  await page.getByLabel(`Choose ${creator.name}`).check();
  await page.getByLabel(`Choose Jules Amadi ${run}`).check();
  await page.getByRole("button", { name: "Start…" }).click();
  await page.getByRole("button", { name: "Start 2 partnerships" }).click();
  await expect(page.getByText("2 partnerships started")).toBeVisible();

  await page.goto("/partnerships");
  await page.getByRole("table", { name: "Partnerships" }).getByRole("link", { name: creator.name }).click();
  await expect(page.getByRole("heading", { level: 1, name: creator.name })).toBeVisible();
  partnership = new URL(page.url()).pathname;
  await expect(page.getByText("Sends the first follow-up")).toBeVisible();
  await mailOf(/./);
});

test("the creator's reply stops the outreach", async ({ browser }) => {
  const page = await seat(browser, "ops", partnership);
  await expect(stage(page, "Outreach")).toBeVisible();
  await outside("POST", `/mail/${(await mailOf(/./)).id}/reply`, { text: "I would love to. What do you have in mind?" });
  // Nothing is loaded again: the open page changes by itself.
  await expect(stage(page, "In conversation")).toBeVisible();
  await expect(page.getByText("I would love to.").first()).toBeVisible();
});

test("ops takes the thread and answers it with keys alone", async ({ browser }) => {
  const page = await seat(browser, "ops", "/inbox");
  await expect(page.getByRole("navigation", { name: "Boxes" }).getByRole("link", { name: "Waiting" })).toHaveAttribute("aria-current", "page");
  const row = page.getByRole("list", { name: "Threads" }).getByRole("link", { name: creator.name });
  await expect(row).toContainText(/Answer by|Overdue since/);
  await row.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Messages" })).toContainText("I would love to.");

  await page.keyboard.press("a");
  await expect(page.getByRole("dialog").getByRole("option", { name: /\(you\)/ })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Yours" })).toBeVisible();

  const known = await mailsTo(creator.email);
  await page.keyboard.press("r");
  await page.keyboard.type("A video on a trail of your choice. The offer follows.");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("region", { name: "Messages" })).toContainText("A video on a trail of your choice.");
  expect((await mailOf(/./, known)).text).toContain("The offer follows.");
  await page.getByRole("navigation", { name: "Boxes" }).getByRole("link", { name: "Waiting" }).click();
  await expect(row).toBeHidden();
});

/** Somebody writes to us about nothing that we know of. */
async function stranger(from: string, text: string): Promise<void> {
  const known = await mailOf(/./);
  const domain = known.reply_to?.split("@")[1] ?? "";
  const nowhere = `<${crypto.randomUUID()}@elsewhere.example>`;
  await outside("POST", `/mail/${known.id}/reply`, { from, to: `hello@${domain}`, subject: "A question", text, headers: { "In-Reply-To": nowhere, References: nowhere } });
}

test("a mail that names nothing of ours waits until ops files it", async ({ browser }) => {
  const page = await seat(browser, "ops", "/inbox?box=unmatched");
  await stranger(`agent-${run}@elsewhere.example`, `I write for Casey Rowan ${run}.`);
  await stranger(`nobody-${run}@elsewhere.example`, "Do you still look for creators?");
  const mail = page.getByRole("listitem", { name: `Mail from agent-${run}@elsewhere.example` });
  await expect(mail).toBeVisible();
  await mail.getByRole("combobox", { name: "Belongs to" }).fill(creator.name);
  await page.getByRole("option", { name: new RegExp(creator.name) }).click();
  await mail.getByRole("button", { name: "File it" }).click();
  await expect(mail).toBeHidden();
  await page.goto(partnership);
  await expect(page.getByText(`I write for Casey Rowan ${run}.`).first()).toBeVisible();
});

test("ops makes an offer, the creator accepts it on a phone", async ({ browser }) => {
  const page = await seat(browser, "ops", partnership);
  const known = await mailsTo(creator.email);
  await page.getByRole("button", { name: "Make an offer" }).click();
  const dialog = page.getByRole("dialog", { name: `Offer to ${creator.name}` });
  await expect(dialog.getByRole("textbox", { name: "Fee", exact: true })).toHaveValue(/2.?400/);
  await dialog.getByLabel("Message").fill("One video on a trail of your choice.");
  await dialog.getByRole("button", { name: "Send offer" }).click();
  await expect(dialog).toBeHidden();
  await expect(stage(page, "Negotiating")).toBeVisible();

  await portal.goto(portalLink(await mailOf(/offer/i, known)));
  await expect(portal.getByRole("heading", { level: 1, name: `Hello ${creator.name}` })).toBeVisible();
  await portal.getByRole("button", { name: "Accept the offer" }).click();
  await portal.getByRole("button", { name: "Yes, accept" }).click();
  await expect(portal.getByText("Accepted")).toBeVisible();
  await expect(stage(page, "Contract out")).toBeVisible();
});

test("ops sends the contract, the creator signs with a mailed code", async ({ browser }) => {
  const page = await seat(browser, "ops", partnership);
  await page.getByRole("link", { name: "Send the contract" }).click();
  await page.getByRole("button", { name: "Approve and send for signature" }).click();
  const known = await mailsTo(creator.email);
  await page.getByRole("dialog").getByRole("button", { name: "Approve and send" }).click();
  await expect(page.getByText("Out for signature")).toBeVisible();

  await portal.goto(portalLink(await mailOf(/contract|sign/i, known)));
  await portal.getByRole("link", { name: "Read and sign" }).click();
  await portal.getByLabel("Your full name").fill("Casey Rowan");
  await portal.getByLabel("I have read the whole text and agree to it").check();
  await enterCode(portal);
  await portal.getByRole("button", { name: "Sign the contract" }).click();
  await expect(portal.getByRole("heading", { level: 1, name: `Hello ${creator.name}` })).toBeVisible();
  await expect(page.getByText("Executed").first()).toBeVisible();
});

test("the worker is killed, and nothing is lost", async ({ browser }) => {
  killWorker();
  const page = await seat(browser, "ops", partnership);
  await expect(stage(page, "Active")).toBeVisible();
  await expect(page.getByRole("list", { name: "Milestones" })).toContainText("After verification");
});

test("the creator gives a bank account on Stripe's page", async () => {
  await portal.reload();
  await portal.getByRole("button", { name: "Add your bank account" }).click();
  await enterCode(portal);
  await portal.getByRole("button", { name: "Go on to Stripe" }).click();
  await expect(portal.getByRole("heading", { name: "Set up payouts" })).toBeVisible();
  await portal.getByRole("button", { name: "Submit" }).click();
  await expect(async () => {
    await portal.goto("/portal/home");
    await expect(portal.getByText("Ready to be paid")).toBeVisible({ timeout: 2_000 });
  }).toPass();
});

/** The creator hands in a version. */
async function submit(button: string, caption: string, then = "In review"): Promise<void> {
  const form = portal.getByRole("form", { name: /^Submit a draft/ });
  await expect(async () => {
    await portal.goto("/portal/home");
    await expect(form.getByRole("button", { name: button })).toBeVisible({ timeout: 2_000 });
  }).toPass();
  const chooser = portal.waitForEvent("filechooser");
  await form.getByLabel("Draft").click();
  await (await chooser).setFiles({ name: "draft.png", mimeType: "image/png", buffer: picture });
  await form.getByLabel("Caption").fill(caption);
  await form.getByRole("button", { name: button }).click();
  await expect(portal.getByText(then).first()).toBeVisible();
}

test("the machine checks send a draft back before anybody is asked", async ({ browser }) => {
  await submit("Submit the draft", "A pack for long days.", "Changes requested");
  await expect(portal.getByText(/does not say that this is paid/i).first()).toBeVisible();
  const page = await seat(browser, "approver", "/reviews");
  await expect(page.getByText("No content waits for your decision")).toBeVisible();
});

test("the approver requests changes from a mail on a phone; a second decision is refused with who decided", async ({ browser }) => {
  const { email, password } = credentials("approver");
  const known = await mailsTo(email);
  await submit("Submit the new version", "A pack for long days. #ad");

  const page = await open(browser, phone);
  const asked = await mailOf(/Please decide/, known, email);
  await page.goto(asked.links?.find((address) => address.includes("/reviews/")) ?? "");
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("A pack for long days.")).toBeVisible();
  await expect(page.getByRole("img", { name: "Draft, version 2" })).toBeVisible();
  review = new URL(page.url()).pathname;

  const other = await seat(browser, "second_approver", review);

  await expect(page.getByRole("button", { name: "Request changes" })).toBeInViewport();
  await page.getByRole("button", { name: "Request changes" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("What must change").fill("Please say what the pack weighs.");
  await dialog.getByRole("button", { name: "Request changes" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("Please say what the pack weighs.").first()).toBeVisible();

  // The other approver's page has heard of it; a client that has not is refused.
  const refused = await other.evaluate(async (path) => {
    const { submission } = (await (await fetch(path)).json()) as { submission: { id: string } };
    const answer = await fetch(`${path}/decisions`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
      body: JSON.stringify({ decision: "approve", submission_id: submission.id }),
    });
    return { status: answer.status, detail: ((await answer.json()) as { detail: string }).detail };
  }, `/v1${review}`);
  expect(refused.status).toBe(409);
  expect(refused.detail).toContain("Theo Okafor");
});

test("an outside reviewer decides by a mailed link, once, without an account", async ({ browser }) => {
  const client = { name: "Nora Client", email: `nora-${run}@client.example` };
  const { summary } = await as<Partnership>("ops", `/v1${partnership}`);
  const brand_id = summary.brand_id;
  const { id: reviewer_id } = await as<{ id: string }>("admin", "/v1/outside-reviewers", { method: "POST", body: { brand_id, ...client } });
  const stage = { rule: "any", starts: "after_previous", deadline_days: 60, on_reject: "creator" };
  await as("admin", "/v1/policies", {
    method: "POST",
    body: {
      brand_id, name: `Client first ${run}`, when: { platforms: ["youtube"] },
      stages: [
        { ...stage, name: "Client", approvers: [{ kind: "outside", reviewer_id }] },
        { ...stage, name: "Brand", approvers: [{ kind: "role", role: "approver" }] },
        { ...stage, name: "Legal", approvers: [{ kind: "role", role: "legal" }], legal: true },
      ],
    },
  });
  await submit("Submit the new version", "A pack of 900 grams for long days. #ad");

  const page = await open(browser, phone);
  const mail = await mailOf(/asks for your decision/, [], client.email);
  const link = mail.links?.find((address) => address.includes("/review/")) ?? "";
  await page.goto(link);
  await expect(page.getByText("A pack of 900 grams")).toBeVisible();
  await page.getByRole("button", { name: "Approve with corrections" }).click();
  await page.getByRole("textbox", { name: "Correction 1" }).fill("Write “900 g”.");
  await page.getByRole("button", { name: /^(Send|Approve)/ }).last().click();
  await expect(page.getByText(/You approved this version|decision was taken/).first()).toBeVisible();
  await page.goto(link);
  await expect(page.getByRole("button", { name: "Approve", exact: true })).toBeHidden();

  // The creator sees whose turn it is now.
  await expect(async () => {
    await portal.goto("/portal/home");
    await expect(portal.getByText("Theo Okafor")).toBeVisible({ timeout: 2_000 });
  }).toPass();
});

test("approver and legal approve the new version with keys alone", async ({ browser }) => {

  for (const person of ["approver", "legal"] as const) {
    const page = await seat(browser, person, "/");
    await expect(page.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    const link = page.getByRole("table", { name: "Reviews" }).getByRole("link", { name: creator.name });
    await expect(link).toBeVisible();
    while (!(await link.evaluate((node) => node === document.activeElement))) await page.keyboard.press("j");
    await page.keyboard.press("o");
    await expect(page.getByText("A pack of 900 grams")).toBeVisible();
    await page.keyboard.press("a");
    await expect(page.getByRole("dialog").getByRole("button", { name: "Approve", exact: true })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog")).toBeHidden();
    await expect(page.getByRole("listitem").filter({ hasText: "approved" }).first()).toBeVisible();
  }
});

test("the creator posts, and the post is verified", async ({ browser }) => {
  const { url = "" } = await outside("PUT", `/posts/casey-${run}`, { author: creator.name, caption: "A pack of 900 grams for long days. #ad" });
  const correction = portal.getByRole("checkbox", { name: /900 g/ });
  await expect(async () => {
    await portal.goto("/portal/home");
    await expect(correction).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await correction.click();
  await expect(correction).toBeChecked();
  const address = portal.getByLabel("Address of your post");
  await expect(address).toBeVisible();
  await address.fill(url);
  await portal.getByRole("button", { name: "It is posted" }).click();

  const page = await seat(browser, "ops", partnership);
  await expect(page.getByText("Verified").first()).toBeVisible();
});

/** Releases a payment as one of a batch, with the keys; the proof that was given for the ones before still holds. */
async function releaseTogether(page: Page, milestone: string): Promise<void> {
  await page.goto("/payouts/batch");
  const row = page.getByRole("table", { name: "Payments to approve" }).getByRole("row").filter({ hasText: creator.name }).filter({ hasText: milestone });
  await row.getByRole("link", { name: creator.name }).focus();
  await page.keyboard.press("x");
  await expect(row.getByRole("checkbox")).toBeChecked();
  await page.keyboard.press("a");
  await page.getByRole("dialog").getByRole("button", { name: /^Approve .*\d/ }).click();
  await expect(page.getByRole("heading", { name: "Approved together as releaser" })).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: /Approved/ })).toBeVisible();
}

test("two people of finance approve, and the money arrives", async ({ browser }) => {
  const { summary } = await as<Partnership>("finance_preparer", `/v1${partnership}`);
  const path = `/v1/brands/${summary.brand_id}`;
  await as("finance_preparer", `${path}/top-ups`, { method: "POST", body: { amount: { amount: 500_000, currency: "usd" } } });
  await expect.poll(async () => (await as<FundsList>("finance_preparer", `${path}/funds`)).items[0]?.available.amount ?? 0).toBeGreaterThanOrEqual(240_000);

  const preparer = await seat(browser, "finance_preparer", "/payouts");
  const releaser = await seat(browser, "finance_releaser", "/payouts");
  let asked = ageProof("finance_releaser");
  for (const milestone of ["On signature", "On approval", "After verification"]) {
    for (const [page, part] of [[preparer, "preparer"], [releaser, "releaser"]] as const) {
      if (milestone === "After verification" && part === "releaser") {
        await releaseTogether(page, milestone);
        continue;
      }
      await page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Payments" }).click();
      await page.getByRole("table", { name: "Payouts" }).getByRole("row").filter({ hasText: creator.name }).filter({ hasText: milestone }).getByRole("link", { name: creator.name }).click();
      await page.getByRole("button", { name: `Approve as ${part}` }).click();
      await page.getByRole("dialog").getByRole("button", { name: /^Approve .*\d/ }).click();
      if (part === "releaser" && asked) {
        // The proof of the sign-in has run out: a wrong code changes nothing, a right one goes on with what was asked.
        const proof = page.getByRole("dialog", { name: "Prove that it is you" });
        await proof.getByLabel("Code").fill("000000");
        await proof.getByRole("button", { name: "Go on" }).click();
        await expect(proof.getByText(/This code is wrong/)).toBeVisible();
        await proof.getByLabel("Code").fill(codeOf("finance_releaser"));
        await proof.getByRole("button", { name: "Go on" }).click();
        asked = false; // it holds for the next ones
      }
      await expect(page.getByRole("dialog")).toHaveCount(0);
    }
    await expect(releaser.getByText("Paid", { exact: true }).first()).toBeVisible();
    if (milestone !== "After verification") await expect(releaser.getByText(/^tr_/).first()).toBeVisible();
  }

  await portal.goto("/portal/home");
  const payments = portal.getByRole("region", { name: "Payments" });
  await expect(payments.getByText(/^paid/i)).toHaveCount(3);
});

test("ops decides on the renewal, and the creator agrees", async ({ browser }) => {
  const page = await seat(browser, "ops", partnership);
  await expect(page.getByRole("region", { name: "Waiting for" })).toContainText("Decide on the renewal");
  const known = await mailsTo(creator.email);
  await page.getByRole("button", { name: "Offer a renewal" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Send offer" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();

  await portal.goto(portalLink(await mailOf(/go on/, known)));
  await portal.getByRole("button", { name: "Accept the offer" }).click();
  await portal.getByRole("button", { name: "Yes, accept" }).click();
  await expect(page.getByText("Agreed").first()).toBeVisible();
});

test("the creator who never answered got a follow-up by the timer", async () => {
  const { items } = await as<{ items: Campaign[] }>("ops", `/v1/campaigns?q=${run}`);
  expect(items).toHaveLength(1);
  await expect.poll(async () => (await mailsTo(`jules-${run}@creators.example`)).length, { timeout: 80_000 }).toBeGreaterThanOrEqual(2);
});

const stage = (page: Page, word: string) => page.getByRole("main").getByText(word, { exact: true }).first();

// A picture of four by four points.
const picture = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAEElEQVR4nGNg6PgPRwzEcQCukw/x0F8jngAAAABJRU5ErkJggg==",
  "base64",
);
