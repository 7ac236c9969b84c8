import { expect, type Page, test } from "@playwright/test";

import { Deal } from "./deal";
import { as, cookieOf, mailsTo, world } from "./house";

// The right to another term, from the offer that has it to the press that uses it. The creator is asked once: when they sign.
test.describe.configure({ mode: "serial" });

let deal: Deal;
let ops: Page;
let portal: Page;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(120_000);
  ops = await browser.newPage({ baseURL: world().url });
  await ops.context().addCookies([cookieOf("ops")]);
  portal = await browser.newPage({ baseURL: world().url, viewport: { width: 390, height: 844 } });
  deal = await Deal.begin("Olga Pine", {
    deliverables: [{ platform: "instagram", kind: "video", title: "Tent film", draft_due_days: 60, publish_days: 30 }], revision_rounds: 2, duration_days: 300, notice_days: 10,
    milestones: [{ title: "On signature", trigger: "signature", percent: 30, net_days: 60 }, { title: "At the end", trigger: "verified", percent: 70, net_days: 0 }],
  });
});

test.afterAll(async () => {
  await Promise.all([ops, portal].map((page) => page.context().close()));
});

test("an offer with an option says to the creator what that means, and stands in the contract that both sign", async () => {
  await ops.goto(deal.path);
  await ops.getByRole("button", { name: "Make an offer" }).click();
  const dialog = ops.getByRole("dialog");
  await dialog.getByRole("switch", { name: "Other terms than the campaign's" }).press("Space");
  await dialog.getByRole("switch", { name: "The brand may take another term without asking again" }).press("Space");
  await dialog.getByLabel("Fee of that term").fill("2400");
  await dialog.getByLabel("Used at the latest").fill("20");
  await dialog.getByRole("button", { name: "Send offer" }).click();
  await expect(dialog).toBeHidden();

  await portal.goto(await deal.link(/offer/i));
  await expect(portal.getByText(/at the latest 20 days before the end, you make the same pieces in another term of the same length, for \$2,400\.00/)).toBeVisible();
  await deal.accept(portal);
  const contract = await deal.contract();
  await ops.goto(`/contracts/${contract}`);
  await expect(ops.getByText(/for 2400\.00 USD in total/)).toBeVisible();
  const { consent } = await as<{ consent?: string }>("ops", `/v1/contracts/${contract}`);
  await as("ops", `/v1/contracts/${contract}/send`, { method: "POST", body: { consent } });
  await portal.goto(await deal.link(/contract|sign/i));
  await portal.getByRole("link", { name: "Read and sign" }).click();
  await deal.sign(portal, "Sign the contract");
  await deal.stage("active");
});

test("an amendment makes it dearer, and the creator reads that before both sign", async () => {
  await ops.goto(deal.path);
  await ops.getByRole("button", { name: "Amend the contract" }).click();
  const dialog = ops.getByRole("dialog");
  await dialog.getByRole("group", { name: "Option to renew" }).getByLabel("Fee of that term").fill("2600");
  await expect(dialog.getByRole("region", { name: "What changes" })).toContainText("another term for $2,600.00");
  await dialog.getByRole("button", { name: "Draft the amendment" }).click();
  await expect(dialog).toBeHidden();
  const known = await mailsTo(deal.email);
  await ops.getByRole("link", { name: /C-\d+-A1/ }).click();
  await ops.getByRole("button", { name: "Approve and send for signature" }).click();
  await ops.getByRole("dialog").getByRole("button", { name: "Approve and send", exact: true }).click();

  await portal.goto(await deal.link(/amend|contract|sign/i, known));
  await portal.getByRole("link", { name: /Read and sign/ }).click();
  await expect(portal.getByRole("region", { name: "What changes" })).toContainText(/another term for \$2,600\.00.* instead of another term for \$2,400\.00/);
  await deal.sign(portal, "Sign the amendment");
  await expect(ops.getByText("Executed").first()).toBeVisible();
});

test("the renewals show it with its day, and it is used without asking the creator again", async () => {
  await ops.goto("/contracts/renewals");
  const row = ops.getByRole("table", { name: "Renewals" }).getByRole("row").filter({ hasText: deal.name });
  await row.getByRole("link", { name: deal.name }).click();
  const packet = ops.getByRole("complementary", { name: "How the term went" });
  await expect(packet.getByText("$2,600.00, to be used until")).toBeVisible();
  const known = await mailsTo(deal.email);
  await packet.getByRole("button", { name: "Use the option" }).click();
  const dialog = ops.getByRole("dialog", { name: "Use the option to renew" });
  await expect(dialog).toContainText("$2,600.00");
  await dialog.getByRole("button", { name: "Use the option" }).click();
  await expect(dialog).toBeHidden();
  await expect(row).toContainText("Agreed");
  await expect(packet.getByText("$2,600.00, used", { exact: true })).toBeVisible();

  expect((await deal.mail(/^We go on/, known)).text).toContain("2600.00 USD");
  await portal.goto("/portal/home");
  await expect(portal.getByRole("heading", { level: 1, name: `Hello ${deal.name}` })).toBeVisible();
  await expect(portal.getByRole("button", { name: "Accept the offer" })).toBeHidden();
});
