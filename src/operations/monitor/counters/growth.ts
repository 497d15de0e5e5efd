import type { CountedRule } from "./listing.ts";

/** What one rule has counted so far, and how that usually grows. */
export interface RuleGrowth {
  readonly packets: number;
  readonly atMs: number;
  /** Packets a second, in the mean, and how far they stray from it. */
  readonly mean: number;
  readonly deviation: number;
  /** Looks that have taught it. */
  readonly looks: number;
  /** Looks in a row beyond what is usual, and since when with how many packets; null: none. */
  readonly beyond: Beyond | null;
}

export interface Beyond {
  readonly looks: number;
  readonly sinceMs: number;
  readonly packets: number;
}

/** Looks until it is known what is usual. A rule that comes later is usual at nothing. */
const LEARNING_LOOKS = 12;
/** Share that one look has in what is usual, once it is known. */
const MEMORY = 0.02;
/** Packets a second below which nothing is said. */
const LEAST_RATE = 0.5;
/** Beyond what is usual: this many times the mean, and this many deviations. */
const TIMES = 5;
const DEVIATIONS = 8;
/** Looks in a row: one burst is a scan, and over. */
const LEAST_LOOKS = 2;
/** Milliseconds after which more is what is usual now. */
const LONGEST_MS = 3_600_000;
const MS_IN_SECOND = 1_000;

export function beginRule(packets: number, atMs: number, isFirstLook: boolean): RuleGrowth {
  const looks = isFirstLook ? 0 : LEARNING_LOOKS;
  return { packets, atMs, mean: 0, deviation: 0, looks, beyond: null };
}

/** Takes what a rule has counted now in. */
export function grow(rule: RuleGrowth, packets: number, atMs: number): RuleGrowth {
  const seconds = (atMs - rule.atMs) / MS_IN_SECOND;
  const more = packets - rule.packets;
  /* Set back: somebody reset it, or put it in anew. */
  if (more < 0 || seconds <= 0) return { ...rule, packets, atMs, beyond: null };
  const rate = more / seconds;
  const { mean, deviation, looks } = rule;
  const bound = Math.max(LEAST_RATE, TIMES * mean, mean + DEVIATIONS * deviation);
  const isBeyond = looks >= LEARNING_LOOKS && rate > bound;
  const sinceMs = rule.beyond?.sinceMs ?? rule.atMs;
  if (isBeyond && atMs - sinceMs >= LONGEST_MS)
    return { ...rule, packets, atMs, mean: rate, deviation: 0, beyond: null };
  if (isBeyond) {
    const before = rule.beyond ?? { looks: 0, packets: 0 };
    const beyond = { looks: before.looks + 1, sinceMs, packets: before.packets + more };
    return { ...rule, packets, atMs, beyond };
  }
  const share = Math.max(MEMORY, 1 / (Math.min(looks, LEARNING_LOOKS) + 1));
  return {
    packets,
    atMs,
    mean: mean + (rate - mean) * share,
    deviation: deviation + (Math.abs(rate - mean) - deviation) * share,
    looks: looks + 1,
    beyond: null,
  };
}

/** What grows beyond what is usual, for long enough to be told. */
export function beyondOf({ beyond }: RuleGrowth): Beyond | null {
  return beyond !== null && beyond.looks >= LEAST_LOOKS ? beyond : null;
}

export interface Grown {
  readonly rule: CountedRule;
  readonly beyond: Beyond;
  /** Packets a second that are usual. */
  readonly usual: number;
}
