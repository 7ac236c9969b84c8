import type { AskedLine, ContractTerms, Money, Offer } from "../../api/schema";

/** What an offer becomes with some of what its creator asked for instead. */
export function takenOver({ fee, terms }: Pick<Offer, "fee" | "terms">, asks: AskedLine[]): { fee: Money; terms: ContractTerms } {
  const value = (of: AskedLine["of"], deliverable?: number) => asks.find((ask) => ask.of === of && ask.deliverable === deliverable)?.value;
  const places: number[] = []; // in the offer, of each piece of the new one
  const deliverables = terms.deliverables.flatMap((piece, at) => {
    const pieces = value("pieces", at) ?? 1;
    const draft = value("draft_due_days", at);
    const publish = value("publish_days", at);
    const asked = {
      ...piece,
      ...(draft !== undefined && { draft_due_days: draft, draft_due_on: undefined }), ...(publish !== undefined && { publish_days: publish, publish_from: undefined, publish_until: undefined }),
    };
    return Array.from({ length: pieces }, (_, n) => {
      places.push(at);
      return { ...asked, title: n === 0 ? piece.title : `${piece.title} ${n + 1}` };
    });
  });
  // A part of the fee that waited for a piece which falls away waits for all of the others; a bonus of it falls away with it.
  const milestones = terms.milestones.flatMap((part) => {
    if (part.deliverable === undefined) return [part];
    const place = places.indexOf(part.deliverable);
    if (place >= 0) return [{ ...part, deliverable: place }];
    return part.bonus ? [] : [{ ...part, deliverable: undefined }];
  });
  return {
    fee: { ...fee, amount: value("fee") ?? fee.amount },
    terms: {
      ...terms, milestones, deliverables,
      usage_rights_days: value("usage_rights_days") ?? terms.usage_rights_days, exclusivity_days: value("exclusivity_days") ?? terms.exclusivity_days,
    },
  };
}
