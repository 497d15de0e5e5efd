import {
  goToNextChunk,
  goToPreviousChunk,
  MergeView as SideBySide,
  unifiedMergeView,
} from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { Button, Group, SegmentedControl, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { styleNonce } from "../app/nonce.ts";
import { editorTheme } from "./editorTheme.ts";
import { lineMarks, type Mark } from "./lineMarks.ts";
import classes from "./MergeView.module.css";

/** Lines around a difference that stay in sight. */
const MARGIN = 4;
const COLLAPSE = { margin: MARGIN, minSize: 8 };
/** Where the focus is in the text: from one difference to the next. */
const KEYS = keymap.of([
  { key: "n", run: goToNextChunk },
  { key: "p", run: goToPreviousChunk },
]);

/** Two texts of one file: one in the other on a narrow screen, beside each other where there is room. */
export function MergeView({
  label,
  before,
  after,
  marks,
}: {
  readonly label: string;
  readonly before: string;
  readonly after: string;
  readonly marks: readonly Mark[];
}) {
  const isWide = useMediaQuery("(min-width: 75em)") ?? false;
  const [wish, setWish] = useState<"one" | "two" | null>(null);
  const mode = wish ?? (isWide ? "two" : "one");
  const [isWhole, setWhole] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const parent = place.current;
    if (parent === null) return;
    const drawn = { parent, before, after, marks, isWhole };
    const view = mode === "two" ? sideBySide(drawn) : unified(drawn);
    return () => view.destroy();
  }, [mode, before, after, marks, isWhole]);
  return (
    <figure className={classes["figure"]}>
      <figcaption className={classes["caption"]}>
        <Text ff="monospace" size="sm" fw={600}>
          {label}
        </Text>
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant="default"
            aria-pressed={isWhole}
            onClick={() => setWhole(!isWhole)}
          >
            {isWhole ? "Only what changes" : "All lines"}
          </Button>
          <SegmentedControl
            size="xs"
            value={mode}
            onChange={(next) => setWish(next === "two" ? "two" : "one")}
            data={[
              { value: "one", label: "One text" },
              { value: "two", label: "Beside each other" },
            ]}
          />
        </Group>
      </figcaption>
      <div ref={place} className={classes["editor"]} />
    </figure>
  );
}

function common(label: string, marks: readonly Mark[]): Extension {
  return [
    EditorView.cspNonce.of(styleNonce()),
    EditorView.editable.of(false),
    EditorState.readOnly.of(true),
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    KEYS,
    lineNumbers(),
    EditorView.lineWrapping,
    editorTheme,
    lineMarks(marks),
  ];
}

interface Drawn {
  readonly parent: HTMLElement;
  readonly before: string;
  readonly after: string;
  readonly marks: readonly Mark[];
  readonly isWhole: boolean;
}

function sideBySide({ parent, before, after, marks, isWhole }: Drawn) {
  return new SideBySide({
    parent,
    a: { doc: before, extensions: common("before", []) },
    b: { doc: after, extensions: common("after", marks) },
    ...(isWhole ? {} : { collapseUnchanged: COLLAPSE }),
    gutter: true,
  });
}

function unified({ parent, before, after, marks, isWhole }: Drawn) {
  const folded = isWhole ? {} : { collapseUnchanged: COLLAPSE };
  return new EditorView({
    parent,
    doc: after,
    extensions: [
      common("what changes", marks),
      unifiedMergeView({ original: before, mergeControls: false, ...folded }),
    ],
  });
}
