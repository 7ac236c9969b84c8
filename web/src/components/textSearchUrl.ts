import * as url from "../lib/search";

const kinds = ["message", "note", "contract", "caption"] as const;

/** What the address of the search says. */
export const textSearch = url.search({
  q: url.words,
  kind: url.oneOf(kinds),
  creator: url.id,
  campaign: url.id,
  from: url.date,
  to: url.date,
  files: url.flag,
  cursor: url.cursor,
});

/** The same, read, with the brand that every page of the house keeps. */
export type TextSearchState = url.Read<typeof textSearch> & { brand?: string };
