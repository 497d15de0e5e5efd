/**
 * Which packets fare otherwise on one device than on another. Classes are disjoint, and outside of
 * them nothing differs: that is a proof, under the assumptions told with it.
 */
import { type Limited, withinNodeLimit } from "../bdd/index.ts";
import type { Device } from "../device/device.ts";
import { interpret } from "../interpret/interpret.ts";
import { DOMAIN_ASSUMPTIONS } from "../packet/header/domain.ts";
import type { VariableOrder } from "../packet/header/layout.ts";
import { isNotationError, parsePacket } from "../packet/notation.ts";
import type { Path } from "../packet/packet.ts";
import { classTeller, type ToldClass } from "./classes.ts";
import { type ComparedPath, comparePath, effectReasons, unlikeOnPath } from "./comparePath.ts";
import { type Memories, memoriesOf } from "./memories.ts";
import type { Difference, DifferenceClass, SideFate } from "./model.ts";
import { unlikeRest } from "./notCompared.ts";
import type { StatefulRule } from "./stateGroups.ts";
import { type Vocabulary, vocabularyOf } from "./words.ts";

export type { Difference, DifferenceClass, SideDecider, SideFate } from "./model.ts";

export interface CompareOptions {
  /** Default: that of the arena. */
  readonly nodeLimit?: number;
  /** Told before each piece of work, for whoever waits. */
  readonly onProgress?: (work: string) => void;
}

/** Classes of one path that are put into words; more are counted. */
export const MAXIMUM_CLASSES = 500;

const PATHS: readonly Path[] = ["forward", "input", "output"];
const ORDERS: readonly VariableOrder[] = ["addressesFirst", "portsFirst"];

/** What every comparison rests on. */
const ASSUMPTIONS: readonly string[] = [
  "Linux 5.10 or later, one network namespace, no offloaded flows",
  "fragments fare as the packet that they are part of",
  "connections began under the ruleset that judges them",
  "packets in state new are the first of their connection",
  "base chains of equal priority are registered in the order of the files",
];

/** Nodes at most for telling apart who shares a limiter with whom. */
const MEMORY_NODE_LIMIT = 1 << 22;

/** Compares the verdicts of two devices on all packets of all paths. */
export function compareDevices(
  before: Device,
  after: Device,
  { nodeLimit, onProgress = () => undefined }: CompareOptions = {},
): Difference {
  const compared = compareMemories(before, after, nodeLimit ?? null, onProgress);
  const vocabulary = vocabularyOf([before, after]);
  const reasons = [...compared.reasons, ...unlikeRest(before, after)];
  const assumptions = new Set(ASSUMPTIONS);
  const classes: ToldClass[] = [];
  let truncated = 0;
  for (const { path, result } of compared.paths) {
    onProgress(`telling ${path}`);
    const told =
      result.kind === "done" ? withinNodeLimit(() => tellPath(result.value, vocabulary)) : result;
    if (told.kind === "nodeLimit") {
      reasons.push(`${path} was not analysed: more than ${told.nodeLimit} nodes`);
      continue;
    }
    classes.push(...told.value.classes);
    truncated += told.value.truncated;
    reasons.push(...told.value.effects);
    for (const text of told.value.assumptions) assumptions.add(text);
  }
  const doubts = classes.map(({ told }) => checkExample(before, after, told));
  reasons.push(...doubts.flat());
  const proved = classes.filter((_, i) => doubts[i]?.length === 0);
  const isEqual = classes.length === 0 && truncated === 0 && reasons.length === 0;
  return {
    equal: proved.some(isSure) ? false : isEqual || "undecided",
    classes: classes.map(({ told }) => told).sort(byWeight),
    assumptions: [...assumptions],
    reasons: [...new Set(reasons)],
    truncated,
  };
}

interface ToldPath {
  readonly classes: readonly ToldClass[];
  readonly truncated: number;
  readonly effects: readonly string[];
  readonly assumptions: readonly string[];
}

