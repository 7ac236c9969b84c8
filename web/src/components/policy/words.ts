import type { Approver, ContentRules, Money, Policy, PolicyStage, PolicyWhen, Role } from "../../api/schema";
import { countryName } from "../../lib/countries";
import { exponent, moneyText } from "../../lib/money";
import { words } from "../../lib/states";

/** The categories that law is strict about. */
export const categories: Record<string, string> = {
  alcohol: "Alcohol",
  tobacco_nicotine: "Tobacco and nicotine",
  gambling: "Gambling",
  finance: "Finance",
  crypto: "Crypto",
  health: "Health",
  cosmetics: "Cosmetics",
  food_supplements: "Food supplements",
  weight_loss: "Weight loss",
  children: "Children",
  politics: "Politics",
  cannabis: "Cannabis",
};

/** Stands for every category above. */
export const anyCategory = "any";

/** A category in words. */
export const categoryWords = (category: string) => categories[category] ?? words(category);

/** Platforms as they write themselves. */
export const platforms: Record<string, string> = {
  youtube: "YouTube", instagram: "Instagram", tiktok: "TikTok", twitch: "Twitch", x: "X", blog: "Blog", podcast: "Podcast",
};

/** Things that can be chosen by a name, with one that is chosen but offered no more. */
export function offered(choices: { value: string; label: string }[], chosen: string[], gone: (value: string) => string = words): { value: string; label: string }[] {
  const known = new Set(choices.map(({ value }) => value));
  return [...choices, ...chosen.filter((value) => !known.has(value)).map((value) => ({ value, label: gone(value) }))];
}

/** A map of words as choices. */
export const choices = (of: Record<string, string>) => Object.entries(of).map(([value, label]) => ({ value, label }));

/** The roles that decide on content, as those who have them are called. */
export const deciders = { approver: "the approvers", legal: "legal", ops: "operations", admin: "the admins" } satisfies Partial<Record<Role, string>>;

/** Finds the name behind an id, or undefined where it is not known. */
export interface Names {
  person: (id: string) => string | undefined;
  outside: (id: string) => string | undefined;
  campaign: (id: string) => string | undefined;
}

/** Who an approver is: "the admins", "Kim Sato", "Ada of outside". */
export function approverText({ kind, role, user_id, reviewer_id }: Approver, names: Names): string {
  if (kind === "role") return role ? ((deciders as Record<string, string>)[role] ?? words(role).toLowerCase()) : "a role";
  if (kind === "user") return names.person(user_id ?? "") ?? "somebody who left";
  return `${names.outside(reviewer_id ?? "") ?? "somebody who was removed"} (outside)`;
}

