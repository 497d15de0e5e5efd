/**
 * Which packets fare otherwise on one device than on another. Classes are disjoint, and outside of
 * them nothing differs: that is a proof, under the assumptions told with it.
 */
import { withinNodeLimit } from "../bdd/index.ts";
import type { Device } from "../device/device.ts";
import type { Intent } from "../intents/model.ts";
import { DOMAIN_ASSUMPTIONS } from "../packet/header/domain.ts";
import { type Aligned, alignNames } from "./alignNames.ts";
import { alteredPairs, asUnaltered } from "./alteredPairs.ts";
import { effectReasons, queueReasons } from "./beside.ts";
import { type Involved, withoutBystanders } from "./bystanders.ts";
import { type ChangedRules, changedRules } from "./changedRules.ts";
import { isConfirmed, tellDoubt, walkExample } from "./checkExample.ts";
import { classTeller, type ToldClass } from "./classes.ts";
import type { ComparedPath } from "./comparePath.ts";
import { type ComparedPaths, comparePaths, type PathResult } from "./comparePaths.ts";
import { laterMarks } from "./laterMarks.ts";
import type { Difference, DifferenceClass } from "./model.ts";
import { unlikeRest } from "./notCompared.ts";
import { inOrderOf, tieAssumptions } from "./ties.ts";
import { type Vocabulary, vocabularyOf } from "./words.ts";

export type { Difference, DifferenceClass, SideFate } from "./model.ts";

export interface CompareOptions {
  /** Default: that of the arena. */
  readonly nodeLimit?: number;
  /** True: rules that cannot make a difference are run as well. The answer is the same, and later. */
  readonly keepsBystanders?: boolean;
  /**
   * True: packets that may fare otherwise since they share a limiter or a set with others are not told in classes; the
   * rules that remember other packets are named as reasons. Among thousands of rules that takes a second's hundredth
   * instead of half a minute.
   */
  readonly isHasty?: boolean;
  /** Classes of one path that are put into words. Default: `MAXIMUM_CLASSES`. */
  readonly maximumClasses?: number;
  /** Promises by id, of which each class says whether it has packets of them. */
  readonly promises?: ReadonlyMap<string, Intent>;
  /** Told before each piece of work, for whoever waits. */
  readonly onProgress?: (work: string) => void;
}

/** Classes of one path that are put into words; more are counted. */
export const MAXIMUM_CLASSES = 500;

/** What every comparison rests on. */
const ASSUMPTIONS: readonly string[] = [
  "Linux 5.10 or later, one network namespace, no offloaded flows",
  "fragments fare as the packet that they are part of",
  "connections began under the ruleset that judges their later packets",
];

/** Compares what two devices do with all packets of all paths. */
export function compareDevices(
  before: Device,
  after: Device,
  options: CompareOptions = {},
): Difference {
  const found = compareInOrder(before, after, options);
  const reordered = found.equal === false ? inOrderOf(before, after) : null;
  if (reordered === null || compareInOrder(before, reordered, options).equal === false)
    return found;
  return { ...found, equal: "undecided", reasons: [...found.reasons, ONLY_ORDER] };
}

const ONLY_ORDER =
  "only the order of chains with equal priority is another one in the files, and a listing does not carry it";

