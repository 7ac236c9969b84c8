import { existsSync } from "node:fs";

import { defineConfig } from "@playwright/test";

// Debian's Chromium, so that no browser is fetched; CHROMIUM_PATH names another one.
const chromium = [process.env.CHROMIUM_PATH, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path && existsSync(path),
);

export default defineConfig({
  testDir: "e2e",
  outputDir: "../test-results/browser",
  globalSetup: "./e2e/setup.ts",
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: "list",
  // The pages are looked at with what the golden path has made.
  projects: [
    { name: "golden path", testMatch: "golden-path.spec.ts" },
    { name: "pages", testMatch: "pages.spec.ts", dependencies: ["golden path"] },
    { name: "hostile mail", testMatch: "hostile-mail.spec.ts", dependencies: ["pages"] },
    // It needs nothing of the others, but what it makes would be looked at half-way; `--no-deps` runs it alone.
    { name: "contract changes", testMatch: "contract-changes.spec.ts", dependencies: ["pages"] },
    { name: "contract editor", testMatch: "contract-editor.spec.ts", dependencies: ["pages"] },
    { name: "german portal", testMatch: "german.spec.ts", dependencies: ["pages"] },
    { name: "journeys", testMatch: "journeys.spec.ts", dependencies: ["pages"] },
    { name: "live", testMatch: "live.spec.ts", dependencies: ["pages"] },
    { name: "option", testMatch: "option.spec.ts", dependencies: ["pages"] },
    { name: "steady", testMatch: "steady.spec.ts", dependencies: ["pages"] },
    // It changes where the creators of the brand sign.
    { name: "documenso", testMatch: "documenso.spec.ts", dependencies: ["hostile mail", "contract changes", "contract editor", "german portal", "journeys", "live", "option", "steady"] },
    // Its rows would stand in the lists of the others.
    { name: "long lists", testMatch: "long-lists.spec.ts", dependencies: ["documenso"] },
  ],
  use: {
    browserName: "chromium",
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    // Colours are measured at rest, not half-way through a change.
    contextOptions: { reducedMotion: "reduce" },
    actionTimeout: 20_000,
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: chromium,
      // Chromium has no sandbox when root starts it, which containers and CI do.
      chromiumSandbox: process.getuid?.() !== 0,
    },
  },
});
