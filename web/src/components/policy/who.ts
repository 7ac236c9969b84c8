import { useQuery } from "@tanstack/react-query";

import { campaignsQuery, outsideReviewersQuery, usersQuery } from "../../api/queries";
import type { Approver } from "../../api/schema";
import { deciders, type Names } from "./words";

interface Choice {
  value: string;
  label: string;
}

/** Whom a brand's policies can name, and the names of those they do. */
export interface Who {
  names: Names;
  /** Those who have a role that decides on content. */
  people: Choice[];
  outside: Choice[];
  campaigns: Choice[];
}

const choice = ({ id, name }: { id: string; name: string }): Choice => ({ value: id, label: name });

/** Reads whom the policies of a brand can name. What cannot be read is left out. */
export function useWho(brandId: string | undefined): Who {
  const users = useQuery({ ...usersQuery({ limit: 200 }), retry: false }).data?.items ?? [];
  const outside = useQuery({ ...outsideReviewersQuery(brandId), retry: false }).data?.items ?? [];
  const campaigns = useQuery(campaignsQuery({ brand_id: brandId, limit: 200 })).data?.items ?? [];
  const nameIn = (list: { id: string; name: string }[]) => {
    const names = new Map(list.map(({ id, name }) => [id, name]));
    return (id: string) => names.get(id);
  };
  return {
    names: { person: nameIn(users), outside: nameIn(outside), campaign: nameIn(campaigns) },
    people: users
      .filter(({ disabled, brands }) => !disabled && brands.some((brand) => (!brandId || brand.brand_id === brandId) && brand.roles.some((role) => role in deciders)))
      .map(choice),
    outside: outside.map(choice),
    campaigns: campaigns.map(choice),
  };
}

/** An approver as one word, for lists and fields. */
export const approverKey = ({ kind, user_id, role, reviewer_id }: Approver): string => `${kind}:${user_id ?? role ?? reviewer_id ?? ""}`;

/** The approver that such a word names. */
export function approverOf(key: string): Approver {
  const [kind, id = ""] = key.split(":");
  if (kind === "role") return { kind, role: id as Approver["role"] };
  return kind === "outside" ? { kind, reviewer_id: id } : { kind: "user", user_id: id };
}
