import type { PairClass } from "./classes.ts";
import type { PairJudgement } from "./judgePair.ts";

export type JudgedPair = Extract<PairJudgement, { kind: "judged" }>;

/** Why the kernel has shown no packet of a class. */
export function whyNotShown({ tally }: JudgedPair, one: PairClass): string {
  const { kind, example, number } = one;
  const unsent = tally.open.get(number);
  if (/ in=lo /.test(example))
    return "comes in by `lo`: what the device sends to itself is judged as output";
  if (/ state=untracked /.test(example))
    return "nothing but neighbour discovery is untracked as it comes in";
  if (/ owner=none /.test(example))
    return "packets of the kernel itself: the lab sends with sockets";
  if (/ dir=reply | state=related /.test(example))
    return "a reply or an error that no connection of the lab led to";
  if (kind === "may") return "hangs on what is unknown: none of its packets changed";
  return unsent ?? "none of its packets could be judged";
}

/** Classes that a packet in the kernel has shown, and those that none has. */
export function shownOf({ tally, classes }: JudgedPair) {
  const shown = classes.classes.filter(({ number }) => tally.shown.has(number));
  const open = classes.classes.filter(({ number }) => !tally.shown.has(number));
  return { shown, open };
}
