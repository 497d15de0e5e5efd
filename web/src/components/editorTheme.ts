import { EditorView } from "@codemirror/view";

/** Editors in the page's own colours, light and dark. What goes and comes has a sign beside its colour. */
export const editorTheme = EditorView.theme({
  "&": { fontSize: "0.82rem", backgroundColor: "var(--pm-surface)", color: "var(--pm-text)" },
  ".cm-content": {
    fontFamily: "var(--mantine-font-family-monospace)",
    caretColor: "var(--pm-text)",
  },
  ".cm-cursor": { borderLeftColor: "var(--pm-text)" },
  ".cm-gutters": {
    backgroundColor: "var(--pm-sunken)",
    color: "var(--pm-quiet)",
    borderRight: "1px solid var(--pm-line)",
  },
  /* At once: CodeMirror gives its own class to what has the focus a moment later. */
  "&:focus-within": { outline: "2px solid var(--mantine-primary-color-filled)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--mantine-primary-color-light) !important",
  },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-merge-a .cm-changedLine, .cm-deletedChunk": { backgroundColor: "var(--pm-bad-surface)" },
  "&.cm-merge-b .cm-changedLine, .cm-changedLine, .cm-inlineChangedLine": {
    backgroundColor: "var(--pm-good-surface)",
  },
  "&.cm-merge-b .cm-changedText, .cm-changedText": {
    background: "none",
    textDecoration: "underline dotted 1px",
    textUnderlineOffset: "3px",
  },
  ".cm-deletedChunk .cm-deletedText, &.cm-merge-a .cm-changedText": {
    background: "none",
    textDecoration: "line-through",
  },
  ".cm-collapsedLines": {
    background: "var(--pm-sunken)",
    color: "var(--pm-quiet)",
    padding: "4px 10px",
  },
  /* Its own signs are of a script that many machines have no letters of. */
  ".cm-collapsedLines:before, .cm-collapsedLines:after": { content: '"…"' },
  ".pm-mark": {
    display: "block",
    padding: "2px 10px",
    whiteSpace: "normal",
    fontFamily: "var(--mantine-font-family)",
    fontWeight: "600",
  },
  ".pm-mark-bad": { color: "var(--pm-bad)", backgroundColor: "var(--pm-bad-surface)" },
  ".pm-mark-warn": { color: "var(--pm-warn)", backgroundColor: "var(--pm-warn-surface)" },
});
