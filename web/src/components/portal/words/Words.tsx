import { IntlMessageFormat } from "intl-messageformat";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";

import type { Locale } from "../../../api/schema";
import { english, type Language, speak } from "../../../lib/language";
import { LoadingPage } from "../../Loading";
import { en, type Key } from "./en";

/** Words for what the API refuses: titles and details by status, more exact ones by code, and those of a bad field by `field.code`. */
export interface Problems {
  titles: Record<number, string> & { 500: string };
  details: Record<number, string> & { 500: string };
  codes: Record<string, string>;
  fields: Record<string, string> & { other: string };
}

interface Catalogue { words: Record<Key, string>; problems?: Problems }

/** The languages by their own names. English comes with the page; each other one is fetched when it is read. */
export const names: Record<Locale, string> = { en: "English", de: "Deutsch" };
const catalogues: Record<Locale, () => Catalogue | Promise<Catalogue>> = { en: () => ({ words: en }), de: () => import("./de") };

const kept = "rapport.locale";

function isLocale(value: string | null | undefined): value is Locale {
  return value === "en" || value === "de";
}

/** Before the API has said it: the language of the last visit, else of the browser. */
export function likelyLocale(): Locale {
  const last = localStorage.getItem(kept);
  if (isLocale(last)) return last;
  return navigator.languages.map((one) => one.slice(0, 2)).find(isLocale) ?? "en";
}

interface Say {
  (key: Key, values?: Record<string, string | number>): string;
  (key: Key, values: Record<string, ReactNode>): ReactNode;
}

function sayIn(locale: Locale, messages: Record<Key, string>): Say {
  const read = new Map<Key, IntlMessageFormat>();
  return ((key: Key, values?: Record<string, string>) => {
    let message = read.get(key);
    if (!message) read.set(key, (message = new IntlMessageFormat(messages[key], locale)));
    return message.format(values);
  }) as Say;
}

/** Says it in English, as everybody reads it who is no creator. */
export const inEnglish = sayIn("en", en);

const Saying = createContext(inEnglish);

/** Says a sentence of the catalogue, with its values in their places. */
export const useSay = (): Say => useContext(Saying);

function languageOf(locale: Locale, { words, problems }: Catalogue): Language {
  const parts = Object.fromEntries(Object.keys(english).map((key) => [key, words[key as keyof typeof english]])) as typeof english;
  return {
    locale, parts,
    problem: problems && ((status, code) => ({
      title: problems.titles[status] ?? problems.titles[500],
      detail: problems.codes[code] ?? problems.details[status] ?? problems.details[500],
      field: (field, bad) => problems.fields[`${field.replace(/\[\d+\]/g, "")}.${bad}`] ?? problems.fields.other,
    })),
  };
}

/** Puts what is in it, and the whole page with it, into a language. */
export function Speaking({ locale, children }: { locale: Locale; children: ReactNode }) {
  const [said, setSaid] = useState<{ say: Say }>();

  useEffect(() => {
    let gone = false;
    const show = (one: Locale, catalogue: Catalogue) => {
      if (gone) return;
      speak(languageOf(one, catalogue));
      setSaid({ say: sayIn(one, catalogue.words) });
    };
    const found = catalogues[locale]();
    // A language that cannot be fetched must not hide the page.
    if (found instanceof Promise) found.then((catalogue) => show(locale, catalogue), () => show("en", { words: en }));
    else show(locale, found);
    return () => {
      gone = true;
    };
  }, [locale]);
  useEffect(() => () => speak(), []);

  if (!said) return <LoadingPage />;
  return <Saying value={said.say}>{children}</Saying>;
}

/** Keeps the language for the next visit, so that it opens in it. */
export function keepLocale(locale: Locale): void {
  localStorage.setItem(kept, locale);
}
