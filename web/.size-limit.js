// Budgets in gzip. What a page loads is read from Vite's manifest: its own chunk and all that it imports.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const manifest = JSON.parse(readFileSync(new URL("dist/.vite/manifest.json", import.meta.url), "utf8"));

function collect(key, files) {
  const chunk = manifest[key];
  if (files.has(`dist/${chunk.file}`)) return;
  files.add(`dist/${chunk.file}`);
  for (const imported of chunk.imports ?? []) collect(imported, files);
}

/** The scripts of the entry, of the frame, and of one route's file. */
function scripts(...routes) {
  const files = new Set();
  const parts = Object.keys(manifest).filter((key) => routes.some((route) => key.startsWith(`src/routes/${route}.tsx`)));
  if (parts.length < routes.length) throw new Error(`the manifest lacks one of ${routes.join(", ")}`);
  for (const key of ["index.html", ...parts]) collect(key, files);
  return [...files];
}

const page = (name, ...routes) => ({ name, path: scripts(...routes), limit: "230 kB", gzip: true });

/** The largest script beside the entry: what a page can load late at once. */
const largest = readdirSync(new URL("dist/assets/", import.meta.url))
  .filter((name) => name.endsWith(".js") && !name.startsWith("index-"))
  .map((name) => ({ path: `dist/assets/${name}`, size: gzipSync(readFileSync(new URL(`dist/assets/${name}`, import.meta.url))).length }))
  .reduce((a, b) => (a.size > b.size ? a : b)).path;

export default [
  page("sign-in", "sign-in"),
  page("home", "_app", "_app/index"),
  page("inbox", "_app", "_app/inbox"),
  page("partnerships", "_app", "_app/partnerships.index"),
  page("one partnership", "_app", "_app/partnerships.$id"),
  page("payouts", "_app", "_app/payouts.index"),
  page("portal", "portal", "portal.home"),
  page("outside review", "review.$token"),
  { name: "the largest chunk beside the entry", path: largest, limit: "120 kB", gzip: true },
  { name: "styles", path: "dist/assets/*.css", limit: "40 kB", gzip: true },
];
