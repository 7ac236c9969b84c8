import { expect, it } from "vitest";

import { pieces, spanText, toPoints, toUnits } from "./codepoints";

// Emoji of two and of more halves, joined and plain.
const caption = "Go 🏔️👩‍🚀 #ad";

it("counts characters, not halves of them", () => {
  const at = caption.indexOf("#ad");
  const points = toPoints(caption, at);
  expect(points).toBe(Array.from(caption.slice(0, at)).length);
  expect(points).toBeLessThan(at);
  expect(toUnits(caption, points)).toBe(at);
  expect(spanText(caption, { from: points, to: points + 3 })).toBe("#ad");
  expect(toPoints("😀😀a", 4)).toBe(2);
  expect(toUnits("😀😀a", 2)).toBe(4);
});

it("keeps within the text when a span is longer than it", () => {
  expect(spanText("😀b", { from: 1, to: 99 })).toBe("b");
  expect(pieces("ab", [{ from: 1, to: 99 }]).map(({ text, spans }) => [text, spans.length])).toEqual([["a", 0], ["b", 1]]);
});

it("cuts a text where spans begin and end, also where they overlap", () => {
  const shown = pieces("😀 one two", [{ from: 2, to: 9, n: 1 }, { from: 6, to: 9, n: 2 }]);
  expect(shown.map(({ text, spans }) => [text, ...spans.map(({ n }) => n)])).toEqual([["😀 "], ["one ", 1], ["two", 1, 2]]);
  expect(shown.map(({ text }) => text).join("")).toBe("😀 one two");
});

it("has nothing to show of an empty text", () => {
  expect(pieces("", [{ from: 0, to: 3 }])).toEqual([]);
});
