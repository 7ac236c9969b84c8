import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");

it("has every class that a page names in its sheet", () => {
  const missing = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".tsx"))
    .flatMap((file) => {
      const page = readFileSync(join(root, file), "utf8");
      return [...page.matchAll(/import (\w+) from "([^"]+\.module\.css)"/g)].flatMap(([, name = "", sheet = ""]) => {
        const rules = readFileSync(resolve(root, dirname(file), sheet), "utf8");
        const used = new Set([...page.matchAll(new RegExp(String.raw`\b${name}\.(\w+)`, "g"))].map(([, used = ""]) => used));
        return [...used].filter((used) => !new RegExp(String.raw`\.${used}\b`).test(rules)).map((used) => `${file}: ${used} of ${sheet}`);
      });
    });
  expect(missing).toEqual([]);
});
