import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import type { PartnershipSummary } from "../src/api/schema";
import { as, ask, cookieOf, mailsTo, world } from "./house";

// What comes in as HTML is hostile. Whatever a mail holds, shown as it was sent it must run nothing and fetch nothing: no script, no dialog,
// no request to anywhere but the dashboard.

let trap: Server;
let caught: string[] = [];
let bait = "";

test.beforeAll(async () => {
  trap = createServer((request, response) => {
    caught.push(request.url ?? "");
    response.end();
  });
  await new Promise<void>((done) => trap.listen(0, "127.0.0.1", done));
  bait = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`;
});
test.afterAll(() => void trap.close());

const script = "top.__hostile=(top.__hostile||0)+1;alert(1)";

/** Ways in which mail has run scripts or called home in mail programs and sanitisers. */
function probes(): string[] {
  const away = (path: string) => `${bait}/${path}`;
  return [
    `<script>${script}</script>`, `<SCRIPT SRC="${away("script")}"></SCRIPT>`, `<img src=x onerror="${script}">`, `<img src="${away("img")}">`, `<img srcset="${away("srcset")} 2x">`,
    `<svg onload="${script}"></svg>`, `<svg><script>${script}</script></svg>`, `<svg><animate onbegin="${script}" attributeName=x dur=1s>`, `<svg><image href="${away("svg")}"/></svg>`,
    `<body onload="${script}" background="${away("body")}">x`, `<table background="${away("table")}"><td background="${away("td")}">x</table>`, `<iframe src="javascript:${script}"></iframe>`,
    `<iframe srcdoc="<script>${script}</script>"></iframe>`, `<iframe src="${away("iframe")}"></iframe>`, `<object data="${away("object")}"></object>`, `<embed src="${away("embed")}">`,
    `<link rel=stylesheet href="${away("css")}">`, `<link rel=prefetch href="${away("prefetch")}">`, `<style>@import "${away("import")}"; body{background:url(${away("style")})}</style>`,
    `<div style="background-image:url('${away("inline")}')">x</div>`, `<div style="width:expression(${script})">x</div>`, `<p style="list-style:url(${away("list")})">x</p>`,
    `<meta http-equiv="refresh" content="0;url=${away("refresh")}">`, `<base href="${bait}/"><img src="base">`, `<a href="javascript:${script}" autofocus>click</a>`, `<a href="&#106;avascript:${script}">click</a>`,
    `<a href="java\tscript:${script}">click</a>`, `<a href="data:text/html,<script>${script}</script>">click</a>`, `<a href="${away("ping")}" ping="${away("ping")}">click</a>`,
    `<form action="${away("form")}"><input autofocus onfocus="${script}"><button>Go</button></form>`, `<input type=image src="${away("input")}">`, `<button formaction="javascript:${script}">x</button>`,
    `<video poster="${away("poster")}" src="${away("video")}" autoplay onerror="${script}"></video>`, `<audio src="${away("audio")}" autoplay onerror="${script}"></audio>`, `<source src="${away("source")}">`,
    `<details open ontoggle="${script}">x</details>`, `<marquee onstart="${script}">x</marquee>`, `<select onfocus="${script}" autofocus></select>`, `<textarea autofocus onfocus="${script}"></textarea>`,
    `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${script}&gt;">`, `<noscript><p title="</noscript><img src=x onerror=${script}>">`,
    `<template><script>${script}</script></template>`, `<xmp><p title="</xmp><img src=x onerror=${script}>">`, `<title><img src="</title><img src=x onerror=${script}>">`,
    `<svg></p><style><a id="</style><img src=1 onerror=${script}>">`, `<!--><script>${script}</script>-->`, `<![CDATA[><script>${script}</script>]]>`, `<img src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='${script}'/>">`,
    `</div></body></html><script>${script}</script>`, `<iframe src="//127.0.0.1:1" onload="${script}"></iframe>`, `"><img src=x onerror=${script}>`, `<x onclick="${script}" style="position:fixed;inset:0">x</x>`,
  ];
}

