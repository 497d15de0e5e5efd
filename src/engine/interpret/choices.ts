import { complementRanges, intersectRanges, maximum, type Range } from "../base/range.ts";
import type { Span } from "../base/span.ts";
import { formatRange } from "../packet/selectors/formatRange.ts";

/** A value that nobody gave. The same key stands for the same value throughout one walk. */
export interface Variable {
  /** Selector and version: a field that was rewritten is another variable. */
  readonly key: string;
  readonly width: number;
  /** What people call it, such as `tcp flags`. */
  readonly label: string;
  /** A field left out of the packet, or an unknown of the table of selectors. */
  readonly origin: "omitted" | "unknown";
}

/** One answer that a walk depends on. */
export interface Condition {
  readonly label: string;
  readonly text: string;
  readonly origin: "omitted" | "unknown";
  /** The rule that asked; null: no rule did (tracking, routing). */
  readonly at: Span | null;
}

/**
 * Plays one of the walks that a packet with unknown parts can take. Each question with more than
 * one possible answer takes the next choice of a script, so that running the walk again with other
 * scripts visits every combination exactly once (`explore`): the outcomes are complete and disjoint.
 * Where the script says nothing the last choice is taken: not in the ranges, does not match.
 */
export class Choices {
  /** Answers taken so far, and how many there were to choose from. */
  readonly taken: number[] = [];
  readonly counts: number[] = [];
  readonly conditions: Condition[] = [];
  /** The rule that is being run, for the questions that it asks. */
  at: Span | null = null;
  private readonly domains = new Map<string, readonly Range[]>();
  private readonly answers = new Map<string, number>();
  private readonly script: readonly number[];

  constructor(script: readonly number[]) {
    this.script = script;
  }

  /** Whether the value of `variable` lies in the normalized `ranges`. */
  decide(variable: Variable, ranges: readonly Range[]): boolean {
    const domain = this.domains.get(variable.key) ?? [{ from: 0n, to: maximum(variable.width) }];
    const inside = intersectRanges(domain, ranges);
    if (inside.length === 0) return false;
    const outside = intersectRanges(domain, complementRanges(ranges, variable.width));
    if (outside.length === 0) return true;
    const yes = this.next(2) === 0;
    this.domains.set(variable.key, yes ? inside : outside);
    this.conditions.push({
      label: variable.label,
      text: `${variable.label} ${question(yes, ranges)} ${describeRanges(variable.label, ranges)}`,
      origin: variable.origin,
      at: this.at,
    });
    return yes;
  }

  /** Limits what `variable` can be, without a choice: knowledge from outside the ruleset. */
  restrict(variable: Variable, ranges: readonly Range[]): void {
    const domain = this.domains.get(variable.key) ?? [{ from: 0n, to: maximum(variable.width) }];
    this.domains.set(variable.key, intersectRanges(domain, ranges));
  }

  /** Takes one of `options`; the same key gives the same answer throughout the walk. */
  choose(
    key: string,
    label: string,
    options: readonly string[],
    origin: "omitted" | "unknown" = "unknown",
  ): number {
    const known = this.answers.get(key);
    if (known !== undefined) return known;
    const answer = options.length > 1 ? this.next(options.length) : 0;
    this.answers.set(key, answer);
    if (options.length > 1)
      this.conditions.push({
        label,
        text: `${label}: ${options[answer] ?? ""}`,
        origin,
        at: this.at,
      });
    return answer;
  }

  private next(count: number): number {
    const answer = this.script[this.taken.length] ?? count - 1;
    this.taken.push(answer);
    this.counts.push(count);
    return answer;
  }
}

/** Walks at most: beyond it the answer is undecided. */
export const MAXIMUM_WALKS = 512;

export interface Exploration<T> {
  readonly results: readonly T[];
  /** False: there were more walks than `limit`. */
  readonly complete: boolean;
}

/** Runs `walk` once for each combination of answers. */
export function explore<T>(walk: (choices: Choices) => T, limit = MAXIMUM_WALKS): Exploration<T> {
  const results: T[] = [];
  const scripts: (readonly number[])[] = [[]];
  for (let script = scripts.pop(); script !== undefined; script = scripts.pop()) {
    if (results.length >= limit) return { results, complete: false };
    const choices = new Choices(script);
    results.push(walk(choices));
    for (let i = choices.taken.length - 1; i >= script.length; i--) {
      const count = choices.counts[i] ?? 1;
      for (let other = 0; other < count - 1; other++)
        scripts.push([...choices.taken.slice(0, i), other]);
    }
  }
  return { results, complete: true };
}

const RANGES_SHOWN = 4;

/** `is` for a single value, `in` for a range or several. */
function question(yes: boolean, ranges: readonly Range[]): string {
  const [only] = ranges;
  const isOne = ranges.length === 1 && only !== undefined && only.from === only.to;
  return isOne ? (yes ? "is" : "is not") : yes ? "in" : "not in";
}

function describeRanges(label: string, ranges: readonly Range[]): string {
  const shown = ranges.slice(0, RANGES_SHOWN).map((range) => formatRange(label, range));
  if (ranges.length === 1) return shown.join("");
  const rest = ranges.length > RANGES_SHOWN ? `, … (${ranges.length} ranges)` : "";
  return `{ ${shown.join(", ")}${rest} }`;
}
