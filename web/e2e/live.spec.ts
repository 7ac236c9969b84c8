import { createServer, connect, type AddressInfo, type Server, type Socket } from "node:net";

import { type Browser, type BrowserContext, expect, type Page, test } from "@playwright/test";

import type { Campaign, Session, User } from "../src/api/schema";
import { as, cookieOf, credentials, mailsTo, world } from "./house";

// What one person does is seen by the others without a reload, also after their network was away, and whoever leaves leaves in all tabs.

const contexts: BrowserContext[] = [];

test.afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});

async function open(browser: Browser, url = world().url): Promise<Page> {
  const context = await browser.newContext({ baseURL: url });
  contexts.push(context);
  return context.newPage();
}

async function seat(browser: Browser, person: "ops" | "admin", path: string, url?: string): Promise<Page> {
  const page = await open(browser, url);
  await page.context().addCookies([cookieOf(person)]);
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  return page;
}

const notLive = (page: Page) => page.getByText("Not live");

const usd = (amount: number) => ({ amount, currency: "usd" });
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** A campaign that begins to exist now. */
async function makeCampaign(name: string): Promise<Campaign> {
  const { brands: [brand] } = await as<Session>("ops", "/v1/session");
  const terms = {
    deliverables: [{ title: "Film", platform: "instagram", kind: "video", draft_due_days: 10, publish_days: 5 }], revision_rounds: 1, duration_days: 90, notice_days: 10,
    milestones: [{ title: "On signature", trigger: "signature", percent: 100, net_days: 0 }],
  };
  return as<Campaign>("ops", "/v1/campaigns", { method: "POST", body: { brand_id: brand?.brand_id, name, budget: usd(100_000), starts_on: day(0), ends_on: day(90), default_fee: usd(1_000), terms } });
}

/** A wire to the installation that can be cut: what is open breaks, and nothing new gets through until it is mended. */
class Wire {
  private readonly open = new Set<Socket>();
  private whole = true;
  private readonly server: Server = createServer((near) => {
    if (!this.whole) return near.destroy();
    const far = connect(Number(new URL(world().url).port), "127.0.0.1");
    for (const [one, other] of [[near, far], [far, near]] as const) {
      this.open.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.open.delete(one);
        other.destroy();
      });
    }
  });

  async lay(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  cut(): void {
    this.whole = false;
    for (const socket of this.open) socket.destroy();
  }

  mend(): void {
    this.whole = true;
  }

  end(): void {
    this.cut();
    this.server.close();
  }
}

test("two browsers see each other's changes without a reload", async ({ browser }) => {
  const { run } = world();
  const campaign = await makeCampaign(`Lakes ${run}`);
  const one = await seat(browser, "ops", `/campaigns/${campaign.id}`);
  const other = await seat(browser, "admin", `/campaigns/${campaign.id}`);
  const loads: string[] = [];
  for (const page of [one, other]) {
    await expect(notLive(page)).toHaveCount(0);
    page.on("load", () => loads.push(page.url()));
  }
  for (const [writer, reader, name] of [[one, other, `Lakes and rivers ${run}`], [other, one, `Rivers ${run}`]] as const) {
    await writer.getByRole("button", { name: "Edit", exact: true }).press("Enter");
    const dialog = writer.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Name", exact: true }).fill(name);
    await dialog.getByRole("button", { name: /^Save/ }).press("Enter");
    await expect(writer.getByRole("heading", { level: 1, name })).toBeVisible();
    await expect(reader.getByRole("heading", { level: 1, name })).toBeVisible();
  }
  expect(loads).toEqual([]);
});

