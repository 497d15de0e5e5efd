import { type Extension, RangeSetBuilder, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType } from "@codemirror/view";

/** Something that is said below a line of a text. */
export interface Mark {
  /** From 1. */
  readonly line: number;
  readonly tone: "bad" | "warn";
  readonly text: string;
}

/** Says each mark below its line. */
export function lineMarks(marks: readonly Mark[]): Extension {
  return StateField.define<DecorationSet>({
    create: ({ doc }) => {
      const builder = new RangeSetBuilder<Decoration>();
      for (const mark of marks.toSorted((a, b) => a.line - b.line)) {
        if (mark.line > doc.lines) continue;
        const { to } = doc.line(mark.line);
        builder.add(
          to,
          to,
          Decoration.widget({ widget: new MarkWidget(mark), side: 1, block: true }),
        );
      }
      return builder.finish();
    },
    update: (drawn, { changes }) => drawn.map(changes),
    provide: (field) => EditorView.decorations.from(field),
  });
}

/* CodeMirror's own way to draw something between lines. */
class MarkWidget extends WidgetType {
  readonly mark: Mark;
  constructor(mark: Mark) {
    super();
    this.mark = mark;
  }
  override eq({ mark }: MarkWidget): boolean {
    return mark.text === this.mark.text && mark.tone === this.mark.tone;
  }
  override toDOM(): HTMLElement {
    const element = document.createElement("div");
    element.className = `pm-mark pm-mark-${this.mark.tone}`;
    element.textContent = `${this.mark.tone === "bad" ? "✗" : "!"} ${this.mark.text}`;
    return element;
  }
}
