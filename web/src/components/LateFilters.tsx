import { Skeleton } from "@mantine/core";
import { lazy, Suspense, type ReactNode } from "react";

// Fields with a list of choices are heavy; a list of rows does not wait for them.

/** One campaign, in a row of filters. */
export const CampaignFilter = lazy(async () => ({ default: (await import("./Pickers")).CampaignSelect }));

/** One creator, in a row of filters. */
export const CreatorFilter = lazy(async () => ({ default: (await import("./Pickers")).CreatorSelect }));

/** One country, in a row of filters. */
export const CountryFilter = lazy(async () => ({ default: (await import("./Pickers")).CountrySelect }));

/** One person of the house, in a row of filters. */
export const PersonFilter = lazy(async () => ({ default: (await import("./Pickers")).PersonSelect }));

/** Any number of states, in a row of filters. */
export const StatesFilter = lazy(async () => ({ default: (await import("./Pickers")).StatesSelect }));

/** Keeps the place of filters that are on their way. */
export function LateFilters({ children }: { children: ReactNode }) {
  return <Suspense fallback={<Skeleton height={36} w={{ base: "100%", xs: 380 }} />}>{children}</Suspense>;
}
