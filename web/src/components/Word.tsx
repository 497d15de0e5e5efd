import type { ReactNode } from "react";
import classes from "./Word.module.css";

/** How sure, and how well. `quiet`: neither good nor bad. */
export type Tone = "good" | "bad" | "warn" | "unknown" | "quiet";

/* A sign beside the colour, and the word itself: none of the three stands alone. */
const SIGNS: Readonly<Record<Tone, string>> = {
  good: "✓",
  bad: "✗",
  warn: "!",
  unknown: "?",
  quiet: "·",
};

/** A state in a word, with its sign: `✗ broken`. */
export function Word({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <span className={classes["word"]} data-tone={tone}>
      <span aria-hidden="true" className={classes["sign"]}>
        {SIGNS[tone]}
      </span>
      {children}
    </span>
  );
}
