import { expect, type Page, test } from "@playwright/test";

import type { Brand, Session } from "../src/api/schema";
import { Deal } from "./deal";
import { ask, as, cookieOf, world } from "./house";

// A contract whose creator signs at Documenso. Where the creators of a brand sign is one setting for all, so that nothing else runs meanwhile.
let deal: Deal;
let admin: Page;
let ops: Page;
let portal: Page;
let brand: Brand;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(120_000);
  const signedIn = async (person: "admin" | "ops") => {
    const page = await browser.newPage({ baseURL: world().url });
    await page.context().addCookies([cookieOf(person)]);
    return page;
  };
  [admin, ops] = [await signedIn("admin"), await signedIn("ops")];
  portal = await browser.newPage({ baseURL: world().url, viewport: { width: 390, height: 844 } });
  deal = await Deal.begin("Dora Seal", {
    deliverables: [{ platform: "youtube", kind: "video", title: "Lake film", draft_due_days: 60, publish_days: 30 }], revision_rounds: 2, duration_days: 300, notice_days: 10,
    milestones: [{ title: "When verified", trigger: "verified", percent: 100, net_days: 0 }],
  });
});

test.afterAll(async () => {
  const { url, cookies } = world();
  const { version } = await as<Brand>("admin", `/v1/brands/${brand.id}`);
  await ask(`${url}/v1/brands/${brand.id}`, { cookie: cookies.admin, method: "PATCH", headers: { "If-Match": `"${version}"` }, body: { signing: brand.signing } });
  await Promise.all([admin, ops, portal].map((page) => page.context().close()));
});

test("a brand lets its creators sign at Documenso, one does, and both keep the file that was sealed there", async () => {
  const { brands: [first] } = await as<Session>("ops", "/v1/session");
  brand = await as<Brand>("admin", `/v1/brands/${first?.brand_id ?? ""}`);
  await admin.goto("/settings/brands");
  const box = admin.getByRole("region", { name: brand.name });
  await box.getByRole("button", { name: "Edit" }).click();
  const dialog = admin.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Where creators sign contracts" }).click();
  await admin.getByRole("option", { name: /^At Documenso/ }).click();
  await dialog.getByRole("button", { name: "Save brand" }).click();
  await expect(box.getByText("At Documenso, where it is set up")).toBeVisible();

  await as("ops", `/v1${deal.path}/offers`, { method: "POST", body: { fee: { amount: 200_000, currency: "usd" } } });
  await portal.goto(await deal.link(/offer/i));
  await deal.accept(portal);
  const contract = await deal.contract();
  await ops.goto(`/contracts/${contract}`);
  await ops.getByRole("button", { name: "Approve and send for signature" }).click();
  await ops.getByRole("dialog").getByRole("button", { name: "Approve and send", exact: true }).click();
  await expect(ops.getByText("Out for signature")).toBeVisible();

  await portal.goto(`/portal/contracts/${contract}`);
  await expect(portal.getByLabel("Your full name")).toBeHidden();
  await portal.getByRole("link", { name: "Read and sign at Documenso" }).click({ timeout: 40_000 });
  await portal.getByRole("button", { name: `Sign as ${deal.name}` }).click();
  await expect(portal.getByText(`Signed by ${deal.name}`)).toBeVisible();
  await deal.stage("active");

  for (const [page, at] of [[ops, `/contracts/${contract}`], [portal, `/portal/contracts/${contract}`]] as const) {
    await page.goto(at);
    const sealed = page.getByRole("link", { name: "PDF sealed by Documenso" });
    await expect(sealed).toBeVisible({ timeout: 40_000 });
    const file = await page.request.get((await sealed.getAttribute("href")) ?? "");
    expect((await file.body()).subarray(0, 5).toString()).toBe("%PDF-");
  }
  await expect(ops.getByRole("region", { name: "Signatures" })).toContainText(deal.name);
});
