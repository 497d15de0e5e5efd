import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { styleNonce } from "../app/nonce.ts";
import { editorTheme } from "./editorTheme.ts";
import { lineMarks, type Mark } from "./lineMarks.ts";

/** A text of thousands of lines scrolls by itself, and a long line is wrapped: what it does and how it is proposed stay in sight. */
const BOUNDED = EditorView.theme({
  "&": { maxHeight: "70vh" },
  ".cm-scroller": { overflow: "auto" },
});

/** A text that can be written. Tab leaves it, as it leaves everything else (WCAG 2.1.2). */
export function Editor({
  label,
  initial,
  marks,
  onChange,
}: {
  readonly label: string;
  /** What it begins with; a later value does not take away what was typed. */
  readonly initial: string;
  readonly marks: readonly Mark[];
  readonly onChange: (text: string) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<{ readonly view: EditorView; readonly marks: Compartment } | null>(null);
  const tell = useRef(onChange);
  tell.current = onChange;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is made once for each file
  useEffect(() => {
    const parent = place.current;
    if (parent === null) return;
    const compartment = new Compartment();
    const view = new EditorView({
      parent,
      state: EditorState.create({
        doc: initial,
        extensions: [
          EditorView.cspNonce.of(styleNonce()),
          EditorView.contentAttributes.of({
            "aria-label": label,
            spellcheck: "false",
            tabindex: "0",
          }),
          lineNumbers(),
          history(),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          editorTheme,
          BOUNDED,
          EditorView.lineWrapping,
          compartment.of([]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) tell.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    editor.current = { view, marks: compartment };
    return () => view.destroy();
  }, [label]);
  useEffect(() => {
    const made = editor.current;
    made?.view.dispatch({ effects: made.marks.reconfigure(lineMarks(marks)) });
  }, [marks]);
  return <div ref={place} />;
}
