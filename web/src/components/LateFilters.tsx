import { Skeleton } from "@mantine/core";
import { Children, isValidElement, lazy, Suspense, type ReactNode } from "react";

// Fields with a list of choices are heavy; a list of rows does not wait for them.

/** One campaign, in a row of filters. */
export const CampaignFilter = lazy(async () => ({ default: (await import("./Pickers")).CampaignSelect }));

/** One creator, in a row of filters. */
export const CreatorFilter = lazy(async () => ({ default: (await import("./Pickers")).CreatorSelect }));

/** One country, in a row of filters. */
export const CountryFilter = lazy(async () => ({ default: (await import("./Pickers")).CountrySelect }));

/** One person of the house, in a row of filters. */
export const PersonFilter = lazy(async () => ({ default: (await import("./Pickers")).PersonFilter }));

/** Any number of states, in a row of filters. */
export const StatesFilter = lazy(async () => ({ default: (await import("./Pickers")).StatesSelect }));

/** Keeps the room of filters that are on their way. */
export function LateFilters({ children }: { children: ReactNode }) {
  const room = (filter: ReactNode) => (isValidElement(filter) && filter.type === StatesFilter ? 230 : 180);
  return <Suspense fallback={Children.map(children, (filter) => <Skeleton height="var(--control)" w={{ base: "100%", xs: room(filter) }} />)}>{children}</Suspense>;
}
