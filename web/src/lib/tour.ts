const listeners = new Set<() => void>();
let running = false;

function set(now: boolean): void {
  running = now;
  for (const listener of listeners) listener();
}

/** Whether the tour runs; started from Home, the person's menu and the help. */
export const tour = {
  runs: () => running,
  start: () => set(true),
  end: () => set(false),
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
};

const keyOf = (userId: string) => `rapport.tour.${userId}`;

/**
 * Whether the tour was offered to the person before. It is kept in this browser: the server knows nothing of a person but what others must know or
 * what mails depend on, and who is offered a tour once more on another machine loses nothing.
 */
export function tourSeen(userId: string): boolean {
  try {
    return localStorage.getItem(keyOf(userId)) !== null;
  } catch {
    return true; // A browser that keeps nothing would offer it for ever.
  }
}

/** The offer was taken or refused. */
export function markTourSeen(userId: string): void {
  try {
    localStorage.setItem(keyOf(userId), "1");
  } catch {
    // Then it was not offered either.
  }
}