test("a stream that broke resumes without loss", async ({ browser }) => {
  const { run } = world();
  const wire = new Wire();
  try {
    const page = await seat(browser, "ops", `/campaigns?q=${run}`, await wire.lay());
    await expect(notLive(page)).toHaveCount(0);
    const loads: string[] = [];
    page.on("load", () => loads.push(page.url()));
    const link = (name: string) => page.getByRole("link", { name });
    await makeCampaign(`Before the cut ${run}`);
    await expect(link(`Before the cut ${run}`)).toBeVisible();

    wire.cut();
    await expect(notLive(page)).toBeVisible();
    await makeCampaign(`During the cut ${run}`);
    await expect(link(`Before the cut ${run}`), "what was read stays").toBeVisible();

    wire.mend();
    await expect(link(`During the cut ${run}`)).toBeVisible({ timeout: 40_000 });
    await expect(notLive(page)).toHaveCount(0);
    await makeCampaign(`After the cut ${run}`);
    await expect(link(`After the cut ${run}`), "it hears again").toBeVisible();
    expect(loads).toEqual([]);
  } finally {
    wire.end();
  }
});

test("whoever signs out in one tab has left all of them", async ({ browser }) => {
  // Somebody of their own: the sessions of the others are shared by all tests.
  const { url, run } = world();
  const { brands: [brand] } = await as<Session>("admin", "/v1/session");
  const person = { email: `lena-${run}@northlight.example`, password: `${credentials("ops").password}-lena` };
  await as<User>("admin", "/v1/users", { method: "POST", body: { ...person, name: "Lena Frey", brands: [{ brand_id: brand?.brand_id, roles: ["ops"] }] } });
  const one = await open(browser, url);
  await one.goto("/partnerships");
  await one.getByLabel("E-mail").fill(person.email);
  await one.getByRole("textbox", { name: "Password" }).fill(person.password);
  await one.keyboard.press("Enter");
  await expect(one.getByRole("heading", { level: 1, name: "Partnerships" })).toBeVisible();
  const other = await one.context().newPage();
  await other.goto("/tasks");
  await expect(other.getByRole("heading", { level: 1, name: "Tasks" })).toBeVisible();

  await one.getByRole("button", { name: /^Your menu/ }).press("Enter");
  await one.getByRole("button", { name: "Sign out" }).press("Enter");
  await expect(one.getByRole("heading", { level: 1, name: "Sign in to Rapport" })).toBeVisible();
  await expect(other.getByRole("heading", { level: 1, name: "Sign in to Rapport" })).toBeVisible({ timeout: 5_000 });

  // Whoever signs in again goes on where they were.
  await other.getByLabel("E-mail").fill(person.email);
  await other.getByRole("textbox", { name: "Password" }).fill(person.password);
  await other.keyboard.press("Enter");
  await expect(other.getByRole("heading", { level: 1, name: "Tasks" })).toBeVisible();
});

test("who is invited by mail chooses a password and is signed in", async ({ browser }) => {
  const email = `nora-${world().run}@northlight.example`;
  const people = await seat(browser, "admin", "/settings/people");
  await people.getByRole("button", { name: "Invite a person" }).click();
  const dialog = people.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill("Nora Lind");
  await dialog.getByRole("textbox", { name: "E-mail" }).fill(email);
  await dialog.getByRole("checkbox", { name: "Operations" }).first().check();
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  const row = people.getByRole("row", { name: new RegExp(email) });
  await expect(row.getByText("Invited")).toBeVisible();

  const link = async () => /\/password\/\S+/.exec((await mailsTo(email)).at(-1)?.text ?? "")?.[0];
  await expect.poll(link, { message: "the invitation", timeout: 40_000 }).toBeDefined();
  const invited = (await link()) ?? ""; // later mails tell her what there is to do
  const page = await open(browser);
  await page.goto(invited);
  await expect(page.getByRole("heading", { level: 1, name: "Welcome, Nora Lind" })).toBeVisible();
  await page.getByRole("textbox", { name: "Password" }).fill("a password of her own");
  await page.getByRole("button", { name: "Save and sign in" }).click();
  await expect(page.getByRole("button", { name: /^Your menu/ })).toBeVisible();

  await people.reload();
  await expect(row.getByText("Active")).toBeVisible();
  const again = await open(browser);
  await again.goto(invited);
  await expect(again.getByRole("heading", { level: 1, name: "This link does not work any more" }), "it works once").toBeVisible();
});
