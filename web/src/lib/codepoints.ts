// The API counts a place in a text in characters (code points); JavaScript counts some characters, such as most emoji, twice.

/** Some characters of a text: `from` the first one until before `to`. */
export interface Span {
  from: number;
  to: number;
}

/** Where a character is in the string. */
export function toUnits(text: string, points: number): number {
  let units = 0;
  let left = points;
  for (const character of text) {
    if (left-- <= 0) break;
    units += character.length;
  }
  return units;
}

/** Which character stands at a place of the string. */
export function toPoints(text: string, units: number): number {
  return Array.from(text.slice(0, units)).length;
}

/** The words of a span. */
export function spanText(text: string, { from, to }: Span): string {
  return text.slice(toUnits(text, from), toUnits(text, to));
}

/** The text in pieces that each lie in the same spans, so that spans may overlap. */
export function pieces<T extends Span>(text: string, spans: T[]): { text: string; at: number; spans: T[] }[] {
  const characters = Array.from(text);
  const cut = (at: number) => Math.min(characters.length, Math.max(0, at));
  const edges = [...new Set([0, characters.length, ...spans.flatMap(({ from, to }) => [cut(from), cut(to)])])].sort((a, b) => a - b);
  return edges.slice(0, -1).map((at, index) => ({
    text: characters.slice(at, edges[index + 1]).join(""),
    at,
    spans: spans.filter(({ from, to }) => from <= at && at < to),
  }));
}
