import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

/* Blue-green as the sign of what is ours; red, amber, and blue-green are told apart by those who do not
 * see red and green apart, and none of them stands without a word or a sign. */
const TEAL: MantineColorsTuple = [
  "#e3fafc",
  "#c5f0f5",
  "#99e1ea",
  "#66cfdc",
  "#3bbdce",
  "#1ca6ba",
  "#0f8fa3",
  "#0b7285",
  "#095c6b",
  "#064652",
];

export const theme = createTheme({
  primaryColor: "sea",
  primaryShade: 7,
  autoContrast: true,
  luminanceThreshold: 0.42,
  colors: { sea: TEAL },
  fontFamily:
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace",
  defaultRadius: "md",
  cursorType: "pointer",
  headings: { fontWeight: "650" },
  components: {
    /* WCAG 2.5.8: nothing that is pressed is smaller than 24 by 24. */
    Anchor: { defaultProps: { underline: "hover" } },
    Button: { defaultProps: { size: "sm" } },
    Modal: {
      defaultProps: {
        closeButtonProps: { "aria-label": "Close" },
        /* Its head is none of the page. */
        attributes: { header: { role: "none" } },
      },
    },
    Notification: {
      defaultProps: {
        closeButtonProps: { "aria-label": "Close" },
        styles: { description: { color: "var(--pm-text)" } },
      },
    },
    /* The list itself scrolls, and is named by its field: a box of its own that scrolls would have to be
     * reached by Tab. */
    Select: {
      defaultProps: {
        withScrollArea: false,
        styles: { options: { maxHeight: 260, overflowY: "auto" } },
      },
    },
    MultiSelect: {
      defaultProps: {
        withScrollArea: false,
        styles: { options: { maxHeight: 260, overflowY: "auto" } },
      },
    },
    /* A menu may hold nothing but what one can choose in it: its items take the focus (`data-autofocus`). */
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Tooltip: {
      defaultProps: { events: { hover: true, focus: true, touch: true }, withArrow: true },
    },
  },
});

/** One set of tokens for both schemes: pages, pictures and charts ask for these and for no colour. */
export const tokens: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--pm-page": "#f6f8f9",
    "--pm-surface": "#ffffff",
    "--pm-sunken": "#eef2f4",
    "--pm-line": "#d5dde1",
    "--pm-text": "#16242a",
    "--pm-quiet": "#52646d",
    "--pm-bad": "#b3261e",
    "--pm-bad-surface": "#fdecea",
    "--pm-warn": "#8a5300",
    "--pm-warn-surface": "#fdf3df",
    "--pm-good": "#0b6b5c",
    "--pm-good-surface": "#e4f4f0",
    "--pm-unknown": "#5b5f77",
    "--pm-unknown-surface": "#eceef5",
    "--mantine-color-body": "#f6f8f9",
    "--mantine-color-dimmed": "#52646d",
  },
  dark: {
    "--pm-page": "#10181c",
    "--pm-surface": "#182227",
    "--pm-sunken": "#0c1316",
    "--pm-line": "#31424a",
    "--pm-text": "#e4edf0",
    "--pm-quiet": "#a3b5bd",
    "--pm-bad": "#ff9a8f",
    "--pm-bad-surface": "#3d1d1a",
    "--pm-warn": "#f5c26b",
    "--pm-warn-surface": "#382a12",
    "--pm-good": "#74d6c1",
    "--pm-good-surface": "#14312c",
    "--pm-unknown": "#b5bbdb",
    "--pm-unknown-surface": "#262a3b",
    "--mantine-color-body": "#10181c",
    "--mantine-color-dimmed": "#a3b5bd",
  },
});
