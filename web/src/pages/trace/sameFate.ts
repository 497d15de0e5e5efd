import type { Trace } from "../../api/types.ts";

/** Whether a packet fares the same, by whatever rule: a line has another number in a listing than in a file. */
export function isSameFate(before: Fates, after: Fates): boolean {
  return fatesOf(before) === fatesOf(after);
}

type Fates = Pick<Trace, "verdict" | "outcomes">;

function fatesOf({ verdict, outcomes }: Fates): string {
  const fates = outcomes.map(({ verdict: its, rejectWith, translated, leaves, answer, when }) =>
    JSON.stringify([its, rejectWith, translated, leaves, answer, when]),
  );
  return JSON.stringify([verdict, [...new Set(fates)].sort()]);
}
