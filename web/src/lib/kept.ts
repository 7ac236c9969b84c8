import { useState } from "react";

import { useSession } from "./session";

// By the person and what it belongs to, until the page is loaded anew.
const kept = new Map<string, unknown>();

/** Forgets everything; for tests, which share the module. */
export const forgetKept = () => kept.clear();

/** What somebody typed and has not sent yet: it is still there after they looked elsewhere. `now` reads it behind an answer that took a while. */
export function useKept<T>(about: string, fresh: T) {
  const key = `${useSession()?.user_id ?? ""} ${about}`;
  const now = () => (kept.get(key) as T | undefined) ?? fresh;
  const [shown, show] = useState(() => ({ key, value: now() }));
  const set = (value: T) => {
    kept.set(key, value);
    show({ key, value });
  };
  const forget = () => {
    kept.delete(key);
    show({ key, value: fresh });
  };
  // The same place of a page may come to be about something else.
  return { value: shown.key === key ? shown.value : now(), now, set, forget };
}
