import { expect, type Page, test } from "@playwright/test";

import type { Contract } from "../src/api/schema";
import { Deal } from "./deal";
import { as, cookieOf, world } from "./house";

// One contract, from the draft that the machine made to the text that both sign, with what this deal has otherwise.
test("ops choose what stands in one contract, and the creator signs that text", async ({ browser }) => {
  test.setTimeout(240_000);
  const ops = await browser.newPage({ baseURL: world().url });
  await ops.context().addCookies([cookieOf("ops")]);
  const portal = await browser.newPage({ baseURL: world().url, viewport: { width: 390, height: 844 } });
  const deal = await Deal.begin("Nora Field", {
    deliverables: [{ platform: "instagram", kind: "video", title: "Tent film", draft_due_days: 60, publish_days: 30 }], revision_rounds: 2, duration_days: 300, notice_days: 10,
    milestones: [{ title: "At the end", trigger: "verified", percent: 100, net_days: 0 }],
  });
  await as("ops", `/v1${deal.path}/offers`, { method: "POST", body: { fee: { amount: 200_000, currency: "usd" } } });
  await portal.goto(await deal.link(/offer/i));
  await deal.accept(portal);
  const id = await deal.contract();

  await ops.goto(`/contracts/${id}`);
  await ops.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(ops.getByText(/^Approved by/)).toBeVisible();
  await ops.getByRole("link", { name: "Edit the text" }).click();
  await expect(ops.getByText(/approved this draft/)).toBeVisible();
  await expect(ops.getByRole("button", { name: "Leave Disclosure out" })).toHaveCount(0);
  const text = ops.getByRole("region", { name: "The text as it will be signed" });
  await ops.getByLabel("Position of AI and likeness").selectOption({ index: 1 });
  await expect(text.getByText("1 paragraph changed.")).toBeVisible();
  await looked(ops, "contract-editor");
  await ops.getByRole("button", { name: "Leave Campaign out" }).press("Enter");
  await expect(text.getByText("1 paragraph changed, 1 paragraph removed.")).toBeVisible();
  await ops.getByRole("button", { name: "Save draft 2" }).click();

  await expect(ops.getByText(/that approval is lost/)).toBeVisible();
  await expect(ops.getByText(/fallback position 1,|fallback position 1$/).first()).toBeVisible();
  await ops.getByRole("button", { name: "Compare" }).click();
  await expect(ops.getByText("1 paragraph changed, 1 paragraph removed.")).toBeVisible();
  await looked(ops, "contract-compared");
  await ops.getByRole("button", { name: "Approve and send for signature" }).click();
  await ops.getByRole("dialog").getByRole("button", { name: "Approve and send" }).click();
  await expect(ops.getByRole("dialog")).toBeHidden();
  await expect.poll(async () => (await as<Contract>("ops", `/v1/contracts/${id}`)).state).toBe("out_for_signature");
  await expect(ops.getByRole("link", { name: "Edit the text" })).toHaveCount(0);
  await ops.goto(`/contracts/${id}/edit`);
  await expect(ops.getByText(/out for signature, signed or over never changes/)).toBeVisible();

  await portal.goto(await deal.link(/contract|sign/i));
  await portal.getByRole("link", { name: "Read and sign" }).click();
  await expect(portal.getByText(/The brand may use AI to cut, subtitle and translate/)).toBeVisible();
  await deal.sign(portal, "Sign the contract");
  await deal.stage("active");
  await Promise.all([ops, portal].map((page) => page.context().close()));
});

/** Keeps pictures of the page in both widths and themes where somebody wants to look at them. */
async function looked(page: Page, name: string): Promise<void> {
  const dir = process.env.RAPPORT_PICTURES;
  if (!dir) return;
  for (const [width, scheme] of [[1280, "light"], [1280, "dark"], [390, "light"], [390, "dark"]] as const) {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme: scheme });
    await page.waitForTimeout(400);
    await page.screenshot({ path: `${dir}/${name}-${width}-${scheme}.png`, fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: "light" });
}
