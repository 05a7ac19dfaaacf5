import { type CSSVariablesResolver, createTheme } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "cyan",
  fontFamily: "system-ui, sans-serif",
  defaultRadius: "sm",
  respectReducedMotion: true,
});

/** Backgrounds on which white text has a contrast of 4.5 and more (WCAG 2.2, 1.4.3), in both themes. */
const FILLED = { cyan: "#0b7285", green: "#237032", red: "#c92a2a", violet: "#5531a8" };
const HOVER = { cyan: "#095c6b", green: "#1b5727", red: "#a61e1e", violet: "#442689" };
/** Text on the tint of the same colour. */
const ON_TINT = {
  cyan: "#095c6b",
  green: "#1b5727",
  yellow: "#6e3b00",
  red: "#961b1b",
  blue: "#124780",
  violet: "#4a2a94",
  gray: "#343a40",
};

const named = (colors: Record<string, string>, part: string): Record<string, string> =>
  Object.fromEntries(Object.entries(colors).map(([name, color]) => [`--mantine-color-${name}-${part}`, color]));

const filled = { ...named(FILLED, "filled"), ...named(HOVER, "filled-hover") };

/** Mantine's colours, made darker or lighter where their contrast is too low. */
export const colors: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...filled,
    ...named(ON_TINT, "light-color"),
    "--mantine-color-dimmed": "#495057",
    "--mantine-color-red-text": "#a61e1e",
    "--mantine-color-error": "#a61e1e",
    "--mantine-color-anchor": "#095c6b",
    "--mantine-color-placeholder": "#5c636a",
  },
  dark: {
    ...filled,
    "--mantine-color-dimmed": "#b8b8b8",
    "--mantine-color-red-text": "#ffa8a8",
    "--mantine-color-error": "#ffa8a8",
    "--mantine-color-placeholder": "#9a9a9a",
  },
});
