import type { Creator, SocialAccount } from "../api/schema";

/** The account with the most followers, which a creator is known by. Empty when there is none. */
export function mainAccount({ accounts }: Pick<Creator, "accounts">): Partial<SocialAccount> {
  return [...accounts].sort((a, b) => (b.followers ?? 0) - (a.followers ?? 0))[0] ?? {};
}