function tellPath(compared: ComparedPath, vocabulary: Vocabulary): ToldPath {
  const { path, differing, before, after } = compared;
  const shown = differing.slice(0, MAXIMUM_CLASSES);
  return {
    classes: shown.length === 0 ? [] : shown.map(classTeller(compared, vocabulary)),
    truncated: differing.length - shown.length,
    effects: effectReasons(compared),
    assumptions: [...DOMAIN_ASSUMPTIONS[path], ...before.assumptions, ...after.assumptions],
  };
}

/** Whether the packets of the class fare otherwise, whatever its unknowns are. */
function isSure({ told, isCertain }: ToldClass): boolean {
  return told.kind === "verdict" || isCertain;
}

interface PathResult {
  readonly path: Path;
  readonly result: Limited<ComparedPath>;
}

/**
 * All paths, with memories told apart that are not fed alike. That changes what comes to the rules
 * behind, so it is asked again until nothing more is found. Where it takes too much, memories stay the
 * same on both sides, and the rules are named as what may change.
 */
function compareMemories(
  before: Device,
  after: Device,
  nodeLimit: number | null,
  onProgress: (work: string) => void,
): { readonly paths: readonly PathResult[]; readonly reasons: readonly string[] } {
  const memories = memoriesOf(before, after);
  const compare = (renamed: ReadonlySet<string>, limit: number | null): readonly PathResult[] =>
    PATHS.map((path) => {
      onProgress(`comparing ${path}`);
      return { path, result: compareInAnyOrder(before, after, path, renamed, limit) };
    });
  const first = compare(new Set(), nodeLimit);
  let unlike = unlikeAnywhere(first, memories);
  let paths = first;
  while (unlike.size > 0) {
    const next = compare(unlike, Math.min(nodeLimit ?? MEMORY_NODE_LIMIT, MEMORY_NODE_LIMIT));
    if (next.some(({ result }) => result.kind === "nodeLimit"))
      return { paths: first, reasons: memories.before.flatMap((rule) => tellMemory(rule, unlike)) };
    paths = next;
    const found = new Set([...unlike, ...unlikeAnywhere(next, memories)]);
    if (found.size === unlike.size) break;
    unlike = found;
  }
  return { paths, reasons: [] };
}

function tellMemory({ name, rule }: StatefulRule, unlike: ReadonlySet<string>): readonly string[] {
  if (!unlike.has(name)) return [];
  const { file, line } = rule.span;
  return [`${file}:${line} remembers other packets than before: what it lets through may change`];
}

/** Places of rules whose memories are not the same on both sides, as far as any path shows. */
function unlikeAnywhere(paths: readonly PathResult[], memories: Memories): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { result } of paths) {
    if (result.kind === "nodeLimit") continue;
    const unlike = withinNodeLimit(() => unlikeOnPath(result.value, memories));
    const names = unlike.kind === "done" ? unlike.value : allNames(memories);
    for (const name of names) found.add(name);
  }
  return found;
}

/** Under the first order of variables that stays within the limit. */
function compareInAnyOrder(
  before: Device,
  after: Device,
  path: Path,
  renamed: ReadonlySet<string>,
  nodeLimit: number | null,
): Limited<ComparedPath> {
  let result: Limited<ComparedPath> = { kind: "nodeLimit", nodeLimit: nodeLimit ?? 0 };
  for (const order of ORDERS) {
    result = withinNodeLimit(() => comparePath(before, after, path, { order, nodeLimit, renamed }));
    if (result.kind === "done") return result;
  }
  return result;
}

function allNames({ before, after }: Memories): ReadonlySet<string> {
  return new Set([...before, ...after].map(({ name }) => name));
}

/** The interpreter walks each example as well: it has to find the same. */
function checkExample(
  before: Device,
  after: Device,
  { example, before: first, after: second }: DifferenceClass,
): readonly string[] {
  const spec = parsePacket(example);
  if (isNotationError(spec)) return [`the example \`${example}\` cannot be read back`];
  const finds = (device: Device, fate: SideFate): boolean => {
    const { outcomes, complete } = interpret(device, spec, { host: null });
    if (!complete || fate.verdict === "undecided") return true;
    return outcomes.some(({ verdict }) => verdict === fate.verdict);
  };
  return finds(before, first) && finds(after, second)
    ? []
    : [`a walk of \`${example}\` ends otherwise than the proof: please report it`];
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
