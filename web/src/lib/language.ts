import { useSyncExternalStore } from "react";

/** What the parts say that every page has. The creator's pages put their own language in its place. */
export const english = {
  tryAgain: "Try again",
  loading: "Loading",
  loadingPage: "Loading the page",
  notKnown: "not known",
  happened: "What just happened",
  dismiss: "Dismiss",
  pendingTitle: "Taken, not finished yet",
  pendingText: "The step is recorded and goes on by itself. This page shows it as soon as it is done.",
  request: "Request",
  decided: "decided already",
  skip: "Skip to the page",
};

/** What went wrong, in words. */
export interface ProblemWords {
  title: string;
  detail: string;
  field: (field: string, code: string) => string;
}

export interface Language {
  /** As `Intl` and the attribute `lang` know it. */
  locale: string;
  parts: typeof english;
  /** Words for a code of the API; without it the API's own, which are English. */
  problem?: (status: number, code: string) => ProblemWords;
}

const usual: Language = { locale: "en", parts: english };
let current = usual;
const listeners = new Set<() => void>();

/** The language that the page is in. */
export const language = (): Language => current;

/** Puts the whole page into a language; without one, into English. */
export function speak(next: Language = usual): void {
  current = next;
  document.documentElement.lang = next.locale;
  for (const tell of listeners) tell();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** The language that the page is in; renders again when it becomes another one. */
export const useLanguage = (): Language => useSyncExternalStore(subscribe, language);

/** Something made once a language, such as a formatter. */
export function perLocale<T>(make: (locale: string) => T): () => T {
  const made = new Map<string, T>();
  return () => {
    const { locale } = current;
    let one = made.get(locale);
    if (one === undefined) made.set(locale, (one = make(locale)));
    return one;
  };
}
