import { createTheme } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "cyan",
  primaryShade: { light: 8, dark: 5 },
  autoContrast: true,
  fontFamily: "system-ui, sans-serif",
  defaultRadius: "sm",
});
