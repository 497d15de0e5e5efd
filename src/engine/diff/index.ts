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
import {
  type ComparedPath,
  compilePaths,
  differences,
  effectReasons,
  unlikeOnPath,
} from "./comparePath.ts";
import { type Memories, memoriesOf } from "./memories.ts";
import type { Difference, DifferenceClass, SideFate } from "./model.ts";
import { unlikeRest } from "./notCompared.ts";
import { vocabularyOf } from "./words.ts";

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
  "base chains of equal priority are registered in the order of the files",
];

/** Compares the verdicts of two devices on all packets of all paths. */
export function compareDevices(
  before: Device,
  after: Device,
  { nodeLimit, onProgress = () => undefined }: CompareOptions = {},
): Difference {
  const limit = nodeLimit ?? null;
  const memories = memoriesOf(before, after);
  const renamed = unlikeEverywhere(before, after, memories, limit);
  const vocabulary = vocabularyOf([before, after]);
  const classes: ToldClass[] = [];
  const reasons: string[] = [];
  const assumptions = new Set(ASSUMPTIONS);
  let truncated = 0;
  for (const path of PATHS) {
    onProgress(`comparing ${path}`);
    const result = withAnyOrder(before, after, path, renamed, limit, (compared) => {
      const found = differences(compared);
      const told =
        found.length === 0
          ? []
          : found.slice(0, MAXIMUM_CLASSES).map(classTeller(compared, vocabulary));
      const { compiled } = compared.before;
      const assumed = [...compiled.assumptions, ...compared.after.compiled.assumptions];
      return { told, rest: found.length - told.length, effects: effectReasons(compared), assumed };
    });
    if (result.kind === "nodeLimit") {
      reasons.push(`${path} was not analysed: more than ${result.nodeLimit} nodes`);
      continue;
    }
    const { told, rest, effects, assumed } = result.value;
    classes.push(...told);
    truncated += rest;
    reasons.push(...effects);
    for (const text of [...DOMAIN_ASSUMPTIONS[path], ...assumed]) assumptions.add(text);
  }
  reasons.push(...unlikeRest(before, after));
  reasons.push(...classes.flatMap(({ told }) => checkExample(before, after, told)));
  return {
    equal: verdictOf(classes, truncated, reasons),
    classes: classes.map(({ told }) => told).sort(byWeight),
    assumptions: [...assumptions],
    reasons: [...new Set(reasons)],
    truncated,
  };
}

function verdictOf(
  classes: readonly ToldClass[],
  truncated: number,
  reasons: readonly string[],
): true | false | "undecided" {
  if (classes.some(({ told, isCertain }) => told.kind === "verdict" || isCertain)) return false;
  return classes.length === 0 && truncated === 0 && reasons.length === 0 ? true : "undecided";
}

/** Runs `work` under the first order of variables that stays within the limit. */
function withAnyOrder<T>(
  before: Device,
  after: Device,
  path: Path,
  renamed: ReadonlySet<string>,
  nodeLimit: number | null,
  work: (compared: ComparedPath) => T,
): Limited<T> {
  let result: Limited<T> = { kind: "nodeLimit", nodeLimit: nodeLimit ?? 0 };
  for (const order of ORDERS) {
    result = withinNodeLimit(() =>
      work(compilePaths(before, after, path, { order, nodeLimit, renamed })),
    );
    if (result.kind === "done") return result;
  }
  return result;
}

/**
 * Rules whose memories are not the same on both sides. Telling one apart changes what comes to those
 * behind it, so it is asked again until nothing more is found.
 */
function unlikeEverywhere(
  before: Device,
  after: Device,
  memories: Memories,
  nodeLimit: number | null,
): ReadonlySet<string> {
  if (memories.before.length === 0 || memories.after.length === 0) return new Set();
  let renamed: ReadonlySet<string> = new Set();
  for (;;) {
    const found = new Set(renamed);
    for (const path of PATHS) {
      const result = withAnyOrder(before, after, path, renamed, nodeLimit, (compared) =>
        unlikeOnPath(compared, memories),
      );
      const unlike = result.kind === "done" ? result.value : allNames(memories);
      for (const name of unlike) found.add(name);
    }
    if (found.size === renamed.size) return renamed;
    renamed = found;
  }
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
