// Days are written YYYY-MM-DD and counted in UTC, where each has 24 hours; an instant belongs to the reader's day.

const millisecondsOfDay = 86_400_000;

const pad = (n: number) => String(n).padStart(2, "0");

/** The reader's day of an instant. */
export const dayOf = (at: Date): string => `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;

const utc = (day: string) => new Date(`${day}T00:00:00Z`);

export const addDays = (day: string, n: number): string => new Date(utc(day).getTime() + n * millisecondsOfDay).toISOString().slice(0, 10);

/** The same day n months later, or that month's last. */
export function addMonths(day: string, n: number): string {
  const at = utc(`${day.slice(0, 7)}-01`);
  at.setUTCMonth(at.getUTCMonth() + n);
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  return `${at.toISOString().slice(0, 7)}-${pad(Math.min(Number(day.slice(8)), last))}`;
}

/** The Monday of a day's week. */
export const mondayOf = (day: string): string => addDays(day, -((utc(day).getUTCDay() + 6) % 7));

/** The weeks that a month touches, each from Monday to Sunday. */
export function weeksOf(month: string): string[][] {
  const weeks: string[][] = [];
  const end = addMonths(`${month.slice(0, 7)}-01`, 1);
  for (let monday = mondayOf(`${month.slice(0, 7)}-01`); monday < end; monday = addDays(monday, 7)) weeks.push(weekOf(monday));
  return weeks;
}

/** The seven days of a day's week. */
export const weekOf = (day: string): string[] => Array.from({ length: 7 }, (_, n) => addDays(mondayOf(day), n));

/** The day that a key of the keyboard moves to; undefined for other keys. */
export function moved(day: string, key: string): string | undefined {
  switch (key) {
    case "ArrowLeft": return addDays(day, -1);
    case "ArrowRight": return addDays(day, 1);
    case "ArrowUp": return addDays(day, -7);
    case "ArrowDown": return addDays(day, 7);
    case "Home": return mondayOf(day);
    case "End": return addDays(mondayOf(day), 6);
    case "PageUp": return addMonths(day, -1);
    case "PageDown": return addMonths(day, 1);
  }
  return undefined;
}

/** The beginning of a day where the person is; `later` counts days on from it. */
export function dayStart(date: string | undefined, later = 0): string | undefined {
  if (!date) return undefined;
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  return new Date(year, month - 1, day + later).toISOString();
}

export const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** "Monday to Friday" where the days follow each other, else their short names. */
export function daysText(days: number[]): string {
  const sorted = [...days].sort((a, b) => a - b);
  if (sorted.length === 0) return "No day";
  if (sorted.length === 7) return "Every day";
  const [first, last] = [sorted[0] ?? 1, sorted.at(-1) ?? 1];
  if (sorted.length > 2 && last - first === sorted.length - 1) return `${weekdays[first - 1]} to ${weekdays[last - 1]}`;
  return sorted.map((day) => weekdays[day - 1]?.slice(0, 3)).join(", ");
}
