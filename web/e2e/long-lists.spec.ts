import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";

import { type Browser, expect, type Page, test } from "@playwright/test";

import type { Campaign, Session } from "../src/api/schema";
import { as, cookieOf, world } from "./house";

// Lists of more rows than one answer has. The partnerships are rows of the database alone: no workflow runs for them, and they are gone afterwards.
const many = 230;

test.describe.configure({ mode: "serial" });

let campaign: Campaign;

const sql = (input: string) => execFileSync("psql", [world().database, "-v", "ON_ERROR_STOP=1", "-q"], { input });

test.beforeAll(async () => {
  test.skip(world().database === "", "the database is somebody else's");
  const { brands: [brand] } = await as<Session>("ops", "/v1/session");
  const terms = {
    deliverables: [{ title: "Film", platform: "instagram", kind: "video", draft_due_days: 10, publish_days: 5 }], revision_rounds: 1, duration_days: 90, notice_days: 10,
    milestones: [{ title: "On signature", trigger: "signature", percent: 100, net_days: 0 }],
  };
  campaign = await as<Campaign>("ops", "/v1/campaigns", {
    method: "POST",
    body: { brand_id: brand?.brand_id, name: `Crowd ${randomUUID()}`, budget: { amount: 100_000, currency: "usd" }, starts_on: "2027-01-01", ends_on: "2027-12-31", default_fee: { amount: 1_000, currency: "usd" }, terms },
  });
  sql(`create temp table crowd as select n, gen_random_uuid() as creator from generate_series(1, ${many}) n;
    insert into creators (id, name, country) select creator, 'Person ' || to_char(n, 'FM000'), 'US' from crowd;
    insert into creator_accounts (id, creator_id, platform, handle) select gen_random_uuid(), creator, 'instagram', '@' || creator from crowd;
    insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage, paused, updated_at)
      select gen_random_uuid(), g.brand_id, g.id, c.creator, g.owner_id, 'completed', n % 7 = 0, timestamptz '2026-01-01' - n * interval '1 hour' from crowd c, campaigns g where g.id = '${campaign.id}';`);
});

test.afterAll(() => {
  if (world().database === "") return;
  sql(`create temp table crowd as select creator_id from partnerships where campaign_id = '${campaign.id}';
    delete from partnerships where campaign_id = '${campaign.id}';
    delete from creator_accounts where creator_id in (select creator_id from crowd);
    delete from creators where id in (select creator_id from crowd);`);
});

async function open(browser: Browser, width: 1280 | 390): Promise<Page> {
  const context = await browser.newContext({ baseURL: world().url, viewport: { width, height: width === 390 ? 844 : 800 }, hasTouch: width === 390 });
  await context.addCookies([cookieOf("ops")]);
  const page = await context.newPage();
  await page.goto(`/partnerships?campaign=${campaign.id}`);
  await expect(page.getByRole("link", { name: "Person 001" })).toBeVisible();
  return page;
}

const rows = (page: Page) => page.locator("[data-row]");

/** The places of the rows that can be seen, the first and the last. */
const inSight = (page: Page) => page.evaluate(() => {
  const seen = [...document.querySelectorAll<HTMLElement>("[data-row]")].filter((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return bottom > 0 && top < window.innerHeight;
  }).map((row) => Number(row.dataset.row));
  return [seen[0] ?? -1, seen.at(-1) ?? -1] as const;
});