const list = (items: string[], last: "and" | "or") =>
  items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} ${last} ${items.at(-1) ?? ""}`;

const days = (count: number) => `${count} business day${count === 1 ? "" : "s"}`;

/** The name of a stage, or its place while it has none. */
export const stageName = (stages: PolicyStage[], at: number) => stages[at]?.name.trim() || `stage ${at + 1}`;

/** How many of those asked must approve. */
export function ruleText({ rule, quorum, approvers }: PolicyStage, names: Names): string {
  switch (rule) {
    case "any":
      return "one approval is enough";
    case "all":
      return "everybody asked must approve";
    case "quorum":
      return `${quorum ?? "several"} of them must approve`;
    case "primary":
      return `${approvers[0] ? approverText(approvers[0], names) : "the first"} decide${approvers[0]?.kind === "role" ? "" : "s"}, the others advise`;
  }
}

/** When a stage starts; nothing where it simply follows. */
export function startText(stages: PolicyStage[], at: number): string | undefined {
  const { starts, start_days = 0, start_from } = stages[at] ?? {};
  if (starts === "in_parallel") return at === 0 ? undefined : `at the same time as ${stageName(stages, at - 1)}`;
  if (starts !== "by_date") return undefined;
  if (start_from === "publish_by") return start_days === 0 ? "starts on the publish date" : `starts ${days(start_days)} before the publish date`;
  return start_days === 0 ? "starts when the review opens" : `starts ${days(start_days)} after the review opened`;
}

/** Where a no leads. */
export function returnText(stages: PolicyStage[], at: number): string {
  const stage = stages[at];
  switch (stage?.on_reject) {
    case "previous":
      return `a no goes back to ${at > 0 ? stageName(stages, at - 1) : "the stage before"}`;
    case "stage":
      return `a no goes back to ${stageName(stages, stage.return_to ?? 0)}`;
    case "end":
      return "a no ends it";
    default:
      return "a no goes back to the creator";
  }
}

const unchanged: Record<NonNullable<PolicyStage["scope"]>, string> = { all: "nothing changed", caption: "the caption did not change", file: "the file did not change" };

/** What must not change for approvals to stay. */
export const scopeChoices = choices(unchanged);

function escalationText({ escalate_to = [] }: PolicyStage, names: Names): string {
  return escalate_to
    .map((level) => {
      const many = level.kind === "role" && (level.role === "approver" || level.role === "admin");
      return `, then ${approverText(level, names)} ${many ? "are" : "is"} asked${level.days ? ` for ${days(level.days)}` : ""}`;
    })
    .join("");
}

/** What a stage does, after its name: "the approvers; one approval is enough; 3 business days, then the admins are asked; …". */
export function stageText(stages: PolicyStage[], at: number, names: Names): string {
  const stage = stages[at];
  if (!stage) return "";
  return [
    startText(stages, at),
    stage.approvers.length > 0 ? stage.approvers.map((one) => approverText(one, names)).join(", ") : "nobody is asked yet",
    ruleText(stage, names),
    `${days(stage.deadline_days)}${escalationText(stage, names)}`,
    returnText(stages, at),
    stage.legal ? "never approved by silence" : undefined,
    stage.keep ? `approvals stay when ${unchanged[stage.scope ?? "all"]}` : undefined,
  ].filter(Boolean).join("; ");
}

/** The stages in short: "Brand, then Legal together with Client". */
export function stagesShort(stages: PolicyStage[]): string {
  return stages.map((stage, at) => {
    const name = stageName(stages, at);
    if (at === 0) return name;
    return `${stage.starts === "in_parallel" ? " together with" : stage.starts === "by_date" ? ", by date" : ", then"} ${name}`;
  }).join("");
}

/** What happens when nobody decides at all. */
export const silenceText: Record<Policy["on_silence"], string> = {
  hold: "If nobody decides at all, the review is held until somebody does",
  auto_approve: "If nobody decides at all, the content is approved by itself",
  auto_reject: "If nobody decides at all, the content is rejected by itself",
};

/** "€5,000": an amount in a sentence, without cents that are zero. */
export function amountText(money: Money): string {
  const text = moneyText(money);
  const digits = exponent(money.currency);
  return digits > 0 && money.amount % 10 ** digits === 0 ? text.replace(/\.0+$/, "") : text;
}

/** When a policy is chosen: "Instagram, fee at least €5,000". */
export function whenText(when: PolicyWhen | undefined, names: Names): string {
  if (!when) return "Only by campaigns that name it";
  const { campaigns = [], platforms: on = [], markets = [], fee_at_least, regulated = [], paid_usage, first_partnership } = when;
  const parts = [
    campaigns.length > 0 && `campaign ${list(campaigns.map((id) => names.campaign(id) ?? "one of another time"), "or")}`,
    on.length > 0 && list(on.map((one) => platforms[one] ?? words(one)), "or"),
    markets.length > 0 && `shown in ${list(markets.map(countryName), "or")}`,
    fee_at_least && `fee at least ${amountText(fee_at_least)}`,
    regulated.length > 0 && (regulated.includes(anyCategory) ? "any regulated category" : `regulated: ${list(regulated.map((one) => categoryWords(one).toLowerCase()), "or")}`),
    paid_usage !== undefined && (paid_usage ? "with paid usage" : "without paid usage"),
    first_partnership !== undefined && (first_partnership ? "first partnership with the creator" : "not the first partnership with the creator"),
  ].filter((part) => typeof part === "string");
  const text = parts.join(", ");
  return text === "" ? "Nothing is chosen yet" : text.charAt(0).toUpperCase() + text.slice(1);
}

const media: Record<NonNullable<ContentRules["media_types"]>[number], string> = { image: "Images", video: "Videos", pdf: "PDF files" };

/** The kinds of files that content can be. */
export const mediaChoices = choices(media);

/** What a campaign asks of its content, one line for each thing. */
export function rulesText({ markets = [], regulated, banned = [], media_types = [], max_megabytes, min_seconds, max_seconds, aspect_ratios = [], spoken }: ContentRules): string[] {
  const seconds = min_seconds && max_seconds ? `${min_seconds} to ${max_seconds} seconds` : min_seconds ? `At least ${min_seconds} seconds` : max_seconds ? `At most ${max_seconds} seconds` : "";
  return [
    markets.length > 0 && `Shown in ${list(markets.map(countryName), "and")}`,
    regulated && `Regulated: ${categoryWords(regulated).toLowerCase()}`,
    banned.length > 0 && `Without the words ${list(banned.map((word) => `“${word}”`), "and")}`,
    media_types.length > 0 && `${list(media_types.map((type, at) => (at === 0 || type === "pdf" ? media[type] : media[type].toLowerCase())), "and")} only`,
    max_megabytes && `At most ${max_megabytes} MB`,
    seconds,
    aspect_ratios.length > 0 && `Format ${list(aspect_ratios, "or")}`,
    spoken && "A video says and shows that it is an ad",
  ].filter((line) => typeof line === "string").filter(Boolean);
}
