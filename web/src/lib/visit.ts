import { useState } from "react";

/** What is new since a visit that was at least this long ago, so that a reload hides nothing. */
const apart = 30 * 60_000;
const day = 24 * 60 * 60_000;

interface Visits {
  before: number;
  now: number;
}

/**
 * Since when what moved is shown to a person: their last visit, at most a week ago, and never later than the beginning of yesterday where they sit, so
 * that coming back after an hour hides no night. The visit is kept in this browser, because it is about what these eyes have seen, and nothing is lost with it.
 */
export function sinceLastVisit(userId: string, now: number): { since: Date; visit: Date } {
  const key = `rapport.visit.${userId}`;
  let visits: Visits = { before: now - day, now };
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "null") as Visits | null;
    if (kept && Number.isFinite(kept.before) && Number.isFinite(kept.now)) visits = now - kept.now > apart ? { before: kept.now, now } : { before: kept.before, now };
    localStorage.setItem(key, JSON.stringify(visits));
  } catch {
    // A browser that keeps nothing shows the last days.
  }
  const today = new Date(now);
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1).getTime();
  return { since: new Date(Math.max(Math.min(visits.before, yesterday), now - 7 * day)), visit: new Date(visits.before) };
}

/** Since when what moved is shown, and the visit before, the same for as long as the page is open. */
export function useLastVisit(userId: string): { since: string; visit: string } {
  return useState(() => {
    const { since, visit } = sinceLastVisit(userId, Date.now());
    return { since: since.toISOString(), visit: visit.toISOString() };
  })[0];
}
