import type { ClauseKind, ClauseVariable, ClauseWhen, MustIncludeKind } from "../../api/schema";
import { countryName } from "../../lib/countries";
import { words } from "../../lib/states";
import { anyCategory, categoryWords, platforms } from "../policy/words";

/** What a clause is about, in the order in which contracts usually have it. */
export const kinds: Record<ClauseKind, string> = {
  campaign: "Campaign", deliverables: "Deliverables", approval: "Approval", payment: "Payment", disclosure: "Disclosure", duration: "Duration", usage_rights: "Usage rights",
  exclusivity: "Exclusivity", ai_likeness: "AI and likeness", termination: "Termination", general: "General",
};

/** What a template can insist on. */
export const mustKinds: MustIncludeKind[] = ["disclosure", "usage_rights", "exclusivity", "payment", "termination", "ai_likeness"];

/** In which contracts a clause stands: "Creator in Germany or Austria, with paid usage". */
export function clauseWhenText({ markets = [], platforms: on = [], regulated = [], paid_usage }: ClauseWhen): string {
  const text = [
    markets.length > 0 && `creator in ${markets.map(countryName).join(" or ")}`,
    on.length > 0 && `content on ${on.map((one) => platforms[one] ?? words(one)).join(" or ")}`,
    regulated.length > 0 && (regulated.includes(anyCategory) ? "any regulated category" : regulated.map(categoryWords).join(" or ")),
    paid_usage !== undefined && (paid_usage ? "with paid usage" : "without paid usage"),
  ].filter((part) => typeof part === "string").join(", ");
  return text === "" ? "Wherever a template has it" : text.charAt(0).toUpperCase() + text.slice(1);
}

/** The text with the sample contract's words; a variable that is none stays as it is. */
export function filled(text: string, variables: ClauseVariable[]): string {
  return text.replace(/\{\{\s*([^{}]*?)\s*\}\}/g, (tag, name: string) => variables.find((one) => one.name === name)?.sample ?? tag);
}
