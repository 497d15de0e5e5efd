import type { DiffAnswer, DiffClass } from "./diff.ts";

/** What becomes of the packets of a class, for those who decide whether they want it. */
export type Becoming = "close" | "open" | "change" | "may close" | "may open" | "may change";

/** In the order in which they are told: what is lost comes first. */
export const BECOMINGS: readonly Becoming[] = [
  "close",
  "open",
  "change",
  "may close",
  "may open",
  "may change",
];

export function becomingOf({ kind, before, after }: DiffClass): Becoming {
  const isSame = before.verdict === after.verdict;
  const closes = before.verdict === "accept";
  const what = isSame
    ? "change"
    : closes
      ? "close"
      : after.verdict === "accept"
        ? "open"
        : "change";
  return kind === "may" ? `may ${what}` : what;
}

/** Whether what closes cuts the connections that are open too; null: nothing closes. */
export function cutsOpenConnections({ classes }: DiffAnswer): boolean | null {
  const closing = classes.filter((one) => becomingOf(one) === "close");
  if (closing.length === 0) return null;
  return closing.some(({ states }) => states.includes("established"));
}
