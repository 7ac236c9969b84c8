import type { Branch, ReplySuggestion, SequenceStep, SequenceTrigger } from "../../api/schema";
import { lookOf, words } from "../../lib/states";

/** What a reply can seem to be. */
export const replies = {
  accept: "an acceptance",
  decline: "a decline",
  counter_offer: "a counter-offer",
  question: "a question",
  later: "a “later”",
  out_of_office: "an out-of-office notice",
  wrong_person: "from the wrong person",
  unsubscribe: "a wish for no more mail",
  other: "something else",
} satisfies Record<ReplySuggestion["class"], string>;

/** What a branch can depend on. */
export const subjects: Record<Branch["on"], string> = {
  reply: "the last reply",
  tag: "the tags",
  country: "the country",
  language: "the language",
  platform: "the platforms",
  followers: "the number of followers",
  field: "a field of ours",
  opened_contract: "the contract was opened",
  opened_page: "their page was opened",
};

/** How a branch compares, after what it depends on. */
export function comparisonText(on: Branch["on"], is: NonNullable<Branch["is"]>): string {
  const not = is === "is_not";
  if (is === "at_least") return "is at least";
  if (is === "below") return "is below";
  if (on === "reply") return not ? "does not seem to be" : "seems to be";
  if (on === "tag" || on === "platform") return not ? "do not include" : "include";
  return not ? "is not" : "is";
}

const count = new Intl.NumberFormat("en-GB");

function valueText({ on, value = "" }: Branch): string {
  if (on === "reply") return (replies as Record<string, string>)[value] ?? words(value).toLowerCase();
  if (on === "followers" && value !== "" && Number.isFinite(Number(value))) return count.format(Number(value));
  if (on === "field" && (value === "true" || value === "false")) return value === "true" ? "yes" : "no";
  return value || "…";
}

/** "the country is DE": what must hold for a branch to go the first way. */
export function conditionText(branch: Branch): string {
  const { on, field, is } = branch;
  const subject = on === "field" && field ? `“${field}”` : subjects[on];
  return is ? `${subject} ${comparisonText(on, is)} ${valueText(branch)}` : subject;
}

/** "If the country is DE go on with step 4, otherwise with step 6": what a branch does, of a sequence with so many steps. */
export function branchText(branch: Branch, steps: number): string {
  const { then: yes, else: no } = branch;
  const ends = (step: number) => step >= steps;
  if (ends(yes) && ends(no)) return `If ${conditionText(branch)} end, otherwise end too`;
  if (ends(yes)) return `If ${conditionText(branch)} end, otherwise go on with step ${no + 1}`;
  return `If ${conditionText(branch)} go on with step ${yes + 1}, otherwise ${ends(no) ? "end" : `with step ${no + 1}`}`;
}

const days = (number: number, kind: string) => `${number} ${kind}${number === 1 ? "" : "s"}`;

/** What a step does, of a sequence with so many steps. */
export function stepText(step: SequenceStep, steps: number): string {
  switch (step.kind) {
    case "send":
      return `Send “${words(step.template ?? "a mail")}”${step.review ? "; a person looks at it first" : ""}`;
    case "wait":
      return `Wait ${step.days === undefined ? days(step.business_days ?? 0, "business day") : days(step.days, "calendar day")}`;
    case "branch":
      return step.branch ? branchText(step.branch, steps) : "Branch";
    case "task":
      return `Make a task: ${step.title ?? ""}`;
    case "stop":
      return "Stop";
  }
}

/** What a silence can begin with, after "after", and what it can be without. */
export const events: Record<string, { after: string; without: string }> = {
  reply: { after: "the creator wrote", without: "a word from the creator" },
  our_answer: { after: "we answered", without: "an answer of ours" },
  offer_sent: { after: "an offer was sent", without: "an offer" },
  offer_decided: { after: "an offer was decided", without: "a decision on the offer" },
  contract_sent: { after: "a contract was sent", without: "a contract being sent" },
  contract_signed: { after: "a contract was signed", without: "a signature" },
  draft_submitted: { after: "a draft was handed in", without: "a draft" },
  changes_requested: { after: "changes were asked for", without: "changes being asked for" },
  content_approved: { after: "content was approved", without: "an approval of content" },
  post_reported: { after: "a post was reported", without: "a reported post" },
};

/** The dates of a partnership, after "before". */
export const dates: Record<string, string> = {
  offer_expires: "the offer expires",
  contract_expires: "the time to sign the contract ends",
  draft_due: "the draft is due",
  publish_by: "the post is due",
  contract_ends: "the contract ends",
  renewal_notice: "the renewal must be decided",
  campaign_starts: "the campaign starts",
  campaign_ends: "the campaign ends",
};

const ownField = "field:";

/** How a trigger names a creator's own date field. */
export const fieldDate = (name: string) => ownField + name;

/** Whether a date of a trigger is a creator's own. */
export const isFieldDate = (date = "") => date.startsWith(ownField);

/** A date of a trigger, after "before". */
export function dateWords(date = ""): string {
  return isFieldDate(date) ? `the creator’s “${date.slice(ownField.length)}”` : dates[date] ?? words(date).toLowerCase();
}

/** What starts a sequence: "Starts 3 days before the draft is due". */
export function triggerText(trigger: SequenceTrigger | undefined): string {
  if (!trigger) return "Starts with the partnership, as a campaign’s outreach";
  const stage = trigger.stage && lookOf("stage", trigger.stage).word;
  if (trigger.on === "stage") return `Starts when the stage “${stage ?? ""}” is entered`;
  const only = stage ? `, only in the stage “${stage}”` : "";
  if (trigger.on === "silence") {
    const { after = "", without = "", business_days = 0 } = trigger;
    return `Starts ${days(business_days, "business day")} after ${events[after]?.after ?? words(after).toLowerCase()}, without ${events[without]?.without ?? words(without).toLowerCase()}${only}`;
  }
  const off = trigger.days ?? 0;
  const day = dateWords(trigger.date);
  if (off === 0) return `Starts on ${isFieldDate(trigger.date) ? day : `the day on which ${day}`}${only}`;
  return `Starts ${days(Math.abs(off), "day")} ${off < 0 ? "before" : "after"} ${day}${only}`;
}