/** HTML replies of the public mail sets; none when they are absent. */
function corpus(): string[] {
  const root = process.env.RAPPORT_DATA_DIR ?? join(process.cwd(), "..", "..", "shared", "data");
  return ["talon/tests/fixtures/html_replies", "talon/tests/fixtures"].flatMap((folder) => {
    const dir = join(root, "mail", folder);
    return existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith(".html")).map((name) => readFileSync(join(dir, name), "utf8")) : [];
  });
}

test("a mail shown as it was sent runs nothing and fetches nothing", async ({ browser }) => {
  test.setTimeout(300_000);
  const { items: [partnership] } = await as<{ items: PartnershipSummary[] }>("ops", "/v1/partnerships?limit=1&stage=active&stage=wrapping_up&stage=completed");
  if (!partnership) throw new Error("no partnership to write to: run the golden path first");
  const { contacts } = await as<{ contacts: { email: string }[] }>("ops", `/v1/partnerships/${partnership.id}`);
  const [mail] = await mailsTo(contacts[0]?.email ?? "");
  if (!mail) throw new Error("nothing was mailed to the creator");
  const mails = [...probes(), ...corpus()];
  caught = [];
  for (const [at, html] of mails.entries()) {
    await ask(`${world().control}/control/mail/${mail.id}/reply`, { method: "POST", body: { text: `Mail ${at}`, html: `<p>Mail ${at}</p>${html}`, subject: `Hostile ${at}` } });
  }
  interface Listed { items: { id: string; subject?: string; html?: string }[]; next_cursor?: string }
  const held = async () => {
    const found: Listed["items"] = [];
    for (let cursor: string | undefined = ""; cursor !== undefined;) {
      const page: Listed = await as<Listed>("ops", `/v1/partnerships/${partnership.id}/messages?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
      found.push(...page.items.filter(({ subject }) => subject?.startsWith("Hostile")));
      cursor = page.next_cursor;
    }
    return found;
  };
  await expect.poll(async () => (await held()).length, { timeout: 120_000 }).toBe(mails.length);
  const shown = (await held()).filter(({ html }) => html);
  expect(shown.length).toBeGreaterThan(mails.length / 2);

  const context = await browser.newContext();
  await context.addCookies([cookieOf("ops")]);
  const page = await context.newPage();
  const own = new URL(world().url).origin;
  const foreign: string[] = [];
  page.on("request", (request) => {
    const address = request.url();
    if (!address.startsWith(own) && !/^(data|blob|about):/.test(address)) foreign.push(address);
  });
  page.on("dialog", (dialog) => {
    foreign.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(`${world().url}/partnerships/${partnership.id}`);
  const opened = new Set<string>();
  const asSent = page.getByRole("button", { name: "Show as it was sent" });
  const earlier = page.getByRole("button", { name: "Show earlier" });
  await expect(asSent.first()).toBeVisible();
  for (let more = true; more;) {
    while ((await asSent.count()) > 0) await asSent.first().click();
    for (const title of await page.locator("iframe[title*='Hostile']").evaluateAll((frames) => frames.map((frame) => frame.getAttribute("title") ?? ""))) opened.add(title);
    more = opened.size < shown.length && (await earlier.isVisible());
    if (more) {
      const before = await asSent.count();
      // A change that arrives while the next page is asked for takes the place of it; one presses again.
      await expect(async () => {
        if ((await asSent.count()) <= before) await earlier.click();
        await expect.poll(() => asSent.count(), { timeout: 3_000 }).toBeGreaterThan(before);
      }).toPass({ timeout: 30_000 });
    }
  }
  expect(opened.size).toBe(shown.length);
  // All in one step: the page may draw its list anew between two questions.
  const boxes = await page.locator("iframe[title*='Hostile']").evaluateAll((frames) => frames.map((frame) => frame.getAttribute("sandbox")));
  expect(boxes.length).toBeGreaterThan(0);
  expect(new Set(boxes)).toEqual(new Set([""]));
  await page.waitForTimeout(1_000); // what a mail would do by itself it does within moments
  expect(foreign).toEqual([]);
  expect(caught).toEqual([]);
  expect(await page.evaluate(() => (window as { __hostile?: number }).__hostile)).toBeUndefined();
  expect(new URL(page.url()).origin).toBe(own);
  await context.close();
});
