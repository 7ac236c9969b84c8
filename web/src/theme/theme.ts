import { createTheme, type CSSVariablesResolver, type MantineThemeOverride } from "@mantine/core";

import { dark, gray, petrol, red, tones, type Tone } from "./tokens";

/** How much air a page has; a person's choice, kept in this browser. */
export type Density = "comfortable" | "compact";

const quick = { transitionProps: { duration: 110 } };

/** The look of every component. Compact changes the size of controls; rows follow from CSS. */
export function makeTheme(density: Density): MantineThemeOverride {
  const size = density === "compact" ? "xs" : "sm";
  const control = { defaultProps: { size } };

  return createTheme({
    primaryColor: "petrol",
    primaryShade: { light: 6, dark: 6 },
    colors: { gray, dark, petrol, red },
    black: gray[9],
    fontFamily: "'Inter Variable', 'Inter Meanwhile', system-ui, sans-serif",
    fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, monospace",
    fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
    lineHeights: { xs: "1.35", sm: "1.4", md: "1.5", lg: "1.5", xl: "1.4" },
    headings: {
      fontWeight: "620",
      sizes: {
        h1: { fontSize: "1.375rem", lineHeight: "1.3" },
        h2: { fontSize: "1rem", lineHeight: "1.4" },
        h3: { fontSize: "0.875rem", lineHeight: "1.4" },
      },
    },
    radius: { xs: "3px", sm: "5px", md: "7px", lg: "10px", xl: "16px" },
    defaultRadius: "sm",
    spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
    shadows: { md: "0 4px 16px rgba(0, 0, 0, 0.12)" },
    respectReducedMotion: true,
    cursorType: "pointer",
    components: {
      Button: control,
      TextInput: control,
      Textarea: control,
      NumberInput: control,
      PasswordInput: control,
      Select: control,
      MultiSelect: control,
      TagsInput: control,
      NativeSelect: control,
      FileInput: control,
      SegmentedControl: { defaultProps: { size: "xs" } },
      ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: "md" } },
      Modal: { styles: { title: { fontWeight: 620 } }, defaultProps: { ...quick, centered: true, overlayProps: { backgroundOpacity: 0.4 }, closeButtonProps: { "aria-label": "Close" } } },
      Drawer: { styles: { title: { fontWeight: 620 } }, defaultProps: { ...quick, position: "right", overlayProps: { backgroundOpacity: 0.4 }, closeButtonProps: { "aria-label": "Close" } } },
      Tooltip: { defaultProps: { openDelay: 200, multiline: true, maw: 320, events: { hover: true, focus: true, touch: true }, transitionProps: { duration: 80 } } },
      Paper: { defaultProps: { withBorder: true, radius: "md" } },
    },
  });
}

function toneVariables(scheme: "light" | "dark"): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [tone, { text, fill }] of Object.entries(tones[scheme]) as [Tone, { text: string; fill: string }][]) {
    variables[`--tone-${tone}-text`] = text;
    variables[`--tone-${tone}-fill`] = fill;
  }
  return variables;
}

/** Custom properties of both schemes, so that our own CSS never names a colour. */
export const variablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...toneVariables("light"),
    "--surface-page": gray[0],
    "--surface-raised": "#ffffff",
    "--surface-sunken": gray[1],
    "--line": gray[2],
    "--line-strong": gray[4],
    "--text-soft": gray[6],
    "--accent": petrol[6],
    "--accent-fill": petrol[0],
    "--mantine-color-body": "#ffffff",
    "--mantine-color-dimmed": gray[6],
    "--mantine-color-placeholder": gray[6],
    "--mantine-color-error": red[6],
    "--mantine-color-anchor": petrol[7],
    "--mantine-color-default-border": gray[4],
  },
  dark: {
    ...toneVariables("dark"),
    "--surface-page": dark[8],
    "--surface-raised": dark[7],
    "--surface-sunken": dark[6],
    "--line": dark[5],
    "--line-strong": dark[4],
    "--text-soft": dark[2],
    "--accent": petrol[4],
    "--accent-fill": "#12343a",
    "--mantine-color-body": dark[7],
    "--mantine-color-text": dark[0],
    "--mantine-color-dimmed": dark[2],
    "--mantine-color-placeholder": dark[2],
    "--mantine-color-error": tones.dark.danger.text,
    "--mantine-color-anchor": petrol[3],
    "--mantine-color-default-border": dark[4],
  },
});
