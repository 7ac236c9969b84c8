import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

import AxeBuilder from "@axe-core/playwright";
import { type Browser, type BrowserContext, expect, type Page, type Route, test } from "@playwright/test";

import type { Creator, OutsideReview, PartnershipSummary, PayoutBatch, PayoutSummary, PortalDeliverable, PortalHome } from "../src/api/schema";
import { as, cookieOf, mailsTo, type Person, world } from "./house";

// Every page with what the golden path has made, empty and failing, is looked at by axe. RAPPORT_TEST_FULL=1 looks at each of the router's
// routes in each of these states, in both widths and both schemes, and keeps pictures; otherwise each is looked at in two of them.
const full = process.env.RAPPORT_TEST_FULL === "1";

interface Look {
  scheme: "light" | "dark";
  width: 1280 | 640 | 390 | 320;
}

const heights = { 1280: 800, 640: 400, 390: 844, 320: 640 };

const looks: Look[] = full
  ? [{ scheme: "light", width: 1280 }, { scheme: "dark", width: 390 }, { scheme: "dark", width: 1280 }, { scheme: "light", width: 390 }]
  : [{ scheme: "light", width: 1280 }, { scheme: "dark", width: 390 }];

// So many pages would make a long recording.
test.use({ trace: "off" });
test.describe.configure({ mode: "parallel" });

const tags = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"];

type Path = string | (() => Promise<string>);

interface Visit {
  name: string;
  person: Person | null;
  path: Path;
  /** Of the router, where the path does not say it by itself. */
  route?: string;
  /** Brings the page to where it shall be looked at. */
  then?: (page: Page) => Promise<void>;
}

/** Where the first thing of a list is. */
function first(person: Person, list: string, page: string, rest = ""): () => Promise<string> {
  return async () => {
    const { items: [item] } = await as<{ items: { id: string }[] }>(person, list);
    if (!item) throw new Error(`${list} has nothing to look at: run the golden path first`);
    return `/${page}/${item.id}${rest}`;
  };
}

// The router's own list, so that no page is forgotten. The frame of the creator's pages has no page of its own.
const tree = /interface FileRoutesByTo \{([^}]*)\}/.exec(readFileSync("src/routeTree.gen.ts", "utf8"))?.[1] ?? "";
const routes = [...tree.matchAll(/"([^"]+)":/g)].map(([, route = ""]) => route).filter((route) => route !== "/portal");

/** The route that shows a path. */
function routeOf(path: string): string | undefined {
  const [address = ""] = path.split("?");
  const fits = (route: string) => new RegExp(`^${route.replace(/\$\w+/g, "[^/]+")}$`).test(address);
  return routes.find((route) => route === address) ?? routes.find(fits);
}

const visitOf = (route: string) => visits.find((visit) => (visit.route ?? (typeof visit.path === "string" ? routeOf(visit.path) : undefined)) === route);

const partnership = first("ops", "/v1/partnerships?limit=1&stage=active&stage=wrapping_up&stage=completed", "partnerships");
const outreach = first("ops", "/v1/partnerships?limit=1&stage=outreach&stage=unresponsive", "partnerships");
const review = first("approver", "/v1/reviews?limit=1&state=approved", "reviews");

/** The text of a contract that may still change, where the sample world has one just now; else of any, whose page says why it may not. */
const draft = async () => {
  const of = async (query: string) => (await as<{ items: { id: string }[] }>("legal", `/v1/contracts?limit=1${query}`)).items[0]?.id;
  return `/contracts/${await of("&state=internal_approval") ?? await of("") ?? ""}/edit`;
};

/** The thread that was written in last. */
const thread = async () => {
  const { items: [item] } = await as<{ items: { id: string }[] }>("ops", "/v1/threads?limit=1");
  if (!item) throw new Error("no thread to look at: run the golden path first");
  return `/inbox?box=all&thread=${item.id}`;
};

const press = (name: string | RegExp) => async (page: Page) => {
  await page.getByRole("button", { name }).first().click();
  await expect(page.getByRole("dialog")).toBeVisible();
};

