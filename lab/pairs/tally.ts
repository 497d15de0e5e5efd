import type { EndKind } from "./end.ts";

/** What the kernel says of a pair. */
export interface PairTally {
  /** Packets in no class, and how many of them both sides treat alike. */
  outside: number;
  alike: number;
  /** Packets in a class whatever is unknown of them, and how many of them change as it says. */
  inside: number;
  asSaid: number;
  /** Packets of which a limiter or another unknown decides whether they are in a class. */
  perhaps: number;
  /** Packets that the kernel cannot judge, by reason. */
  readonly notJudged: Map<string, number>;
  /** Classes that a packet in the kernel has shown to be as they say, by number. */
  readonly shown: Set<number>;
  /** Classes of which no packet could be sent or judged, by why. */
  readonly open: Map<number, string>;
  readonly problems: string[];
  /** Where the kernel does otherwise on one side than the interpreter says. */
  readonly disagreements: string[];
}

export function emptyTally(): PairTally {
  return {
    outside: 0,
    alike: 0,
    inside: 0,
    asSaid: 0,
    perhaps: 0,
    notJudged: new Map(),
    shown: new Set(),
    open: new Map(),
    problems: [],
    disagreements: [],
  };
}

export function countNotJudged({ notJudged }: PairTally, reason: string): void {
  notJudged.set(reason, (notJudged.get(reason) ?? 0) + 1);
}

export function kindsText(kinds: ReadonlySet<EndKind>): string {
  return kinds.size === 0 ? "nothing" : [...kinds].join(", ");
}