/** With base chains of equal priority in the order that the files make. */
function compareInOrder(before: Device, after: Device, options: CompareOptions): Difference {
  const { keepsBystanders = false, onProgress = () => undefined } = options;
  const { maximumClasses = MAXIMUM_CLASSES, promises = new Map() } = options;
  const aligned = alignNames(before, after);
  const changed = keepsBystanders ? null : changedRules(before, aligned.device, new Set());
  const { involved, compared } = compareInvolved(before, aligned.device, changed, options);
  const vocabulary = vocabularyOf([before, after]);
  const reasons = [...compared.reasons, ...unlikeRest(before, aligned.device)];
  const effects = new Set<string>();
  const assumptions = new Set([...ASSUMPTIONS, ...tieAssumptions(before, after)]);
  const classes: ToldClass[] = [];
  let truncated = 0;
  const tell = (compared: PathResult): void => {
    const { path, slice, result } = compared;
    onProgress(`telling ${path}`);
    const told =
      result.kind === "done"
        ? withinNodeLimit(() => tellPath(result.value, vocabulary, maximumClasses, promises))
        : result;
    if (told.kind === "nodeLimit") {
      const parts = result.kind === "done" ? compared.inParts() : [];
      const part = slice === null ? path : `${path}, ${slice},`;
      if (parts.length > 0) for (const finer of parts) tell(finer);
      else reasons.push(`${part} was not analysed: ${told.told}`);
      return;
    }
    classes.push(...told.value.classes);
    truncated += told.value.truncated;
    reasons.push(...told.value.reasons);
    for (const effect of told.value.effects) effects.add(effect);
    for (const text of told.value.assumptions) assumptions.add(text);
  };
  for (const path of compared.paths) tell(path);
  const later = laterMarks(before, aligned.device, compared.paths, options.nodeLimit ?? null);
  if (later.kind === "nodeLimit") reasons.push(LATER_NOT_ANALYSED);
  else
    for (const { compared, pairs, reasons: found } of later.value) {
      classes.push(...pairs.map(classTeller(compared, vocabulary, promises)));
      reasons.push(...found);
    }
  const checked = classes.map(({ told, ...rest }) => {
    const walks = rest.isPlayable ? walkExample(before, after, told) : null;
    return {
      ...rest,
      told: { ...told, walks },
      isConfirmed: !rest.isPlayable || isConfirmed(walks, told),
    };
  });
  for (const { told, isConfirmed } of checked)
    if (!isConfirmed && told.kind !== "may") reasons.push(tellDoubt(told));
  const proved = checked.filter((one) => one.isConfirmed);
  const isEqual = classes.length === 0 && truncated === 0 && reasons.length === 0;
  return {
    equal: proved.some(isSure) ? false : isEqual || "undecided",
    classes: checked.map(({ told }) => inOwnNames(told, aligned, involved)).sort(byWeight),
    assumptions: [...assumptions],
    reasons: [...new Set(reasons)],
    effects: [...effects],
    truncated,
  };
}

const LATER_NOT_ANALYSED =
  "later packets of connections with another mark were not analysed: it takes too many nodes";

/**
 * Mostly memories are fed alike, which a few rules show. Where they are not, all that comes to them has to be looked at.
 */
function compareInvolved(
  before: Device,
  after: Device,
  changed: ChangedRules | null,
  options: CompareOptions,
): { readonly involved: Involved; readonly compared: ComparedPaths } {
  const { nodeLimit = null, isHasty = false, onProgress = () => undefined } = options;
  const compare = ({ before, after }: Involved, isFirst: boolean) =>
    comparePaths(before, after, nodeLimit, onProgress, isFirst);
  const few = withoutBystanders(before, after, changed, false);
  const first = compare(few, true);
  if (isHasty || !first.hasUnlikeMemories) return { involved: few, compared: first };
  const involved = withoutBystanders(before, after, changed);
  return { involved, compared: compare(involved, false) };
}

/** The names that the files themselves give. */
function inOwnNames(
  told: DifferenceClass,
  { ownNames }: Aligned,
  { original }: Involved,
): DifferenceClass {
  const { by } = told.after;
  if (by?.kind !== "policy") return told;
  const own = { ...by, ...ownNames(original(by.table), by.chain) };
  return { ...told, after: { ...told.after, by: own } };
}

interface ToldPath {
  readonly classes: readonly ToldClass[];
  readonly truncated: number;
  readonly effects: readonly string[];
  readonly reasons: readonly string[];
  readonly assumptions: readonly string[];
}

function tellPath(
  compared: ComparedPath,
  vocabulary: Vocabulary,
  maximum: number,
  promises: ReadonlyMap<string, Intent>,
): ToldPath {
  const { path, differing, alterations, before, after } = compared;
  const all = [...differing.map(asUnaltered), ...alteredPairs(compared)];
  const shown = all.slice(0, maximum);
  const isAltered = alterations.altered.length > 0 || alterations.reasons.length > 0;
  return {
    classes: shown.length === 0 ? [] : shown.map(classTeller(compared, vocabulary, promises)),
    truncated: all.length - shown.length,
    effects: isAltered ? effectReasons(compared) : [],
    reasons: [...alterations.reasons, ...queueReasons(compared)],
    assumptions: [...DOMAIN_ASSUMPTIONS[path], ...before.assumptions, ...after.assumptions],
  };
}

/** Whether the packets of the class fare otherwise, whatever its unknowns are. */
function isSure({ told, isCertain }: ToldClass): boolean {
  return told.kind !== "may" || isCertain;
}

/** What is cut first, then what opens, then the rest. */
function byWeight(a: DifferenceClass, b: DifferenceClass): number {
  return weight(a) - weight(b);
}

function weight({ kind, before, after }: DifferenceClass): number {
  const closes = before.verdict === "accept";
  const opens = after.verdict === "accept";
  return (kind === "may" ? 3 : 0) + (closes ? 0 : opens ? 1 : 2);
}
