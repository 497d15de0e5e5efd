import type { Finding } from "../../../engine/answer/lint.ts";

/** Findings with the same code that are printed in full: the tenth of a kind hides the first of another. */
const MAXIMUM_OF_EACH = 5;

const WEIGHTS: Readonly<Record<Finding["severity"], number>> = { error: 0, warning: 1, note: 2 };

/** The first few of each code, the worst first, and a line for each code that has more. */
export function fewOfEach(findings: readonly Finding[]): {
  readonly shown: readonly Finding[];
  readonly omitted: readonly string[];
} {
  const byCode = new Map<string, Finding[]>();
  const sorted = findings.toSorted((a, b) => WEIGHTS[a.severity] - WEIGHTS[b.severity]);
  for (const finding of sorted) {
    const alike = byCode.get(finding.code);
    if (alike === undefined) byCode.set(finding.code, [finding]);
    else alike.push(finding);
  }
  const kept = new Set([...byCode.values()].flatMap((alike) => alike.slice(0, MAXIMUM_OF_EACH)));
  const omitted = [...byCode].flatMap(([code, alike]) => {
    const rest = alike.length - MAXIMUM_OF_EACH;
    return rest > 0 ? [`… and ${rest} more of ${code}: see --json`] : [];
  });
  return { shown: sorted.filter((finding) => kept.has(finding)), omitted };
}