/** Which sequences run depends on how far the world has come, so one is said to. */
async function moveSequence(page: Page): Promise<void> {
  const at = { at: "2027-03-01T09:00:00Z", latest: "2027-03-01T09:00:00Z", why: "At once." };
  const send = [{ step: 0, kind: "send", template: "invitation", review: true, ...at }];
  const item = { sequence_id: "00000000-0000-7000-8000-000000000001", name: "Outreach", version: 1, newest_version: 2, step: 0, sent: 0, steps: [{ kind: "send", template: "invitation" }], upcoming: send, zone: "UTC" };
  const runs = /\/v1\/partnerships\/[^/]+\/sequences$/;
  const moves = /\/v1\/partnerships\/[^/]+\/sequence-moves$/;
  await page.route(runs, (route) => route.fulfill({ json: { items: [item] } }));
  await page.route(moves, (route) => route.fulfill({ json: { moved: false, version: 2, step: 0, zone: "UTC", as_is: send, then: [{ step: 1, kind: "stop", ...at }] } }));
  await page.reload();
  await press("Move Outreach to another version")(page);
  await expect(page.getByRole("list", { name: "As it is" })).toBeVisible();
  await page.unroute(runs);
  await page.unroute(moves);
}

/** A draft that somebody outside is asked about; which links are out depends on how far the world has come, so one is said to be. */
async function outsideReview(page: Page): Promise<void> {
  const at = "2027-03-01T09:00:00Z";
  const review: OutsideReview = {
    reviewer_name: "Ines Roth", brand_name: "Northlight", campaign_name: "Autumn", creator_name: "Casey Rowan", deliverable_title: "Trail reel", platform: "instagram", kind: "reel",
    version: 2, caption: "A pack of 900 grams for long days. #ad", brief: "Show the pack on a trail.", stage_name: "Agency", due_at: at, expires_at: at,
    checks: [{ rule: "disclosure", result: "pass", detail: "It says #ad." }, { rule: "claims", result: "warn", detail: "“Long days” is a claim.", fix: "Say how long." }],
    comments: [{ id: "00000000-0000-7000-8000-000000000001", submission_id: "00000000-0000-7000-8000-000000000002", version: 2, author: "Mara Voss", author_kind: "house", internal: false, text: "Louder here", anchor: { kind: "time", seconds: 12 }, created_at: at }],
    state: "open",
  };
  const reads = /\/v1\/outside\/review$/;
  await page.route(reads, (route) => route.fulfill({ json: review }));
  await page.reload();
  await page.getByRole("button", { name: "Approve with corrections" }).click();
  await page.getByRole("textbox", { name: "Correction 1" }).fill("Write grams");
  await page.getByRole("button", { name: "Add a correction" }).click();
  await page.unroute(reads);
}

/** The creator's page while reviews run: who is waited for, corrections, comments, a round to agree to, and a form that asks how a video is marked. */
async function portalInReview(page: Page): Promise<void> {
  const at = "2027-03-01T09:00:00Z";
  const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;
  const content = (n: number, rest: Partial<PortalDeliverable>): PortalDeliverable => ({
    id: id(n), title: `Reel ${n}`, term: 1, platform: "instagram", kind: "reel", state: "awaiting_draft", round: 0, can_submit: false, can_report_post: false, hashtags: [], asks: ["Begin the caption with “Anzeige”.", "Add https://northlight.example/ridgeline"], corrections: [], comments: [], ...rest,
  });
  const home: PortalHome = {
    locale: "en", creator_name: "Casey Rowan", brand_name: "Northlight", campaign_name: "Autumn", brief: "", signed: [], payments: [], others: [], payee_state: "ready", needs_onboarding: false,
    deliverables: [
      content(1, { state: "in_review", waiting: { stage: "Legal", who: ["Mara Voss"], since: at, due_at: at, silence: "It is held", silence_at: at, ahead: ["Brand"] } }),
      content(2, {
        state: "changes_requested", round: 3, round_question: { round: 3, included: 2, fee: { amount: 15_000, currency: "usd" } },
        comments: [{ id: id(4), submission_id: id(5), version: 1, author: "Mara Voss", author_kind: "house", internal: false, text: "Louder here", anchor: { kind: "time", seconds: 12 }, created_at: at }],
      }),
      content(3, { state: "approved_to_post", corrections: [{ id: id(6), text: "Write grams" }, { id: id(7), text: "Tag the brand", done_at: at }] }),
      content(4, { can_submit: true, spoken: true }),
    ],
  };
  const reads = /\/v1\/portal\/home$/;
  await page.route(reads, (route) => route.fulfill({ json: home }));
  await page.reload();
  await page.getByRole("button", { name: "Agree" }).click();
  await page.getByRole("button", { name: /^Answer Mara Voss/ }).click();
  await page.unroute(reads);
}

