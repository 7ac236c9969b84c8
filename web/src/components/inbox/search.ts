import * as url from "../../lib/search";

/** The boxes of the inbox in the order in which they stand. Unmatched mail belongs to no thread yet. */
export const boxNames = ["mine", "waiting", "unassigned", "all", "snoozed", "done", "unmatched"] as const;

/** What the address of the inbox says. */
export const inboxSearch = url.search({
  box: url.oneOf(boxNames),
  q: url.words,
  thread: url.id,
  message: url.id,
  /** Whose thread is opened, where a link does not know the thread. */
  partnership: url.id,
  cursor: url.cursor,
});

/** The same, read, with the brand that every page of the house keeps. */
export type InboxSearch = url.Read<typeof inboxSearch> & { brand?: string };
