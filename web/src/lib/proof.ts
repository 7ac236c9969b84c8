/** A proof that is asked for, with what goes on once it is given or not. */
let asked: { promise: Promise<boolean>; answer: (given: boolean) => void } | null = null;
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

/** Asks the person for a code of the second factor; true once the session has proved it, false when they would rather not. */
export function askForProof(): Promise<boolean> {
  if (!asked) {
    let answer: (given: boolean) => void = () => undefined;
    const promise = new Promise<boolean>((resolve) => {
      answer = resolve;
    });
    asked = { promise, answer };
    tell();
  }
  return asked.promise;
}

/** Whether a proof is asked for now, for the component that asks. */
export const proof = {
  asked: () => asked !== null,
  answer: (given: boolean) => {
    asked?.answer(given);
    asked = null;
    tell();
  },
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
};
