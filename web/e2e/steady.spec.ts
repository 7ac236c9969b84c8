import { type Browser, expect, test } from "@playwright/test";

import config from "../playwright.config";
import { as, cookieOf, type Person, world } from "./house";

// Nothing moves while a page comes: what comes late has its room, or the page waits a moment for it. A window with a scroll bar, as people have it.
test.use({ launchOptions: { ...config.use?.launchOptions, ignoreDefaultArgs: ["--hide-scrollbars"] } });

interface Shift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[];
}

// How much may move in all, as the cumulative layout shift of web.dev counts it.
const most = 0.05;

const one = (list: string, page: string) => async () => {
  const { items: [item] } = await as<{ items: { id: string }[] }>("ops", list);
  if (!item) throw new Error(`${list} has nothing to look at: run the golden path first`);
  return `/${page}/${item.id}`;
};

const pages: { name: string; person: Person; path: string | (() => Promise<string>) }[] = [
  { name: "home", person: "ops", path: "/" },
  { name: "partnerships", person: "ops", path: "/partnerships" },
  { name: "partnerships, filtered", person: "ops", path: "/partnerships?stage=%5B%22active%22%5D&attention=true" },
  { name: "partnerships as a board", person: "ops", path: "/partnerships?as=board" },
  { name: "a partnership", person: "ops", path: one("/v1/partnerships?limit=1&stage=active&stage=wrapping_up&stage=completed", "partnerships") },
  { name: "a partnership in outreach", person: "ops", path: one("/v1/partnerships?limit=1&stage=outreach&stage=unresponsive", "partnerships") },
  { name: "payments", person: "finance_releaser", path: "/payouts" },
  { name: "creators", person: "ops", path: "/creators" },
  { name: "campaigns", person: "ops", path: "/campaigns" },
  { name: "reviews", person: "approver", path: "/reviews?whose=all&state=any" },
  { name: "inbox", person: "ops", path: "/inbox?box=all" },
  { name: "tasks", person: "ops", path: "/tasks?whose=all" },
  { name: "contracts", person: "legal", path: "/contracts" },
];

/** What moved of a page that is opened in a new window, and how much in all. */
async function opened(browser: Browser, person: Person, path: string): Promise<{ moved: number; what: string[] }> {
  const context = await browser.newContext({ baseURL: world().url });
  await context.addCookies([cookieOf(person)]);
  const page = await context.newPage();
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("[aria-busy=true], [data-loading], .mantine-Skeleton-root")).toHaveCount(0);
  const found = await page.evaluate(async () => {
    await document.fonts.ready;
    const seen = await new Promise<Shift[]>((done) => {
      const shifts: Shift[] = [];
      new PerformanceObserver((list) => shifts.push(...(list.getEntries() as Shift[]))).observe({ type: "layout-shift", buffered: true });
      // A frame and a task later everything that was observed before is told.
      requestAnimationFrame(() => setTimeout(() => done(shifts)));
    });
    const name = (node: Node | null) => (node instanceof Element ? `${node.tagName.toLowerCase()}.${node.getAttribute("class") ?? ""}` : node?.nodeName ?? "gone");
    const place = ({ x, y, width, height }: DOMRectReadOnly) => [x, y, width, height].map(Math.round).join(" ");
    return {
      moved: seen.reduce((sum, { value }) => sum + value, 0),
      what: seen.flatMap(({ value, sources }) => sources.map(({ node, previousRect, currentRect }) => `${value.toFixed(4)} ${name(node)} “${node?.textContent?.slice(0, 30) ?? ""}”: ${place(previousRect)} to ${place(currentRect)}`)),
    };
  });
  await context.close();
  return found;
}

for (const { name, person, path } of pages) {
  test(`nothing moves on ${name} while it comes`, async ({ browser }) => {
    const address = typeof path === "string" ? path : await path();
    // On a machine that is busy a page waits in vain now and then and comes in parts; what moves by its making moves each time.
    let least: { moved: number; what: string[] } = { moved: Infinity, what: [] };
    for (let tries = 0; tries < 4 && least.moved > most; tries++) {
      const now = await opened(browser, person, address);
      if (now.moved < least.moved) least = now;
    }
    expect(least.moved, least.what.join("\n")).toBeLessThanOrEqual(most);
  });
}
