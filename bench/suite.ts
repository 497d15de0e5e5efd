import type { Row } from "./row.ts";

/** How much work a run does: `tiny` shows that it works, and says nothing about speed. */
export type Scale = "full" | "tiny";

export interface Suite {
  readonly name: string;
  /** What it measures, in a sentence. */
  readonly title: string;
  /** What it needs beside Node, in words; null: nothing. Such a suite is measured in the lab, as root. */
  readonly needs: string | null;
  readonly run: (scale: Scale) => readonly Row[];
}
