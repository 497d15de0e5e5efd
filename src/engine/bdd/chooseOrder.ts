import { Arena } from "./arena.ts";
import { withinNodeLimit } from "./nodeLimit.ts";

/** More nodes than this for a sample of rules, and an order is given up. */
const TRIAL_NODE_LIMIT = 1 << 20;

/**
 * The candidate (an order of variables) whose trial makes the fewest nodes; the first of equal
 * ones. `build` compiles a sample of the rules into the arena given. A trial ends as soon as it
 * has made more nodes than the best before it.
 */
export function chooseOrder<T>(
  candidates: readonly [T, ...T[]],
  build: (candidate: T, arena: Arena) => void,
  nodeLimit: number = TRIAL_NODE_LIMIT,
): T {
  let [best] = candidates;
  let fewest = nodeLimit;
  for (const candidate of candidates) {
    const arena = new Arena({ nodeLimit: fewest });
    const trial = withinNodeLimit(() => build(candidate, arena));
    if (trial.kind === "nodeLimit" || arena.nodeCount >= fewest) continue;
    best = candidate;
    fewest = arena.nodeCount;
  }
  return best;
}

/** At most `size` items, spread evenly over the list, in its order. */
export function sampleEvenly<T>(items: readonly T[], size: number): readonly T[] {
  if (items.length <= size) return items;
  return Array.from(
    { length: size },
    (_, i) => items[Math.floor((i * items.length) / size)],
  ).filter((item) => item !== undefined);
}
