/**
 * Decision diagrams of several terminals. A `Node` is the root of a function from packets (values
 * of numbered variables, the "levels") to numbers; sets have the numbers 0 and 1 only. Roots of one
 * `Arena` are equal exactly when their functions are, so `===` compares them.
 *
 * The number 0 means "no decision yet": `orElse(a, b)` is `a` where it is not 0, else `b`, and
 * `and(set, root)` is `root` inside the set and 0 elsewhere.
 *
 * Every function may throw `NodeLimitError`; callers of whole analyses catch it, by
 * `withinNodeLimit`.
 */
export { Arena, type ArenaOptions, type TerminalOperation } from "./arena.ts";
export { type Box, boxSet } from "./boxes.ts";
export { copyRoots } from "./copyRoots.ts";
export { densities, satisfyingCount } from "./count.ts";
export { isopCover, isopCoverUpTo } from "./cover.ts";
export { type DifferencePair, differencePairs } from "./differencePairs.ts";
export { type Extremes, extremesOf } from "./extremes.ts";
export {
  type Field,
  fieldAssignment,
  fieldEquals,
  fieldInRange,
  fieldMasked,
  fieldValue,
} from "./field.ts";
export { intervalMap, intervalSet, type MappedRange } from "./intervals.ts";
export { type Assignment, FALSE, type Node, TERMINAL_LEVEL, TRUE } from "./node.ts";
export {
  beyondNodeLimit,
  DEFAULT_NODE_LIMIT,
  type Limited,
  NodeLimitError,
  type TimeLimit,
  withinNodeLimit,
  withinTimeLimit,
} from "./nodeLimit.ts";
export { nodeCount, nodesBelow, support, terminals } from "./nodesBelow.ts";
export {
  evaluate,
  hasMemberWith,
  pickOne,
  type RandomSource,
  randomPicker,
  seededRandom,
} from "./pick.ts";
export { rangeOnto } from "./rangeOnto.ts";
export { balancedOr, balancedOrElse, type Combine, RuleTree } from "./ruleTree.ts";
