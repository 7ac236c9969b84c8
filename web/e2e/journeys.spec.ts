import { type Browser, type BrowserContext, expect, type Locator, type Page, test } from "@playwright/test";

import type { Campaign, Creator, FundsList, Partnership, PayoutSummary, Session } from "../src/api/schema";
import { ageProof, as, codeOf, cookieOf, type Mail, mailsTo, outside, type Person, world } from "./house";

// The six things that are done most, at a desk by keys alone and on a phone by taps. Whatever lies between them goes by the API.

const picture = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAEElEQVR4nGNg6PgPRwzEcQCukw/x0F8jngAAAABJRU5ErkJggg==", "base64");

const looks = [
  { at: "at a desk by keys", viewport: { width: 1280, height: 800 }, hasTouch: false },
  { at: "on a phone by taps", viewport: { width: 390, height: 844 }, hasTouch: true },
];

const hasFocus = (wanted: Locator) => wanted.evaluate((node) => node === document.activeElement);

/** Whether the middle of what has the focus can be seen: not outside of the window, and not below a bar. */
const inSight = (wanted: Locator) => wanted.evaluate((node) => {
  const { left, right, top, bottom } = node.getBoundingClientRect();
  const seen = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  // A box that is drawn by something else is covered by it.
  return seen !== null && (node.contains(seen) || seen.contains(node) || node.parentElement?.contains(seen) === true);
});

