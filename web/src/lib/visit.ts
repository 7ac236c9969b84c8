import { useState } from "react";

/** What is new since a visit that was at least this long ago, so that a reload hides nothing. */
const apart = 30 * 60_000;
const day = 24 * 60 * 60_000;

interface Visits {
  before: number;
  now: number;
}

/**
 * Since when things are new to a person: their last visit, at most a week ago, or a day ago for who was not here before. It is kept in this browser,
 * because it is about what these eyes have seen, and nothing is lost with it.
 */
export function sinceLastVisit(userId: string, now: number): Date {
  const key = `rapport.visit.${userId}`;
  let visits: Visits = { before: now - day, now };
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "null") as Visits | null;
    if (kept && Number.isFinite(kept.before) && Number.isFinite(kept.now)) visits = now - kept.now > apart ? { before: kept.now, now } : { before: kept.before, now };
    localStorage.setItem(key, JSON.stringify(visits));
  } catch {
    // A browser that keeps nothing shows the last day.
  }
  return new Date(Math.max(visits.before, now - 7 * day));
}

/** Since when things are new to a person, the same for as long as the page is open. */
export function useLastVisit(userId: string): string {
  return useState(() => sinceLastVisit(userId, Date.now()).toISOString())[0];
}
