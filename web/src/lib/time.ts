import { useSyncExternalStore } from "react";

import { perLocale } from "./language";

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["week", 7 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

const relative = perLocale((locale) => new Intl.RelativeTimeFormat(locale, { numeric: "auto" }));
const relativeShort = perLocale((locale) => new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" }));

/** "in 3 days", "12 seconds ago", "now": the nearest whole unit of at least one; short ("12 sec. ago") for lists. */
export function relativeText(at: Date, now: Date, short = false): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  if (Math.abs(seconds) < 1) return relative().format(0, "second");
  for (const [unit, length] of units) {
    // Weeks begin at two, so that a deadline reads "in 10 days" rather than "next week".
    const least = unit === "week" ? 2 * length : length;
    if (Math.abs(seconds) >= least) return (short ? relativeShort() : relative()).format(Math.trunc(seconds / length), unit);
  }
  return relative().format(0, "second");
}

const exactly: Intl.DateTimeFormatOptions = {
  weekday: "short", day: "numeric", month: "short", year: "numeric",
  hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short",
};
/** Dates are written as in Britain where the page is English: the day before the month. */
const dates = (options: Intl.DateTimeFormatOptions) => perLocale((locale) => new Intl.DateTimeFormat(locale === "en" ? "en-GB" : locale, options));
const exact = dates(exactly);

/** The exact instant in the reader's zone, or in another, with the zone named. */
export function exactText(at: Date, zone?: string): string {
  return (zone ? dates({ ...exactly, timeZone: zone }) : exact)().format(at);
}

const day = dates({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
const plainDay = dates({ day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const clock = dates({ hour: "2-digit", minute: "2-digit" });

/** The reader's day of an instant. */
export function dayText(at: Date): string {
  return day().format(at);
}

/** A calendar date without a time ("2026-11-23"), which belongs to no zone. */
export function dateText(date: string): string {
  return plainDay().format(new Date(`${date}T00:00:00Z`));
}

/** The reader's time of day of an instant. */
export function clockText(at: Date): string {
  return clock().format(at);
}

/** A length of time in one or two plain words, for gaps in a timeline. */
export function spanText(milliseconds: number): string {
  const seconds = Math.abs(milliseconds) / 1000;
  for (const [unit, length] of units) {
    if (unit !== "week" && seconds >= length) {
      const count = Math.floor(seconds / length);
      return `${count} ${unit}${count === 1 ? "" : "s"}`;
    }
  }
  return "no time";
}

// One ticking clock for all relative times of a page.
let current = new Date();
const listeners = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  ticking ??= setInterval(() => {
    current = new Date();
    for (const tell of listeners) tell();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(ticking);
      ticking = undefined;
    }
  };
}

/** Text that depends on the present moment; the component renders again only when the text changes. */
export function useTimeText(make: (now: Date) => string): string {
  return useSyncExternalStore(subscribe, () => {
    // Nothing ticks before the first subscription, so a first render must look at the clock itself.
    if (ticking === undefined && Math.abs(Date.now() - current.getTime()) > 1000) current = new Date();
    return make(current);
  });
}

/** A moment in the form that a local date and time field takes. */
export const localInput = (at: Date): string => new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
