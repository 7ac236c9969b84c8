import { type MessageFormatElement, parse, TYPE } from "@formatjs/icu-messageformat-parser";
import { IntlMessageFormat } from "intl-messageformat";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

import { words as de } from "./de";
import { en, type Key } from "./en";
import { problems } from "./problems.de";

const languages = { de };
const keys = Object.keys(en) as Key[];

/** The values of a sentence, each with the cases that it is said in. */
function valuesOf(elements: MessageFormatElement[]): string[] {
  return elements.flatMap((element) => {
    switch (element.type) {
      case TYPE.argument: case TYPE.number: case TYPE.date: case TYPE.time: return [element.value];
      case TYPE.plural: return [`${element.value} plural`, ...Object.values(element.options).flatMap(({ value }) => valuesOf(value))];
      case TYPE.select: return [`${element.value} ${Object.keys(element.options).sort().join(" ")}`, ...Object.values(element.options).flatMap(({ value }) => valuesOf(value))];
      default: return [];
    }
  });
}

const values = (text: string) => [...new Set(valuesOf(parse(text)))].sort();

it.each(Object.entries(languages))("has every sentence in %s, with its values in their places", (_, words) => {
  expect(Object.keys(words).sort()).toEqual([...keys].sort());
  for (const key of keys) {
    expect(words[key].trim(), key).not.toBe("");
    expect(values(words[key]), key).toEqual(values(en[key]));
  }
});

it.each(Object.entries(languages))("has every plural in %s", (locale, words) => {
  const cases = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
  for (const key of keys)
    for (const element of parse(words[key]))
      if (element.type === TYPE.plural) expect(Object.keys(element.options), key).toEqual(expect.arrayContaining(cases));
  expect(new IntlMessageFormat(words["terms.days"], locale).format({ days: 1 })).toMatch(/^1 \p{L}+$/u);
});

const src = join(import.meta.dirname, "../../..");
const files = [
  ...readdirSync(join(src, "components/portal")).filter((name) => name.endsWith(".tsx") && !name.includes(".test.")).map((name) => join(src, "components/portal", name)),
  ...readdirSync(join(src, "routes")).filter((name) => name.startsWith("portal")).map((name) => join(src, "routes", name)),
  join(src, "lib/language.ts"),
];
const code = files.map((name) => readFileSync(name, "utf8")).join("\n");

it("has no sentence that nobody says", () => {
  // `right.${kind}` says every key that begins so.
  const begun = [...code.matchAll(/`([a-z.]+\.)\$\{/gi)].map(([, start]) => start ?? "").concat("state.");
  const unsaid = keys.filter((key) => !code.includes(`"${key}"`) && !begun.some((start) => key.startsWith(start)) && !new RegExp(`\\b${key}:`).test(code));
  expect(unsaid).toEqual([]);
});

const root = join(src, "../..");
const read = (name: string) => readFileSync(join(root, name), "utf8");
const found = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, one]) => one ?? "");
const pages = ["portal.go", "portal_contract.go", "portal_draft.go", "extensions.go", "schedule.go"].map((name) => read(`api/${name}`));
const refusals = /(?:refuse\(|Refusal\{Code: )"([a-z_]+)"/g;

/** The body of a function of the domain. */
function bodyOf(name: string, text: string): string {
  return new RegExp(`\\nfunc [^\\n]*\\b${name}\\([\\s\\S]*?\\n}\\n`).exec(text)?.[0] ?? "";
}

it("has words for every code by which the partnership refuses what a creator asks of it", () => {
  const domain = readdirSync(root).filter((name) => /^partnership.*\.go$/.test(name) && !name.endsWith("_test.go")).map(read).join("\n");
  const commands = [...new Set(pages.flatMap((text) => found(text, /rapport\.(Cmd[A-Z]\w+)/g)))];
  expect(commands.length).toBeGreaterThan(9);
  const [before = "", ...cases] = bodyOf("Allowed", domain).split("\n\tcase ");
  const theirs = cases.filter((one) => commands.some((name) => new RegExp(`\\b${name}\\b`).test(one.split(":\n")[0] ?? "")));
  expect(theirs.length).toBeGreaterThan(3);
  const judged = [before, ...theirs, ...theirs.flatMap((one) => found(one, /p\.(allowed\w+)\(/g)).map((name) => bodyOf(name, domain))];
  const codes = [...judged.flatMap((one) => found(one, refusals)), ...found(read("temporal/deliver.go"), /Refused\w+ += "([a-z_]+)"/g), "unknown_command"];
  expect(codes).toContain("dates_do_not_fit");
  expect(codes.filter((code) => !problems.codes[code])).toEqual([]);
});

it("has words for whatever the API refuses on these pages", () => {
  const reasons = [...pages, read("api/idempotency.go"), read("postgres/portal.go"), read("postgres/idempotency.go")].flatMap((text) => found(text, /Reason: "([a-z_]+)"/g));
  const elsewhere = ["unsubscribe"]; // a reason that is kept, not a refusal
  expect(reasons.filter((reason) => !problems.codes[reason] && !elsewhere.includes(reason))).toEqual([]);
  const fields = pages.flatMap((text) => [...text.matchAll(/Field\{Path: "([a-z_.0-9]+)", Code: "([a-z_]+)"/g)].map(([, field, bad]) => `${field ?? ""}.${bad ?? ""}`));
  const counter = read("offer_counter.go");
  fields.push(
    ...[...counter.matchAll(/Field\{"([a-z_.]+)", "([a-z_]+)"/g)].map(([, field, bad]) => `${field ?? ""}.${bad ?? ""}`),
    ...[...counter.matchAll(/add\("([a-z]+)", "([a-z_]+)"/g)].map(([, part, bad]) => `asks.${part ?? ""}.${bad ?? ""}`),
  );
  expect(fields.length).toBeGreaterThan(13);
  // Words of the house's own answers to a request for more time, and of what only a program sends.
  const never = ["words.required", "spoken.bad_value", "name.twice"];
  expect(fields.filter((field) => !problems.fields[field] && !never.includes(field))).toEqual([]);
});

it("has words for every state that these pages show", () => {
  const contract = read("openapi.yaml");
  for (const [noun, schema] of [["offer", "OfferState"], ["contract", "Contract"]] as const) {
    const states = new RegExp(`\\n    ${schema}:[\\s\\S]*?enum: \\[([a-z_, ]+)\\]`).exec(contract)?.[1]?.split(", ") ?? [];
    expect(states.length).toBeGreaterThan(3);
    expect(states.filter((state) => !keys.some((key) => key === `state.${noun}.${state}`))).toEqual([]);
  }
});

it("keeps literal sentences out of the creator's pages", () => {
  for (const name of files) {
    const text = readFileSync(name, "utf8");
    const shown = [
      ...[...text.matchAll(/>\s*([A-Z][a-z]+(?: [a-zA-Z’,.]+)+)\s*[<{]/g)].map(([, words]) => words),
      ...[...text.matchAll(/(?:label|title|description|placeholder|aria-label|alt|done)[=:] ?"([A-Z][^"]+)"/g)].map(([, words]) => words),
    ];
    expect(shown, name).toEqual([]);
  }
});
