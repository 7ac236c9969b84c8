import { IconCalendarDue, IconCoin, IconFileText, IconFlag, IconPencil, IconPlaneDeparture, IconSend, IconSignature, type TablerIcon } from "@tabler/icons-react";

import type { CalendarEntry } from "../../api/schema";
import { addDays, dayOf } from "../../lib/days";
import { clockText } from "../../lib/time";
import type { Tone } from "../../theme/tokens";
import { keyKinds } from "../contract/keydates";

/** How each kind of entry is said, beside its title. */
export const kinds: Record<CalendarEntry["kind"], { word: string; icon: TablerIcon; tone: Tone }> = {
  draft_due: { word: "Draft due", icon: IconPencil, tone: "attention" },
  publish_window: { word: "Publish by", icon: IconSend, tone: "progress" },
  planned_post: { word: "Planned post", icon: IconSend, tone: "progress" },
  contract_end: { word: "Contract ends", icon: IconFileText, tone: "idle" },
  notice: { word: "Renewal by", icon: IconSignature, tone: "attention" },
  campaign_start: { word: "Campaign starts", icon: IconFlag, tone: "idle" },
  campaign_end: { word: "Campaign ends", icon: IconCalendarDue, tone: "idle" },
  campaign_date: { word: "Campaign’s date", icon: IconFlag, tone: "attention" },
  rights_end: { ...keyKinds.rights_end, tone: "attention" },
  allowlisting_end: { ...keyKinds.allowlisting_end, tone: "attention" },
  exclusivity_end: { ...keyKinds.exclusivity_end, tone: "idle" },
  option_end: { ...keyKinds.option_end, tone: "attention" },
  payment_due: { word: "Payment due", icon: IconCoin, tone: "idle" },
  absence: { word: "Away", icon: IconPlaneDeparture, tone: "held" },
};

/** A date is the end of its day, which is the first moment of the next one. */
const lastDay = (at: string) => dayOf(new Date(new Date(at).getTime() - 1000));

/** The days on which an entry stands: a publish window and an absence on each of theirs. */
export function daysOf(entry: CalendarEntry): { first: string; last: string } {
  if (entry.starts_on && entry.ends_on) return { first: entry.starts_on, last: entry.ends_on };
  const last = lastDay(entry.ends_at ?? entry.starts_at ?? "");
  if ((entry.kind === "planned_post" || entry.kind === "payment_due") && entry.starts_at) return { first: dayOf(new Date(entry.starts_at)), last: dayOf(new Date(entry.starts_at)) };
  if (entry.kind !== "publish_window" || !entry.starts_at) return { first: last, last };
  const first = dayOf(new Date(entry.starts_at));
  return { first: first < last ? first : last, last };
}

/** How an entry is said on one of its days: a publish window opens, is open, and ends; a planned post has its time. */
export function wordOn(entry: CalendarEntry, day: string): string {
  if (entry.kind === "planned_post" && entry.starts_at) return `Planned post ${clockText(new Date(entry.starts_at))}`;
  if (entry.kind !== "publish_window" || isOut(entry)) return isOut(entry) ? "Published" : kinds[entry.kind].word;
  const { first, last } = daysOf(entry);
  return day === last ? "Publish by" : day === first ? "Window opens" : "Window open";
}

/** Says that a publish window has only the moment of its post. */
const isOut = ({ kind, state }: CalendarEntry): boolean => kind === "publish_window" && ["posted", "verified", "accepted"].includes(state ?? "");

/** Days in the middle of a publish window ask for nothing. */
const between = (entry: CalendarEntry, day: string): boolean => wordOn(entry, day) === "Window open";

/** The entries of each day, those that ask for something on it first; without what is only open on it, if asked so. */
export function byDay(entries: CalendarEntry[], days: string[], open = true): Map<string, CalendarEntry[]> {
  const map = new Map<string, CalendarEntry[]>(days.map((day) => [day, []]));
  const [from, to] = [days[0] ?? "", days.at(-1) ?? ""];
  for (const entry of entries) {
    const { first, last } = daysOf(entry);
    for (let day = first > from ? first : from; day <= last && day <= to; day = addDays(day, 1)) map.get(day)?.push(entry);
  }
  for (const [day, list] of map) {
    const asks = list.filter((entry) => !between(entry, day));
    map.set(day, open ? [...asks, ...list.filter((entry) => between(entry, day))] : asks);
  }
  return map;
}

/** What an entry is about, in one line. */
export function entryText({ kind, title, creator, campaign_name }: CalendarEntry): string {
  if (kind === "absence") return creator?.name ?? "";
  if (kind === "campaign_start" || kind === "campaign_end") return title;
  if (kind === "campaign_date") return `${title} (${campaign_name})`;
  return [creator?.name, title, campaign_name].filter(Boolean).join(", ");
}

/** The page of what an entry is about. */
export function entryLink({ partnership_id, contract_id, campaign_id, creator, kind }: CalendarEntry): { to: string; params: { id: string } } | undefined {
  if (contract_id) return { to: "/contracts/$id", params: { id: contract_id } };
  if (partnership_id) return { to: "/partnerships/$id", params: { id: partnership_id } };
  if (kind === "absence" && creator) return { to: "/creators/$id", params: { id: creator.id } };
  return campaign_id ? { to: "/campaigns/$id", params: { id: campaign_id } } : undefined;
}
