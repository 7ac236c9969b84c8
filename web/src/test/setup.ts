import "@testing-library/jest-dom/vitest";

import { cleanup } from "@testing-library/react";
import { afterEach, vi } from "vitest";

import { forgetKept } from "../lib/kept";

afterEach(() => {
  cleanup();
  forgetKept();
});

// What jsdom lacks and Mantine asks for.
window.matchMedia = (media: string) => Object.assign(new EventTarget(), { matches: false, media, onchange: null }) as MediaQueryList;

class NoResizes implements ResizeObserver {
  observe = vi.fn();
  unobserve = vi.fn();
  disconnect = vi.fn();
}
window.ResizeObserver = NoResizes;
Object.defineProperty(document, "fonts", { value: new EventTarget() });
Element.prototype.scrollIntoView = vi.fn();