const visits: Visit[] = [
  { name: "sign-in", person: null, path: "/sign-in" },
  { name: "a forgotten password", person: null, path: "/forgotten" },
  { name: "a password link that ended", person: null, path: "/password/nothing" },
  { name: "home of ops", person: "ops", path: "/" },
  { name: "home of finance", person: "finance_preparer", path: "/" },
  { name: "inbox", person: "ops", path: "/inbox" },
  { name: "all threads", person: "auditor", path: "/inbox?box=all" },
  { name: "a thread", person: "ops", path: thread },
  {
    name: "the keys of the inbox", person: "ops", path: thread,
    then: async (page) => {
      await expect(page.getByRole("form", { name: "Write" })).toBeVisible();
      await page.keyboard.press("?");
      await expect(page.getByRole("dialog")).toContainText("Snooze");
    },
  },
  {
    name: "assign a thread", person: "ops", path: thread,
    then: async (page) => {
      await expect(page.getByRole("form", { name: "Write" })).toBeVisible();
      await page.keyboard.press("a");
      await expect(page.getByRole("dialog").getByRole("option").first()).toBeVisible();
    },
  },
  {
    name: "split a thread", person: "ops", path: thread,
    then: async (page) => {
      await expect(page.getByRole("form", { name: "Write" })).toBeVisible();
      const details = page.getByRole("button", { name: "Details" });
      if (await details.isVisible()) await details.click();
      await page.getByRole("button", { name: "Split…" }).click();
      await expect(page.getByRole("form", { name: "Split the thread" })).toBeVisible();
    },
  },
  { name: "unmatched mail", person: "ops", path: "/inbox?box=unmatched" },
  { name: "tasks", person: "ops", path: "/tasks?whose=all" },
  { name: "partnerships", person: "ops", path: "/partnerships" },
  { name: "a partnership", person: "ops", route: "/partnerships/$id", path: partnership },
  { name: "a partnership in outreach", person: "ops", path: outreach },
  { name: "the live workflow", person: "ops", path: partnership, then: press("Live workflow") },
  { name: "a command", person: "ops", path: partnership, then: press("End the partnership") },
  { name: "a sequence to move", person: "ops", path: partnership, then: moveSequence },
  { name: "campaigns", person: "ops", path: "/campaigns" },
  { name: "a new campaign", person: "ops", path: "/campaigns/new" },
  {
    name: "a bonus in the terms", person: "ops", path: "/campaigns/new",
    then: async (page) => {
      await page.getByRole("button", { name: "Add a bonus" }).click();
      await expect(page.getByRole("textbox", { name: "At least" })).toHaveValue("100,000");
    },
  },
  { name: "a campaign", person: "ops", route: "/campaigns/$id", path: first("ops", "/v1/campaigns?limit=1", "campaigns") },
  { name: "edit a campaign", person: "ops", path: first("ops", "/v1/campaigns?limit=1", "campaigns"), then: press("Edit") },
  { name: "start partnerships", person: "ops", route: "/campaigns/$id/start", path: first("ops", "/v1/campaigns?limit=1", "campaigns", "/start") },
  { name: "creators", person: "ops", path: "/creators" },
  { name: "a creator", person: "ops", route: "/creators/$id", path: first("ops", "/v1/creators?limit=1", "creators") },
  { name: "merge a creator", person: "ops", path: first("ops", "/v1/creators?limit=1", "creators"), then: press("Merge…") },
  {
    name: "import", person: "ops", path: "/creators/import",
    then: async (page) => {
      const chooser = page.waitForEvent("filechooser");
      await page.getByLabel("CSV file").click();
      await (await chooser).setFiles({ name: "creators.csv", mimeType: "text/csv", buffer: Buffer.from("name,email\nKim Sato,kim@creators.example\nNobody,nowhere\n") });
      await expect(page.getByText("Nobody")).toBeVisible();
    },
  },
  { name: "deliverables", person: "ops", path: "/partnerships/deliverables?show=all" },
  { name: "deliverables by state", person: "ops", path: "/partnerships/deliverables?as=board" },
  { name: "key dates", person: "ops", path: "/contracts/dates" },
  { name: "renewals", person: "ops", path: "/contracts/renewals" },
  {
    name: "a renewal", person: "ops",
    path: async () => `/contracts/renewals?selected=${(await as<{ items: { partnership_id: string }[] }>("ops", "/v1/renewals?limit=1")).items[0]?.partnership_id ?? ""}`,
    then: async (page) => expect(page.getByRole("region", { name: "How it went" })).toBeVisible(),
  },
  { name: "lapsed terms", person: "auditor", path: "/reports/lapsed" },
  { name: "the calendar", person: "ops", path: "/calendar" },
  { name: "contracts", person: "legal", path: "/contracts" },
  { name: "a contract", person: "legal", route: "/contracts/$id", path: first("legal", "/v1/contracts?limit=1", "contracts") },
  { name: "a contract's text", person: "legal", route: "/contracts/$id/edit", path: draft },
  { name: "reviews", person: "approver", path: "/reviews?whose=all&state=any" },
  { name: "a review", person: "approver", route: "/reviews/$id", path: review },
  { name: "payments", person: "finance_releaser", path: "/payouts" },
  { name: "money taken back", person: "finance_releaser", path: "/reversals" },
  { name: "reconciliation", person: "finance_releaser", path: "/reconciliation" },
  { name: "a payment", person: "finance_releaser", route: "/payouts/$id", path: first("finance_releaser", "/v1/payouts?limit=1&state=paid", "payouts") },
  { name: "reports", person: "auditor", path: "/reports" },
  { name: "history", person: "auditor", path: "/reports/history" },
  { name: "statements", person: "finance_preparer", path: "/reports/statements" },
  {
    name: "a statement", person: "finance_preparer",
    path: async () => `/reports/statements?creator=${(await as<{ items: { creator: { id: string } }[] }>("finance_preparer", "/v1/payouts?limit=1&state=paid")).items[0]?.creator.id ?? ""}&from=2020-01-01`,
  },
  { name: "year to date", person: "auditor", path: "/reports/year" },
  { name: "books", person: "auditor", path: "/reports/books" },
  { name: "accounts in other books", person: "finance_preparer", path: "/reports/books", then: async (page) => page.getByRole("button", { name: "Edit" }).click() },
  { name: "approve together", person: "finance_releaser", path: "/payouts/batch" },
  { name: "past batches", person: "finance_preparer", path: "/payouts/batches" },
  { name: "a batch", person: "finance_preparer", route: "/payouts/batches/$id", path: batch },
  { name: "approvals of payments", person: "admin", path: "/settings/brands", then: press("Approvals of payments") },
  { name: "settings", person: "admin", path: "/settings" },
  { name: "outreach settings", person: "admin", path: "/settings/outreach" },
  {
    name: "a new sequence", person: "ops", path: "/settings/outreach",
    then: async (page) => {
      await page.getByRole("button", { name: "New sequence" }).click();
      await page.getByRole("combobox", { name: "Starts" }).selectOption("silence");
      await page.getByRole("combobox", { name: "Step 2", exact: true }).selectOption("branch");
      await page.getByRole("textbox", { name: "Value of step 2" }).fill("DE");
      await page.getByRole("button", { name: "Show", exact: true }).click();
      const found = page.getByRole("list", { name: "What would happen" });
      await expect(found).toContainText("Sends “Invitation”");
      await expect(found).toContainText("Chooses how to go on");
    },
  },
  {
    name: "edit a mail", person: "ops", path: "/settings/outreach",
    then: async (page) => {
      await page.locator("summary", { hasText: "Invitation" }).first().click();
      await page.getByRole("button", { name: "Edit Invitation" }).click();
      await expect(page.getByRole("form", { name: "Edit Invitation" })).toBeVisible();
    },
  },
  {
    name: "a new mail", person: "ops", path: "/settings/outreach",
    then: async (page) => {
      await page.getByRole("button", { name: "New mail" }).click();
      await page.getByRole("textbox", { name: "Subject" }).fill("A question");
      await page.getByRole("combobox", { name: "Creator" }).click();
      await page.getByRole("listbox").getByRole("option").first().click(); // on a phone the settings are options too
      await page.getByRole("button", { name: "Preview", exact: true }).click();
      await expect(page.getByRole("region", { name: "As it would arrive" })).toContainText("A question");
    },
  },
  { name: "search", person: "ops", path: "/search?q=brief" },
  { name: "review settings", person: "admin", path: "/settings/reviews" },
  {
    name: "a new policy", person: "admin", path: "/settings/reviews?policy=new",
    then: async (page) => {
      await expect(page.getByRole("button", { name: /save/i }).first()).toBeVisible();
    },
  },
  { name: "contract settings", person: "legal", path: "/settings/contracts" },
  {
    name: "a new contract template", person: "legal", path: "/settings/contracts",
    then: async (page) => {
      await page.getByRole("button", { name: "New template" }).click();
      await page.getByRole("button", { name: "Preview a sample contract" }).click();
      await expect(page.getByText("COLLABORATION AGREEMENT")).toBeVisible();
    },
  },
  { name: "a clause", person: "legal", path: "/settings/contracts/00000000-0000-7000-8000-000000000310" },
  {
    name: "a copy of a clause", person: "legal", path: "/settings/contracts/00000000-0000-7000-8000-000000000310",
    then: async (page) => {
      await page.getByRole("button", { name: /^Copy to/ }).click();
      await expect(page.getByLabel("Title")).toBeVisible();
    },
  },
  { name: "standing in", person: "approver", path: "/settings/delegations" },
  { name: "mail", person: "admin", path: "/settings/mail" },
  { name: "creator fields", person: "admin", path: "/settings/fields" },
  { name: "calendars", person: "admin", path: "/settings/calendars" },
  { name: "brands", person: "admin", path: "/settings/brands" },
  { name: "people", person: "admin", path: "/settings/people" },
  { name: "sign-in settings", person: "finance_releaser", path: "/settings/sign-in" },
  { name: "notification settings", person: "finance_releaser", path: "/settings/notifications", then: (page) => expect(page.getByRole("heading", { name: "When mails come" })).toBeVisible() },
  { name: "tokens", person: "admin", path: "/settings/tokens" },
  {
    name: "the tour", person: "approver", path: "/",
    then: async (page) => {
      await expect(page.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();
      await page.keyboard.press("?");
      await page.getByRole("dialog").getByRole("button", { name: "Show me around" }).click();
      const step = page.getByRole("dialog", { name: "Home: what needs you" });
      await step.getByRole("button", { name: "Next" }).click();
      await expect(page.getByRole("heading", { name: "Reviews: what you decide" })).toBeFocused();
    },
  },
  { name: "the palette", person: "ops", path: "/", then: press("Search or jump to") },
  { name: "no such page", person: "ops", path: "/nowhere" },
  { name: "no such partnership", person: "ops", path: "/partnerships/00000000-0000-7000-8000-000000000000" },
  { name: "the creator's page", person: null, route: "/portal/home", path: portalLink, then: (page) => page.waitForURL("**/portal/home") },
  {
    name: "the creator's contract", person: null, route: "/portal/contracts/$id", path: portalLink,
    then: async (page) => {
      await page.getByRole("link", { name: "Read the contract" }).click();
      await expect(page.getByRole("heading", { level: 1, name: /^Contract/ })).toBeVisible();
    },
  },
  {
    name: "the creator's statement", person: null, route: "/portal/statement", path: portalLink,
    then: async (page) => {
      await page.waitForURL("**/portal/home");
      await page.goto("/portal/statement");
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    },
  },
  { name: "a dead link", person: null, path: "/portal/nothing" },
  { name: "the creator's page in review", person: null, path: "/portal/home", then: portalInReview },
  { name: "an outside review", person: null, path: "/review/one", then: outsideReview },
  { name: "a dead outside link", person: null, path: "/review/nothing" },
];

/** A batch whose only payment is refused, because it is paid. */
async function batch(): Promise<string> {
  const { items } = await as<{ items: PayoutSummary[] }>("finance_preparer", "/v1/payouts?limit=1&state=paid");
  const approve = items.map(({ id, amount }) => ({ payout_id: id, amount }));
  const made = await as<PayoutBatch>("finance_preparer", "/v1/payout-batches", { method: "POST", body: { brand_id: items[0]?.brand_id, part: "preparer", approve, exclude: [] } });
  return `/payouts/batches/${made.id}`;
}

/** The newest link that was mailed to the creator of the golden path. */
async function portalLink(): Promise<string> {
  const { summary } = await as<{ summary: PartnershipSummary }>("ops", `/v1${await partnership()}`);
  const { contacts } = await as<Creator>("ops", `/v1/creators/${summary.creator.id}`);
  const links = (await mailsTo(contacts[0]?.email ?? "")).flatMap((mail) => mail.links?.find((link) => link.includes("/portal/")) ?? []);
  const link = links.at(-1);
  if (!link) throw new Error("the creator was never sent a link");
  return link;
}

interface Seat {
  page: Page;
  context: BrowserContext;
  /** What the browser complained of since the page was opened. */
  said: string[];
}

// A browser for each look and person, so that the programs of the pages are loaded once.
const seats = new Map<string, Seat>();

// What axe found, page by page. Several processes look at the pages, and each leaves its part of the figures.
const looked: number[] = [];
const figures = new URL("../../bench/axe.json", import.meta.url);
const parts = new URL("../../test-results/axe/", import.meta.url);

test.afterAll(async () => {
  await Promise.all([...seats.values()].map(({ context }) => context.close()));
  seats.clear();
  if (looked.length === 0) return;
  mkdirSync(parts, { recursive: true });
  writeFileSync(new URL(`${process.ppid}-${test.info().workerIndex}.json`, parts), JSON.stringify(looked));
  const all: number[] = [];
  for (const name of readdirSync(parts)) {
    // Those of an earlier run are not this one's.
    if (!name.startsWith(`${process.ppid}-`)) rmSync(new URL(name, parts), { force: true });
    else all.push(...(JSON.parse(readFileSync(new URL(name, parts), "utf8")) as number[]));
  }
  writeFileSync(figures, `${JSON.stringify({ axe_pages: all.length, axe_violations: all.reduce((sum, n) => sum + n, 0) }, null, 2)}\n`);
});

async function seat(browser: Browser, person: Person | null, { scheme, width }: Look): Promise<Seat> {
  const key = `${person ?? ""} ${scheme} ${width}`;
  let found = seats.get(key);
  if (!found) {
    const context = await browser.newContext({ baseURL: world().url, colorScheme: scheme, viewport: { width, height: heights[width] }, hasTouch: width === 390 });
    if (person) await context.addCookies([cookieOf(person)]);
    const page = await context.newPage();
    const said: string[] = [];
    page.on("pageerror", (error) => said.push(String(error)));
    page.on("console", (message) => {
      // Answers that are no yes are asked for here, and the pages show them.
      if (message.type() === "error" && !/^(Failed to load resource|Problem:)/.test(message.text())) said.push(message.text());
    });
    found = { page, context, said };
    seats.set(key, found);
  }
  found.said.length = 0;
  await found.page.setViewportSize({ width, height: heights[width] });
  return found;
}

async function check({ page, said }: Seat, name: string, look: Look): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("[aria-busy=true], [data-loading], .mantine-Skeleton-root")).toHaveCount(0);
  if (full) await page.screenshot({ path: `../test-results/pages/${name.replace(/\W+/g, "-")}-${look.width}-${look.scheme}.png`, fullPage: true });
  // Where a page happens to be scrolled to, a bar that stays lies over half of something; in a window as tall as the page over nothing.
  const tall = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: look.width, height: Math.max(heights[look.width], Math.min(tall, 10_000)) });
  // The pages have no frames, so the slower way through them is not needed.
  const { violations } = await new AxeBuilder({ page }).withTags(tags).setLegacyMode().analyze();
  looked.push(violations.reduce((sum, { nodes }) => sum + nodes.length, 0));
  expect(violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`) }))).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), "nothing sticks out at the side").toBeLessThanOrEqual(0);
  expect(said, "nothing broke in the browser").toEqual([]);
}

for (const look of looks) {
  test.describe(`${look.scheme} at ${look.width}`, () => {
    for (const { name, person, path, then } of visits) {
      test(name, async ({ browser }) => {
        const at = await seat(browser, person, look);
        await at.page.goto(typeof path === "string" ? path : await path());
        await then?.(at.page);
        await check(at, name, look);
      });
    }
  });
}

test("every route of the router is looked at", () => {
  expect(routes.length).toBeGreaterThan(40);
  expect(routes.filter((route) => !visitOf(route))).toEqual([]);
});

// What a page reads, but who is signed in and the stream of what changed. What the portal and an outside review are opened with acts, and is no GET.
const anything = /^\/v1\/(?!session$|stream)/;

/** Every list answers that it has nothing, whatever its page asks for; what is one thing stays as it is. */
async function nothing(read: Route): Promise<void> {
  const answer = await read.fetch();
  const body: unknown = answer.ok() && answer.headers()["content-type"]?.includes("json") ? await answer.json() : undefined;
  if (typeof body !== "object" || body === null || !("items" in body)) return read.fulfill({ response: answer });
  await read.fulfill({ response: answer, json: { ...body, items: [], next_cursor: undefined, count: "count" in body ? 0 : undefined } });
}

const refused = { status: 503, json: { title: "Not available", status: 503, detail: "The database does not answer. Nothing was lost; try again in a minute." } };
const refuse = (read: Route) => read.fulfill(refused);

/** The empty lists of a page that do not say in a sentence what would be there, or lead nobody on: by a link or a button in them or in the head of their section. */
function mute(leads: boolean): string[] {
  return [...document.querySelectorAll("[data-empty]")].filter((box) => box.checkVisibility()).flatMap((box) => {
    const title = box.querySelector("h1, div")?.textContent ?? "";
    const says = box.querySelector("p")?.textContent ?? "";
    const way = box.querySelector("a[href], button") ?? box.closest("section")?.firstElementChild?.querySelector("a[href], button");
    return title && says.length > 10 && (way || !leads) ? [] : [`“${title}” ${says.length > 10 ? "leads nobody on" : "says nothing more"}`];
  });
}

// A page with no list of its own has nothing to be empty, a page that reads nothing cannot fail to.
const noList = /^\/(campaigns\/new|creators\/import|calendar|reports|settings|settings\/(contracts\/\$id|mail|notifications|reviews|sign-in)|payouts\/\$id|reviews\/\$id|contracts\/\$id|contracts\/\$id\/edit|campaigns\/\$id)$/;
const readsNothing = /^\/(sign-in|forgotten|password\/\$token|portal\/\$token|campaigns\/new|creators\/import|search)$/;

const states: { state: string; shown: Look; names: RegExp; answer: (read: Route) => Promise<void> }[] = [
  { state: "empty", shown: { scheme: "light", width: 1280 }, names: /^\/(inbox|tasks|partnerships|campaigns|creators|contracts|reviews|payouts|reports\/(history|year|books))$/, answer: nothing },
  { state: "failing", shown: { scheme: "dark", width: 390 }, names: /^\/(|inbox|partnerships)$/, answer: refuse },
];

for (const { state, shown, names, answer } of states) {
  for (const look of full ? looks : [shown]) {
    test.describe(`${state}, ${look.scheme} at ${look.width}`, () => {
      for (const route of routes) {
        const visit = visitOf(route);
        // A creator's page is never empty: without an answer it has nobody to greet.
        if (!visit || (full ? state === "empty" && visit.person === null : !names.test(route))) continue;
        test(route, async ({ browser }) => {
          const at = await seat(browser, visit.person, look);
          const { page } = at;
          const path = state === "failing" ? route.replace(/\$\w+/g, "00000000-0000-7000-8000-000000000000") : typeof visit.path === "string" ? visit.path : await visit.path();
          const reads = (url: URL) => anything.test(url.pathname);
          await page.route(reads, (read) => (read.request().method() === "GET" ? answer(read).catch(() => undefined) : state === "failing" ? refuse(read) : read.continue()));
          try {
            await page.goto(path);
            await check(at, `${state} ${route}`, look);
            if (state === "empty") {
              if (!noList.test(route)) await expect(page.locator("main [data-empty]").first(), "the page says that it has nothing").toBeVisible();
              // What is one thing, such as a partnership, is itself what somebody goes on with.
              expect(await page.evaluate(mute, !route.includes("$"))).toEqual([]);
            } else if (!readsNothing.test(route)) {
              await expect(page.getByText("The database does not answer.").first()).toBeVisible();
              const again = page.waitForRequest((request) => reads(new URL(request.url())));
              await page.getByRole("button", { name: /^(Try again|Noch einmal)/ }).first().click();
              await again;
            }
          } finally {
            await page.unroute(reads);
          }
        });
      }
    });
  }
}

/** What a narrow page hides: it scrolls sideways itself, or a box of it does that is no table, or what is in a box is cut. */
function hidden(): string[] {
  const found: string[] = [];
  const name = (node: Element) => `${node.tagName.toLowerCase()} “${node.textContent.trim().slice(0, 40)}”`;
  // Both are read by scrolling in two directions, which WCAG 1.4.10 allows.
  const twoWays = (node: Element) => node.tagName === "PRE" || node.querySelector("table, [role=grid]") !== null;
  if (document.documentElement.scrollWidth > window.innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} pixels wide`);
  for (const node of document.querySelectorAll("body *")) {
    const { width, height, left, right } = node.getBoundingClientRect();
    if (width <= 1 || height <= 1 || !node.checkVisibility() || node.closest("svg, iframe, option, input, textarea, select, [class*=Switch-track]")) continue;
    const { overflowX, position, textOverflow } = getComputedStyle(node);
    const wider = node.scrollWidth - node.clientWidth;
    if (wider > 1 && ["auto", "scroll"].includes(overflowX) && !twoWays(node)) found.push(`${name(node)} scrolls by ${wider}`);
    if (wider > 1 && ["hidden", "clip"].includes(overflowX) && textOverflow !== "ellipsis") found.push(`${name(node)} is cut by ${wider}`);
    if ((right > window.innerWidth + 1 || left < -1) && position !== "fixed") {
      let box = node.parentElement;
      while (box && getComputedStyle(box).overflowX === "visible") box = box.parentElement;
      if (!box) found.push(`${name(node)} is outside, ${Math.round(left)} to ${Math.round(right)}`);
    }
  }
  return found;
}

