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
  const [value, show] = useState(now);
  const set = (next: T) => {
    kept.set(key, next);
    show(next);
  };
  const forget = () => {
    kept.delete(key);
    show(fresh);
  };
  return { value, now, set, forget };
}
