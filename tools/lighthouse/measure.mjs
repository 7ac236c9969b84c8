// Measures pages of a running installation with Lighthouse and writes what it found as JSON: for each page its name and, of every run, the
// scores of performance and accessibility out of a hundred, and what kept a score below it. It reads what to measure as JSON:
// {url, chromium, times, pages: [{name, path, cookie}]}.
import { text } from "node:stream/consumers";

import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

const { url, chromium, times, pages } = JSON.parse(await text(process.stdin));
// Chromium has no sandbox when root starts it; the rest keeps it from calling home while a page is measured.
const flags = ["--headless=new", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
if (process.getuid?.() === 0) flags.push("--no-sandbox");

const chrome = await launch({ chromePath: chromium, chromeFlags: flags, logLevel: "silent" });
try {
  const found = [];
  for (const { name, path, cookie } of pages) {
    const runs = [];
    for (let n = 0; n < times; n++) {
      const look = async () => (await lighthouse(url + path, {
        port: chrome.port, logLevel: "error", onlyCategories: ["performance", "accessibility"], ...(cookie && { extraHeaders: { Cookie: cookie } }),
      }, desktopConfig)).lhr;
      let lhr = await look();
      if (lhr.runtimeError) lhr = await look(); // now and then a trace has no beginning
      if (lhr.runtimeError) throw new Error(`${name}: ${lhr.runtimeError.message}`);
      const score = (category) => Math.round(lhr.categories[category].score * 100);
      const below = Object.values(lhr.categories).flatMap(({ auditRefs }) => auditRefs).filter(({ weight, id }) => weight > 0 && (lhr.audits[id].score ?? 1) < 0.9)
        .map(({ id }) => `${id} ${lhr.audits[id].displayValue ?? ""}`.trim());
      runs.push({ performance: score("performance"), accessibility: score("accessibility"), address: lhr.finalDisplayedUrl, below: [...new Set(below)] });
    }
    found.push({ name, runs });
  }
  process.stdout.write(JSON.stringify(found));
} finally {
  await chrome.kill();
}