/** What moves for longer than a blink although the person asked for less motion. */
function moving(): string[] {
  const seconds = (list: string) => Math.max(...list.split(",").map((one) => parseFloat(one) * (one.trim().endsWith("ms") ? 0.001 : 1)));
  return [...document.querySelectorAll("body, body *")].flatMap((node) => {
    const { transitionDuration, animationName, animationDuration } = getComputedStyle(node);
    const took = Math.max(seconds(transitionDuration), animationName === "none" ? 0 : seconds(animationDuration));
    return took > 0.1 ? [`${node.tagName.toLowerCase()}.${node.getAttribute("class") ?? ""}: ${took} s`] : [];
  });
}

// Design: what somebody looks up while they read stands beside the history, or before it where there is no room.
for (const width of [1280, 390] as const) {
  test(`the deal stands ${width === 1280 ? "beside" : "before"} the history at ${width}`, async ({ browser }) => {
    const { page } = await seat(browser, "ops", { scheme: "light", width });
    await page.goto(await partnership());
    const box = async (name: string) => {
      const found = await page.getByRole("region", { name, exact: true }).boundingBox();
      if (!found) throw new Error(`${name} is not shown`);
      return found;
    };
    const [history, money, contacts, waiting] = [await box("History"), await box("Money"), await box("Contacts"), await box("Waiting for")];
    if (width === 1280) {
      expect(money.x).toBeGreaterThanOrEqual(history.x + history.width);
      expect(waiting.x + waiting.width).toBeLessThanOrEqual(history.x);
      expect(money.y).toBe((await box("Next")).y);
    } else {
      expect(waiting.y).toBeLessThan(money.y);
      expect(contacts.y).toBeLessThan(history.y);
    }
  });
}

// WCAG 1.4.10: half of 1280 pixels is a page at 200 %, 320 one at 400 %.
const narrow = /^\/(|inbox|partnerships|partnerships\/\$id|reviews\/\$id|payouts|settings\/people)$/;

for (const width of [640, 320] as const) {
  test.describe(`reflow at ${width}`, () => {
    for (const route of routes) {
      const visit = visitOf(route);
      if (!visit || (!full && !narrow.test(route))) continue;
      test(route, async ({ browser }) => {
        const at = await seat(browser, visit.person, { scheme: "light", width });
        await at.page.goto(typeof visit.path === "string" ? visit.path : await visit.path());
        if (visit.person === null) await visit.then?.(at.page);
        await expect(at.page.getByRole("heading", { level: 1 })).toBeVisible();
        await expect(at.page.locator("[aria-busy=true], [data-loading], .mantine-Skeleton-root")).toHaveCount(0);
        if (full) await at.page.screenshot({ path: `../test-results/pages/reflow-${route.replace(/\W+/g, "-")}-${width}.png`, fullPage: true });
        expect(await at.page.evaluate(hidden), "nothing is hidden at the side").toEqual([]);
        expect(await at.page.evaluate(moving), "nothing moves").toEqual([]);
      });
    }
  });
}
