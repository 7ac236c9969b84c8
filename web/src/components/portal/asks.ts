import type { OfferAsk, PortalOfferView } from "../../api/schema";

/** What was typed into the fields of a counter, by `asking`; a field that nobody touched is not there. */
export type TypedAsks = Record<string, number | string>;

/** The field of one ask. */
export const asking = (of: OfferAsk["of"], deliverable: number | undefined): string => `${of}/${deliverable ?? ""}`;

/** What the offer says of what can be asked for. */
export function offered({ terms }: Pick<PortalOfferView, "terms">, of: OfferAsk["of"], deliverable?: number): number {
  if (of === "usage_rights_days" || of === "exclusivity_days") return terms[of] ?? 0;
  if (of === "pieces") return 1;
  return terms.deliverables[deliverable ?? -1]?.[of] ?? 0;
}

/** What is asked for otherwise than it was offered. */
export function asksOf(offer: Pick<PortalOfferView, "terms">, typed: TypedAsks): OfferAsk[] {
  return Object.entries(typed).flatMap(([key, value]) => {
    const [of, at] = key.split("/") as [OfferAsk["of"], string];
    const deliverable = at === "" ? undefined : Number(at);
    return typeof value === "number" && value !== offered(offer, of, deliverable) ? [{ of, deliverable, value }] : [];
  });
}