for (const width of [1280, 390] as const) {
  test(`rows come by scrolling, and only those near are in the page, at ${width}`, async ({ browser }) => {
    const page = await open(browser, width);
    // What else goes on in the world would mark the list as changed, in the place of how many are shown.
    await page.getByRole("button", { name: "Live: pause the updates" }).click();
    await expect(rows(page)).toHaveCount(50);
    await page.mouse.move(width / 2, 400);
    let [first, last] = await inSight(page);
    while (last < many - 1) {
      const from = await page.evaluate(() => window.scrollY);
      await page.mouse.wheel(0, 1_500);
      // At its end the page waits for the next rows.
      await expect.poll(() => page.evaluate(() => window.scrollY), { message: "it goes on" }).toBeGreaterThan(from);
      await expect.poll(async () => (await inSight(page))[0], { message: "no hole that stays, and no step back" }).toBeGreaterThanOrEqual(first);
      expect(await page.evaluate(() => window.scrollY) - from, "nothing is passed over").toBeLessThan(3_500);
      [first, last] = await inSight(page);
    }
    await expect(page.getByText(`${many} shown`)).toBeVisible();
    await expect(page.getByRole("link", { name: "Person 230" })).toBeVisible();
    expect(await rows(page).count()).toBeLessThan(100);
    if (width === 1280) await expect(page.getByRole("table", { name: "Partnerships" })).toHaveAttribute("aria-rowcount", String(many + 1));
    else await expect(rows(page).last()).toHaveAttribute("aria-posinset", String(many));

    // Whoever opens a row in the middle comes back to it.
    const row = page.getByRole("link", { name: "Person 150" });
    await expect(async () => {
      if ((await inSight(page))[0] > 146) await page.mouse.wheel(0, -400);
      await expect(row).toBeInViewport({ timeout: 100 });
    }).toPass({ intervals: [0] });
    await row.hover(); // which brings it out from under a bar
    const [before] = await inSight(page);
    await row.click();
    await expect(page.getByRole("heading", { level: 1, name: "Person 150" })).toBeVisible();
    await page.goBack();
    await expect(row).toBeInViewport();
    const [after] = await inSight(page);
    expect(Math.abs(after - before), "the same place").toBeLessThanOrEqual(1);
    await page.context().close();
  });
}

test("all that match are chosen, more than are loaded, and the command says how many", async ({ browser }) => {
  const page = await open(browser, 1280);
  await page.getByRole("checkbox", { name: "Choose all rows of this page" }).check();
  const bar = page.getByRole("group", { name: "Chosen partnerships" });
  await expect(bar).toContainText("50 chosen");
  await bar.getByRole("button", { name: `Select all ${many} that match` }).click();
  await expect(bar).toContainText(`All ${many} that match are chosen`);
  await bar.getByRole("button", { name: "Pause…" }).click();
  const dialog = page.getByRole("dialog", { name: `Pause ${many} partnerships` });
  await expect(dialog.getByRole("button", { name: `Pause ${many} partnerships` })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await page.context().close();
});

test("the keyboard walks to rows that are loaded on the way, up again, and back to the row that it opened", async ({ browser }) => {
  const page = await open(browser, 1280);
  const at = () => page.evaluate(() => Number(document.activeElement?.closest<HTMLElement>("[data-row]")?.dataset.row ?? -1));
  for (let now = await at(); now < 119; ) {
    await page.keyboard.press("j");
    const next = await at();
    // At the last row that is loaded the next ones are on their way.
    if (next === now) await expect.poll(() => page.getByText(/^\d+ shown$/).textContent()).not.toBe(`${now + 1} shown`);
    now = next;
  }
  const row = page.getByRole("link", { name: "Person 120" });
  await expect(row).toBeFocused();
  await expect(row).toBeInViewport();
  for (let n = 0; n < 30; n++) await page.keyboard.press("k");
  const upper = page.getByRole("link", { name: "Person 090" });
  await expect(upper).toBeFocused();
  const bar = await page.getByRole("region", { name: "Brand, search and you" }).boundingBox();
  expect((await upper.boundingBox())?.y, "not under the bar").toBeGreaterThanOrEqual(bar?.height ?? Infinity);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Person 090" })).toBeVisible();
  await page.goBack();
  await expect(upper).toBeInViewport();
  expect(await rows(page).count()).toBeLessThan(100);
  await page.context().close();
});
