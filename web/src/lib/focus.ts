// What else gives the focus away after a change, such as a dialog that closes or a page that opens, comes first.
const settleMs = 60;

/** What has the focus, and where it stood: asked for when it is gone. */
interface Place {
  at: HTMLElement;
  around: HTMLElement[];
  dialog: Element | null;
  /** What had the focus when the dialog opened. */
  before?: Place;
}

const nothing = () => document.activeElement === null || document.activeElement === document.body || document.activeElement.matches(":disabled");

function boxesAround(element: HTMLElement): HTMLElement[] {
  const boxes: HTMLElement[] = [];
  for (let box = element.parentElement; box && box !== document.body; box = box.parentElement) boxes.push(box);
  return boxes;
}

function giveTo({ at, around, dialog, before }: Place): void {
  // A step that is on its way: its button can be used again when it is refused.
  if (at.isConnected && at.matches("[data-loading]")) return;
  if (at.isConnected) at.focus({ preventScroll: true });
  if (!nothing()) return;
  if (before && !dialog?.isConnected) return giveTo(before);
  for (const box of around) {
    if (!box.isConnected) continue;
    if (!box.hasAttribute("tabindex")) box.tabIndex = -1;
    box.focus({ preventScroll: true });
    if (!nothing()) return;
  }
}

/**
 * Keeps the focus where somebody works. Browsers drop it when what has it is disabled or taken away, as a button is while its step runs and a
 * dialog when it is done: whoever uses keys or hears the page would be nowhere. It goes back to what had it, or to what stood around that.
 */
export function keepFocus(): () => void {
  let last: Place | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      if (last && nothing()) giveTo(last);
    }, settleMs);
  };
  const onFocus = ({ target }: FocusEvent) => {
    if (!(target instanceof HTMLElement)) return;
    const dialog = target.closest("[role=dialog]");
    const before = dialog && (last?.dialog === dialog ? last.before : last);
    last = { at: target, around: boxesAround(target), dialog, before: before ?? undefined };
  };
  const onBlur = ({ target, relatedTarget }: FocusEvent) => {
    if (relatedTarget || !(target instanceof HTMLElement)) return;
    // Browsers say it before a thing is gone, so that only later it is known whether somebody left on purpose, by a press on the empty page.
    setTimeout(() => {
      if (last?.at === target && nothing() && target.isConnected && !target.matches(":disabled")) last = undefined;
    });
  };
  const changes = new MutationObserver(() => {
    if (last) look();
  });
  document.addEventListener("focusin", onFocus);
  document.addEventListener("focusout", onBlur);
  changes.observe(document.body, { subtree: true, childList: true, attributeFilter: ["disabled"] });
  return () => {
    clearTimeout(timer);
    changes.disconnect();
    document.removeEventListener("focusin", onFocus);
    document.removeEventListener("focusout", onBlur);
  };
}
