import { describe, expect, it } from "vitest";

import { dark, gray, petrol, red, tones } from "./tokens";

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

describe("contrast", () => {
  const pairs: [string, string, string][] = [
    ["soft text on the page", gray[6], gray[0]],
    ["soft text on a sunken surface", gray[6], gray[1]],
    ["soft text, dark", dark[2], dark[6]],
    ["white on the accent", "#ffffff", petrol[6]],
    ["white on danger", "#ffffff", red[6]],
    ["a link", petrol[7], gray[1]],
    ["a link, dark", petrol[3], dark[6]],
  ];
  for (const scheme of ["light", "dark"] as const) {
    for (const [tone, { text, fill }] of Object.entries(tones[scheme])) {
      pairs.push([`${tone}, ${scheme}`, text, fill]);
    }
  }

  it.each(pairs)("of %s is at least 4.5:1", (_name, text, fill) => {
    expect(contrast(text, fill)).toBeGreaterThanOrEqual(4.5);
  });
});
