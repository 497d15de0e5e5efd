import type { Condition } from "../interpret/choices.ts";
import type { Outcome } from "../interpret/outcome.ts";

/**
 * Drops questions whose answer changes nothing. Outcomes are the leaves of a tree of questions, in
 * the order asked: where all leaves below a question say the same, they become one. What is left is
 * still complete and disjoint.
 */
export function mergeOutcomes(
  outcomes: readonly Outcome[],
  keyOf: (outcome: Outcome) => string,
): readonly Outcome[] {
  return merge(outcomes, 0, keyOf);
}

function merge(
  outcomes: readonly Outcome[],
  depth: number,
  keyOf: (outcome: Outcome) => string,
): readonly Outcome[] {
  const [first] = outcomes;
  if (first === undefined) return [];
  const key = keyOf(first);
  if (outcomes.every((outcome) => keyOf(outcome) === key))
    return [{ ...first, conditions: first.conditions.slice(0, depth) }];
  const branches = groupByAnswer(outcomes, depth);
  if (branches.size === 1 && outcomes.every(({ conditions }) => conditions.length <= depth))
    return outcomes;
  return [...branches.values()].flatMap((branch) => merge(branch, depth + 1, keyOf));
}

function groupByAnswer(
  outcomes: readonly Outcome[],
  depth: number,
): ReadonlyMap<string, readonly Outcome[]> {
  const branches = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const text = outcome.conditions[depth]?.text ?? "";
    const branch = branches.get(text);
    if (branch === undefined) branches.set(text, [outcome]);
    else branch.push(outcome);
  }
  return branches;
}

/** The questions that part outcomes which differ: those that matter. */
export function decidingConditions(
  outcomes: readonly Outcome[],
  keyOf: (outcome: Outcome) => string,
): readonly Condition[] {
  const found = new Map<string, Condition>();
  collect(outcomes, 0, keyOf, found);
  return [...found.values()];
}

function collect(
  outcomes: readonly Outcome[],
  depth: number,
  keyOf: (outcome: Outcome) => string,
  found: Map<string, Condition>,
): void {
  if (new Set(outcomes.map(keyOf)).size < 2) return;
  if (outcomes.every(({ conditions }) => conditions.length <= depth)) return;
  const branches = [...groupByAnswer(outcomes, depth).values()];
  const contents = branches.map((branch) => [...new Set(branch.map(keyOf))].sort().join("\n"));
  const condition = outcomes[0]?.conditions[depth];
  if (condition !== undefined && new Set(contents).size > 1)
    found.set(`${condition.origin} ${condition.label}`, condition);
  for (const branch of branches) collect(branch, depth + 1, keyOf, found);
}
