/** One line in the corner: done, held (taken, not finished) or danger (refused). */
export interface Toast {
  id: number;
  tone: "done" | "held" | "danger";
  title?: string;
  message: string;
  /** Takes back what was done. */
  undo?: () => void;
}

// Long enough to be read; a refusal stays longer, and so does what can be taken back.
const shownMs = { done: 5_000, held: 9_000, danger: 14_000 };
const undoMs = 14_000;
const most = 4;

let list: Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function set(next: Toast[]): void {
  list = next;
  for (const tell of listeners) tell();
}

/** Takes one away. */
export function dismiss(id: number): void {
  set(list.filter((toast) => toast.id !== id));
}

/** Says what just happened, for a while. */
export function say(toast: Omit<Toast, "id">): void {
  const id = ++last;
  set([...list, { ...toast, id }].slice(-most));
  setTimeout(() => dismiss(id), toast.undo ? undoMs : shownMs[toast.tone]);
}

/** What is shown now, for the component that shows it. */
export const toasts = {
  list: () => list,
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
};
