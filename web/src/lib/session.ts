import { useQuery } from "@tanstack/react-query";

import { sessionQuery } from "../api/queries";
import type { Role, Session } from "../api/schema";

/** Whether the person has one of the roles, in the brand or, without one, in any. The API decides; this only hides what it would refuse. */
export function hasRole(session: Session | undefined, roles: Role[], brandId?: string): boolean {
  return (session?.brands ?? []).some(
    (brand) => (brandId === undefined || brand.brand_id === brandId) && brand.roles.some((role) => roles.includes(role)),
  );
}

/** Who answers for the money: they see the books and what is made of them. */
export const books: Role[] = ["finance_preparer", "finance_releaser", "auditor", "admin"];

/** Everybody but guests, who see a brand's work and not its money. */
export const houseRoles: Role[] = ["ops", "approver", "legal", "finance_preparer", "finance_releaser", "auditor", "admin"];

/** Who does the house's work: neither auditors nor guests. */
export const workRoles: Role[] = houseRoles.filter((role) => role !== "auditor");

/** The signed-in person. */
export function useSession(): Session | undefined {
  return useQuery(sessionQuery).data;
}

/** The words for roles, as people say them. */
export const roleWords: Record<Role, string> = {
  ops: "Operations",
  approver: "Approver",
  legal: "Legal",
  finance_preparer: "Finance: preparer",
  finance_releaser: "Finance: releaser",
  auditor: "Auditor",
  admin: "Admin",
  guest: "Guest",
};