/** Goes on with Tab, once around the page. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await expect(wanted).toBeVisible();
  for (let pressed = 0; pressed < 250; pressed++) {
    if (await hasFocus(wanted)) {
      await expect.poll(() => inSight(wanted), { message: "what has the focus can be seen" }).toBe(true);
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${String(wanted)}`);
}

for (const { at, viewport, hasTouch } of looks) {
  test.describe(at, () => {
    // A form is walked through by many keys.
    test.describe.configure({ mode: "serial", timeout: 240_000 });

    let name: string;
    let email: string;
    let campaign: string;
    let path: string; // of the partnership, in the API and on the pages
    let portal: Page;
    const contexts: BrowserContext[] = [];
    const pages = new Map<Person, Page>();

    async function open(browser: Browser): Promise<Page> {
      const context = await browser.newContext({ baseURL: world().url, viewport, hasTouch });
      contexts.push(context);
      return context.newPage();
    }

    /** The page of somebody of the house, at Home. */
    async function seat(browser: Browser, person: Person): Promise<Page> {
      let page = pages.get(person);
      if (!page) {
        page = await open(browser);
        await page.context().addCookies([cookieOf(person)]);
        pages.set(person, page);
      }
      await page.goto("/");
      await expect(page.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();
      return page;
    }

    /** Presses what can be pressed: with Tab and Enter, or with a finger. */
    async function press(page: Page, wanted: Locator, key = "Enter"): Promise<void> {
      if (hasTouch) return wanted.tap();
      await tabTo(page, wanted);
      await page.keyboard.press(key);
    }

    /** Writes into a field, in place of what is there. */
    async function write(page: Page, field: Locator, words: string): Promise<void> {
      if (hasTouch) await field.tap();
      else await tabTo(page, field);
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.type(words);
    }

    /** Goes to a place: by its two keys, or by the bar at the foot of a phone. */
    async function goTo(page: Page, place: string, keys: string): Promise<void> {
      if (hasTouch) {
        const bar = page.getByRole("navigation", { name: "Main places" });
        const tab = bar.getByRole("link", { name: place });
        if (await tab.isVisible()) await tab.tap();
        else {
          await bar.getByRole("button", { name: "Menu" }).tap();
          await page.getByRole("dialog").getByRole("link", { name: place }).tap();
        }
      } else for (const key of keys.split(" ")) await page.keyboard.press(key);
      await expect(page.getByRole("heading", { level: 1, name: place })).toBeVisible();
    }

    /** After a step the next key must still do something on the page, and nothing may stick out at its side. */
    async function staysInReach(page: Page): Promise<void> {
      await expect(page.getByRole("dialog")).toHaveCount(0);
      if (!hasTouch) await expect.poll(() => page.evaluate(() => document.activeElement?.tagName), { message: "the focus is not lost" }).not.toBe("BODY");
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), "nothing sticks out at the side").toBeLessThanOrEqual(0);
    }

    /** The newest mail to the creator with such a subject that was not there before. */
    async function mailOf(subject: RegExp, known: Mail[] = []): Promise<Mail> {
      const old = new Set(known.map(({ id }) => id));
      let found: Mail | undefined;
      await expect.poll(async () => (found = (await mailsTo(email)).findLast((mail) => !old.has(mail.id) && subject.test(mail.subject))), { message: `a mail about ${subject.source}`, timeout: 60_000 }).toBeDefined();
      if (!found) throw new Error("the mail is gone");
      return found;
    }

    const linkOf = (mail: Mail): string => mail.links?.find((address) => address.includes("/portal/")) ?? "";
    const partnership = () => as<Partnership>("ops", `/v1${path}`);
    const stageIs = (stage: string) => expect.poll(async () => (await partnership()).summary.stage, { timeout: 60_000 }).toBe(stage);
    const post = <T,>(person: Person, to: string, body: unknown) => as<T>(person, to, { method: "POST", body });

    async function enterCode(page: Page): Promise<void> {
      const known = await mailsTo(email);
      await press(page, page.getByRole("button", { name: "Mail me a code" }));
      const field = page.getByLabel("Code from the mail");
      await expect(field).toBeFocused();
      await page.keyboard.type(/\b\d{6}\b/.exec((await mailOf(/code/i, known)).text)?.[0] ?? "");
    }

    test.beforeAll(async ({ browser }) => {
      const run = `${world().run}${hasTouch ? "p" : "d"}`;
      name = `Noa Lind ${run}`;
      email = `noa-${run}@creators.example`;
      campaign = `Winter paths ${run}`;
      await post<Creator>("ops", "/v1/creators", { name, country: "US", accounts: [{ platform: "instagram", handle: `@noa${run}` }], contacts: [{ role: "creator", email }] });
      portal = await open(browser);
    });

    test.afterAll(async () => {
      await Promise.all(contexts.map((context) => context.close()));
    });

    test("create a campaign and start it", async ({ browser }) => {
      const page = await seat(browser, "ops");
      if (hasTouch) {
        await goTo(page, "Campaigns", "g c");
        await press(page, page.getByRole("link", { name: "Create campaign" }).first());
      } else {
        await page.keyboard.press("Control+k");
        await expect(page.getByRole("combobox", { name: "Search or jump to" })).toBeFocused();
        await page.keyboard.type("create a camp");
        await expect(page.getByRole("option", { name: "Create a campaign" })).toHaveAttribute("aria-selected", "true");
        await page.keyboard.press("Enter");
      }
      await expect(page.getByRole("heading", { level: 1, name: "Create campaign" })).toBeVisible();
      await staysInReach(page);

      // What is left out is said at the field, which gets the keyboard.
      await press(page, page.getByRole("button", { name: "Create campaign" }));
      await expect(page.locator("[aria-invalid=true]").first()).toBeFocused();

      await write(page, page.getByRole("textbox", { name: "Name", exact: true }), campaign);
      await write(page, page.getByLabel("Brief"), "Show the pack on a path you like.");
      await write(page, page.getByRole("textbox", { name: "Budget", exact: true }), "10000");
      await write(page, page.getByRole("textbox", { name: "Usual fee", exact: true }), "2000");
      const platform = page.getByRole("combobox", { name: "Platform" }).first();
      if (hasTouch) await platform.selectOption("instagram");
      else {
        await tabTo(page, platform);
        await page.keyboard.type("inst");
      }
      await expect(platform).toHaveValue("instagram");
      await write(page, page.getByLabel("Draft after"), "60");
      await write(page, page.getByLabel("Publish after"), "30");
      await press(page, page.getByRole("button", { name: "Create campaign" }));
      await expect(page.getByRole("heading", { level: 1, name: campaign })).toBeVisible();
      await staysInReach(page);

      await press(page, page.getByRole("link", { name: "Start partnerships" }).first());
      await expect(page.getByRole("heading", { level: 1, name: "Start partnerships" })).toBeVisible();
      await staysInReach(page);
      await write(page, page.getByLabel("Search creators"), name);
      await expect(page, "who was chosen before the words are searched for is not chosen after").toHaveURL(/[?&]q=/);
      await press(page, page.getByLabel(`Choose ${name}`), "Space");
      await press(page, page.getByRole("button", { name: "Start…" }));
      await press(page, page.getByRole("button", { name: "Start 1 partnership" }));
      await expect(page.getByText("1 partnership started")).toBeVisible();
      await press(page, page.getByRole("link", { name: "See how they go on" }));
      await expect(page.getByRole("heading", { level: 1, name: campaign })).toBeVisible();
      await staysInReach(page);

      const { items: [made] } = await as<{ items: Campaign[] }>("ops", `/v1/campaigns?q=${encodeURIComponent(campaign)}`);
      const { items: [one] } = await as<{ items: { id: string }[] }>("ops", `/v1/partnerships?campaign_id=${made?.id ?? ""}`);
      path = `/partnerships/${one?.id ?? ""}`;
    });

    test("answer a reply in the inbox", async ({ browser }) => {
      await outside("POST", `/mail/${(await mailOf(/./)).id}/reply`, { text: "What would you pay?" });
      await stageIs("in_conversation");
      const page = await seat(browser, "ops");
      await goTo(page, "Inbox", "g i");
      const row = page.getByRole("list", { name: "Threads" }).getByRole("link", { name: new RegExp(name) });
      await press(page, row);
      const thread = page.getByRole("region", { name: `Thread with ${name}` });
      await expect(thread.getByText("What would you pay?").last()).toBeVisible();
      const field = thread.getByRole("textbox", { name: "Write to the creator" });
      if (hasTouch) await field.tap();
      else await page.keyboard.press("r");
      await expect(field).toBeFocused();
      await page.keyboard.type("Two thousand, for one film.");
      if (hasTouch) await thread.getByRole("button", { name: "Send mail" }).tap();
      else await page.keyboard.press("Control+Enter");
      await expect(thread.getByRole("region", { name: "Messages" }).getByText("Two thousand, for one film.")).toBeVisible();
      await expect(field).toHaveValue("");
      await staysInReach(page);
      await expect.poll(async () => (await mailsTo(email)).some(({ text }) => text.includes("Two thousand, for one film.")), { timeout: 60_000 }).toBe(true);
    });

    test("sign a contract", async () => {
      await post("ops", `/v1${path}/offers`, { fee: { amount: 200_000, currency: "usd" } });
      await portal.goto(linkOf(await mailOf(/offer/i)));
      await press(portal, portal.getByRole("button", { name: "Accept the offer" }));
      await press(portal, portal.getByRole("button", { name: "Yes, accept" }));
      await stageIs("contract_out");
      await staysInReach(portal);
      await expect.poll(async () => (await partnership()).contract?.id).toBeDefined();
      const id = (await partnership()).contract?.id ?? "";
      const { consent } = await as<{ consent?: string }>("ops", `/v1/contracts/${id}`);
      await post("ops", `/v1/contracts/${id}/send`, { consent });

      await portal.goto(linkOf(await mailOf(/contract|sign/i)));
      await press(portal, portal.getByRole("link", { name: "Read and sign" }));
      await expect(portal.getByRole("heading", { level: 1, name: /^Contract/ })).toBeVisible();
      await staysInReach(portal);
      await write(portal, portal.getByLabel("Your full name"), "Noa Lind");
      // Who goes on with Enter has not signed yet, and is not refused without a word either.
      await portal.keyboard.press("Enter");
      await press(portal, portal.getByLabel(/I have read the whole text/), "Space");
      await enterCode(portal);
      await press(portal, portal.getByRole("button", { name: "Sign the contract" }));
      await expect(portal.getByRole("heading", { level: 1, name: `Hello ${name}` })).toBeVisible();
      await staysInReach(portal);
      await stageIs("active");
    });

    test("resolve a conflict in the calendar", async ({ browser }) => {
      const { summary } = await partnership();
      const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
      // Their day may still be yesterday's.
      await post("ops", `/v1/creators/${summary.creator.id}/absences`, { from: day(-1), to: day(1) });
      const page = await seat(browser, "ops");
      await goTo(page, "Calendar", "g l");
      const lane = page.getByRole("region", { name: "Conflicts" });
      const conflict = lane.getByRole("listitem").filter({ hasText: name }).filter({ has: page.getByRole("button", { name: /^Let it stand/ }) });
      await expect(conflict.first()).toBeVisible();
      const words = (await conflict.first().getByRole("button").getAttribute("aria-label")) ?? "";
      await press(page, page.getByRole("button", { name: words }));
      const dialog = page.getByRole("dialog", { name: "Let a conflict stand" });
      await expect(dialog.getByRole("textbox", { name: "Reason" })).toBeFocused();
      await page.keyboard.type("They film before they leave.");
      await press(page, dialog.getByRole("button", { name: "Let it stand" }));
      await expect(lane.getByText(/They film before they leave/).first()).toBeVisible();
      await staysInReach(page);
    });

    test("decide a review", async ({ browser }) => {
      const form = portal.getByRole("form", { name: /^Submit a draft/ });
      await expect(async () => {
        await portal.goto("/portal/home");
        await expect(form).toBeVisible({ timeout: 3_000 });
      }).toPass();
      const chooser = portal.waitForEvent("filechooser");
      await press(portal, form.getByLabel("Draft"));
      await (await chooser).setFiles({ name: "draft.png", mimeType: "image/png", buffer: picture });
      await write(portal, form.getByLabel("Caption"), "A pack of 900 grams for long days. #ad");
      await press(portal, form.getByRole("button", { name: "Submit the draft" }));
      await expect(portal.getByText("In review").first()).toBeVisible();
      await staysInReach(portal);

      const page = await seat(browser, "approver");
      const list = page.getByRole(hasTouch ? "list" : "table", { name: "Reviews" });
      const link = list.getByRole("link", { name });
      await expect.poll(async () => (await partnership()).deliverables[0]?.state, { timeout: 60_000 }).toBe("in_review");
      await goTo(page, "Reviews", "g r");
      await expect(link).toBeVisible();
      if (hasTouch) await link.tap();
      else {
        for (let pressed = 0; pressed < 60 && !(await hasFocus(link)); pressed++) await page.keyboard.press("j");
        await page.keyboard.press("o");
      }
      await expect(page.getByText("A pack of 900 grams")).toBeVisible();
      await staysInReach(page);
      if (hasTouch) await page.getByRole("button", { name: "Approve", exact: true }).tap();
      else await page.keyboard.press("a");
      const approve = page.getByRole("dialog").getByRole("button", { name: "Approve", exact: true });
      await expect(approve).toBeFocused();
      await press(page, approve);
      await expect(page.getByRole("listitem").filter({ hasText: "approved" }).first()).toBeVisible();
      await staysInReach(page);
    });

    test("release a payment with the second factor", async ({ browser }) => {
      await portal.goto("/portal/home");
      await press(portal, portal.getByRole("button", { name: "Add your bank account" }));
      await enterCode(portal);
      await press(portal, portal.getByRole("button", { name: "Go on to Stripe" }));
      await expect(portal.getByRole("heading", { name: "Set up payouts" })).toBeVisible();
      await portal.getByRole("button", { name: "Submit" }).press("Enter");

      const { brands: [brand] } = await as<Session>("finance_preparer", "/v1/session");
      await post("finance_preparer", `/v1/brands/${brand?.brand_id ?? ""}/top-ups`, { amount: { amount: 500_000, currency: "usd" } });
      await expect.poll(async () => (await as<FundsList>("finance_preparer", `/v1/brands/${brand?.brand_id ?? ""}/funds`)).items[0]?.available.amount ?? 0, { timeout: 60_000 }).toBeGreaterThanOrEqual(60_000);
      let payout: PayoutSummary | undefined;
      await expect.poll(async () => {
        payout = (await as<{ items: PayoutSummary[] }>("finance_preparer", `/v1/payouts?partnership_id=${path.split("/").at(-1) ?? ""}`)).items.find(({ milestone_title }) => milestone_title === "On signature");
        return payout?.state;
      }, { timeout: 60_000 }).toBe("awaiting_approval");
      // The code may have been taken a moment ago; the next one comes within half a minute.
      await expect(async () => {
        await post("finance_preparer", "/v1/session/step-up", { code: codeOf("finance_preparer") });
      }).toPass({ timeout: 60_000, intervals: [5_000] });
      await post("finance_preparer", `/v1/payouts/${payout?.id ?? ""}/approvals`, { part: "preparer", amount: payout?.amount });

      const asked = ageProof("finance_releaser");
      const page = await seat(browser, "finance_releaser");
      await goTo(page, "Payments", "g m");
      const list = page.getByRole(hasTouch ? "list" : "table", { name: "Payouts" });
      const link = list.getByRole(hasTouch ? "listitem" : "row").filter({ hasText: name }).filter({ hasText: "On signature" }).getByRole("link", { name });
      await press(page, link);
      await expect(page.getByRole("heading", { level: 1, name: new RegExp(name) })).toBeVisible();
      await staysInReach(page);
      if (hasTouch) await page.getByRole("button", { name: "Approve as releaser" }).tap();
      else await page.keyboard.press("a");
      const approve = page.getByRole("dialog").getByRole("button", { name: /^Approve .*\d/ });
      await expect(approve).toBeFocused();
      await press(page, approve);
      if (asked) {
        const proof = page.getByRole("dialog", { name: "Prove that it is you" });
        const code = proof.getByLabel("Code");
        await expect(code).toBeFocused();
        await page.keyboard.type("000000");
        await press(page, proof.getByRole("button", { name: "Go on" }));
        await expect(proof.getByText(/This code is wrong/)).toBeVisible();
        // The code may have been taken a moment ago, at the desk.
        await expect(async () => {
          await write(page, code, codeOf("finance_releaser"));
          await page.keyboard.press("Enter");
          await expect(proof).toBeHidden({ timeout: 3_000 });
        }).toPass({ timeout: 60_000, intervals: [5_000] });
      }
      await expect(page.getByText("Paid", { exact: true }).first()).toBeVisible({ timeout: 60_000 });
      await staysInReach(page);
    });
  });
}
