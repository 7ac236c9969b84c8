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

const page = (name, limit, ...routes) => ({ name, path: scripts(...routes), limit: `${limit} kB`, gzip: true });
// What somebody opens first, and what they go on to.
const first = (name, ...routes) => page(name, 230, ...routes);
const next = (name, ...routes) => page(name, 350, ...routes);

/** The largest script beside the entry: what a page can load late at once. */
const largest = readdirSync(new URL("dist/assets/", import.meta.url))
  .filter((name) => name.endsWith(".js") && !name.startsWith("index-"))
  .map((name) => ({ path: `dist/assets/${name}`, size: gzipSync(readFileSync(new URL(`dist/assets/${name}`, import.meta.url))).length }))
  .reduce((a, b) => (a.size > b.size ? a : b)).path;

export default [
  first("sign-in", "sign-in"),
  first("home", "_app", "_app/index"),
  next("inbox", "_app", "_app/inbox"),
  next("partnerships", "_app", "_app/partnerships.index"),
  next("one partnership", "_app", "_app/partnerships.$id"),
  next("payouts", "_app", "_app/payouts.index"),
  first("portal", "portal", "portal.home"),
  first("outside review", "review.$token"),
  { name: "the largest chunk beside the entry", path: largest, limit: "120 kB", gzip: true },
  { name: "styles", path: "dist/assets/*.css", limit: "40 kB", gzip: true },
];
