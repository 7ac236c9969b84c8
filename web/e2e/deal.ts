import { expect, type Page } from "@playwright/test";

import type { Campaign, ContractTerms, Creator, Partnership, Session } from "../src/api/schema";
import { as, type Mail, mailsTo, outside, world } from "./house";

/** One creator in a campaign of their own. */
export class Deal {
  private constructor(readonly name: string, readonly email: string, readonly path: string) {}

  /** Begins a partnership whose creator has answered. */
  static async begin(first: string, terms: ContractTerms, fee = { amount: 200_000, currency: "usd" }): Promise<Deal> {
    const { run } = world();
    const [name, email] = [`${first} ${run}`, `${first.toLowerCase().replace(" ", "-")}-${run}@creators.example`];
    const post = <T>(to: string, body: unknown) => as<T>("ops", to, { method: "POST", body });
    const { brands: [brand] } = await as<Session>("ops", "/v1/session");
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const campaign = await post<Campaign>("/v1/campaigns", {
      brand_id: brand?.brand_id, name: `${first}’s ${run}`, brief: "Show the tent on a trail you like.", budget: { ...fee, amount: 1_000_000 }, starts_on: day(0), ends_on: day(300), default_fee: fee, terms,
    });
    const creator = await post<Creator>("/v1/creators", { name, country: "US", accounts: [{ platform: "youtube", handle: `@${first.replace(" ", "")}${run}` }], contacts: [{ role: "creator", email }] });
    const started = await post<{ items: { partnership_id: string }[] }>(`/v1/campaigns/${campaign.id}/partnerships`, { creator_ids: [creator.id] });
    const deal = new Deal(name, email, `/partnerships/${started.items[0]?.partnership_id ?? ""}`);
    await outside("POST", `/mail/${(await deal.mail(/./)).id}/reply`, { text: "I would love to." });
    await deal.stage("in_conversation");
    return deal;
  }

  /** The newest mail to the creator with such a subject that was not there before. */
  async mail(subject: RegExp, known: Mail[] = []): Promise<Mail> {
    const old = new Set(known.map(({ id }) => id));
    let found: Mail | undefined;
    await expect.poll(async () => (found = (await mailsTo(this.email)).findLast((mail) => !old.has(mail.id) && subject.test(mail.subject))), { message: `a mail about ${subject.source}`, timeout: 40_000 }).toBeDefined();
    if (!found) throw new Error("the mail is gone");
    return found;
  }

  /** Where a mail to the creator leads. */
  async link(subject: RegExp, known: Mail[] = []): Promise<string> {
    return (await this.mail(subject, known)).links?.find((address) => address.includes("/portal/")) ?? "";
  }

  partnership(): Promise<Partnership> {
    return as<Partnership>("ops", `/v1${this.path}`);
  }

  async stage(stage: string): Promise<void> {
    await expect.poll(async () => (await this.partnership()).summary.stage, { timeout: 40_000 }).toBe(stage);
  }

  /** Accepts the offer that the creator has, on their page. */
  async accept(portal: Page): Promise<void> {
    await portal.getByRole("button", { name: "Accept the offer" }).click();
    await portal.getByRole("button", { name: "Yes, accept" }).click();
    await this.stage("contract_out");
  }

  /** The contract that both are to sign, once it is drafted. */
  async contract(): Promise<string> {
    let id: string | undefined;
    await expect.poll(async () => (id = (await this.partnership()).contract?.id), { timeout: 40_000 }).toBeDefined();
    return id ?? "";
  }

  /** Signs what the creator's page shows, with a mailed code. */
  async sign(portal: Page, button: string): Promise<void> {
    await portal.getByLabel("Your full name").fill(this.name);
    await portal.getByLabel(/I have read the whole text/).check();
    const known = await mailsTo(this.email);
    await portal.getByRole("button", { name: "Mail me a code" }).click();
    await portal.getByLabel("Code from the mail").fill(/\b\d{6}\b/.exec((await this.mail(/code/i, known)).text)?.[0] ?? "");
    await portal.getByRole("button", { name: button }).click();
    await expect(portal.getByRole("heading", { level: 1, name: `Hello ${this.name}` })).toBeVisible();
  }
}
