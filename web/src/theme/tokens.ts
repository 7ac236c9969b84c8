import type { MantineColorsTuple } from "@mantine/core";

/** Neutral surfaces and text. Index 6 is the palest that may carry text on white. */
export const gray: MantineColorsTuple = [
  "#f7f8f8", "#eef0f0", "#e2e5e6", "#d2d6d7", "#b4babc", "#8b9396", "#626a6d", "#4c5457", "#33393b", "#1b1f21",
];

/** The same neutrals for the dark scheme: 0 is text, 7 the page. */
export const dark: MantineColorsTuple = [
  "#dbdfe0", "#b9c0c2", "#9ca5a8", "#7a8386", "#4a5255", "#353b3e", "#262b2d", "#1a1e1f", "#141718", "#0e1011",
];

/** The one accent: what can be pressed, and where the keyboard is. */
export const petrol: MantineColorsTuple = [
  "#e9f5f6", "#d0e7ea", "#a5d1d7", "#75b9c2", "#4fa4af", "#2d8b98", "#14717f", "#0e616d", "#0b515b", "#083f47",
];

/** Danger: late, failed, and buttons that end something. */
export const red: MantineColorsTuple = [
  "#fdeceb", "#f9d3d1", "#f2aaa6", "#ea807b", "#e05d56", "#cb3f38", "#b3261e", "#9a1f18", "#801913", "#66130f",
];

/** The meanings a chip can have. Each goes with an icon and a word, never alone. */
export type Tone = "idle" | "progress" | "attention" | "danger" | "done" | "held";

/** Text and background of each tone in both schemes; every pair has a contrast of at least 4.5:1. */
export const tones: Record<"light" | "dark", Record<Tone, { text: string; fill: string }>> = {
  light: {
    idle: { text: "#4a5255", fill: "#eceeef" },
    progress: { text: "#1b4f9c", fill: "#e4eefb" },
    attention: { text: "#774800", fill: "#fdf0d5" },
    danger: { text: "#9c1f1b", fill: "#fce8e6" },
    done: { text: "#1f6132", fill: "#e3f3e6" },
    held: { text: "#5b37a5", fill: "#efe9fb" },
  },
  dark: {
    idle: { text: "#bdc4c6", fill: "#2b3133" },
    progress: { text: "#9cc4ff", fill: "#17304f" },
    attention: { text: "#f2c56b", fill: "#3f2e0d" },
    danger: { text: "#ffaea8", fill: "#4a1e1c" },
    done: { text: "#90d6a1", fill: "#17381f" },
    held: { text: "#cdb9fb", fill: "#352654" },
  },
};
