import { beyondNodeLimit, type Limited, withinNodeLimit } from "../bdd/index.ts";
import type { Device } from "../device/device.ts";
import type { VariableOrder } from "../packet/header/layout.ts";
import type { Path } from "../packet/packet.ts";
import { unlikeOnPath } from "./beside.ts";
import { changedRules } from "./changedRules.ts";
import { type ComparedPath, comparePath, type PathOptions } from "./comparePath.ts";
import { type Memories, memoriesOf } from "./memories.ts";
import { SLICES, type Slice } from "./slices.ts";
import type { StatefulRule } from "./stateGroups.ts";

export interface PathResult {
  readonly path: Path;
  /** The part of its packets that was compared; null: all. */
  readonly slice: string | null;
  readonly result: Limited<ComparedPath>;
  /** The same in parts, for who needs more nodes still. */
  readonly inParts: () => readonly PathResult[];
}

const PATHS: readonly Path[] = ["forward", "input", "output"];
const ORDERS: readonly VariableOrder[] = ["addressesFirst", "portsFirst"];

/** Parts that took too many nodes, each after a quarter of a minute; then no finer ones are tried. */
const MAXIMUM_FAILURES = 8;

/** Nodes at most for telling apart who shares a limiter with whom. */
const MEMORY_NODE_LIMIT = 1 << 22;

export interface ComparedPaths {
  readonly paths: readonly PathResult[];
  readonly reasons: readonly string[];
  /** Some limiter or set is fed by other packets than before. */
  readonly hasUnlikeMemories: boolean;
}

/**
 * All paths, with memories told apart that are not fed alike. That changes what comes to the rules
 * behind, so it is asked again until nothing more is found. Where it takes too much, memories stay the
 * same on both sides, and the rules are named as what may change; so they are with `isFirst`.
 */
export function comparePaths(
  before: Device,
  after: Device,
  nodeLimit: number | null,
  onProgress: (work: string) => void,
  isFirst = false,
): ComparedPaths {
  const memories = memoriesOf(before, after);
  const compare = (
    renamed: ReadonlySet<string>,
    nodeLimit: number | null,
  ): readonly PathResult[] => {
    const { twins } = memories;
    /* Rules with a twin count as changed on both sides: they do not say the same. */
    const changed = changedRules(before, after, renamed);
    const options = { renamed, twins, nodeLimit, changed, memories };
    let failures = 0;
    const compareSlice = (path: Path, slice: Slice | null): PathResult => {
      const name = slice?.name ?? null;
      onProgress(name === null ? `comparing ${path}` : `comparing ${path}, ${name}`);
      const result = compareInAnyOrder(before, after, path, { ...options, slice });
      const parts = slice === null ? SLICES : slice.parts;
      if (result.kind === "nodeLimit") failures++;
      const inParts = () =>
        failures > MAXIMUM_FAILURES ? [] : parts.flatMap((part) => whole(compareSlice(path, part)));
      return { path, slice: name, result, inParts };
    };
    return PATHS.flatMap((path) => whole(compareSlice(path, null)));
  };
  const first = compare(new Set(), nodeLimit);
  let unlike = unlikeAnywhere(first, memories);
  if (isFirst && unlike.size > 0) {
    const reasons = memories.before.flatMap((rule) => tellMemory(rule, unlike));
    return { paths: first, reasons, hasUnlikeMemories: true };
  }
  let paths = first;
  while (unlike.size > 0) {
    const next = compare(unlike, Math.min(nodeLimit ?? MEMORY_NODE_LIMIT, MEMORY_NODE_LIMIT));
    if (next.some(({ result }) => result.kind === "nodeLimit"))
      return {
        paths: first,
        reasons: memories.before.flatMap((rule) => tellMemory(rule, unlike)),
        hasUnlikeMemories: true,
      };
    paths = next;
    const found = new Set([...unlike, ...unlikeAnywhere(next, memories)]);
    if (found.size === unlike.size) break;
    unlike = found;
  }
  return { paths, reasons: [], hasUnlikeMemories: unlike.size > 0 };
}

/** What is too big as a whole falls into parts, as far as there are finer ones. */
function whole(found: PathResult): readonly PathResult[] {
  if (found.result.kind === "done") return [found];
  const parts = found.inParts();
  return parts.some(({ result }) => result.kind === "done") ? parts : [found];
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
  options: Omit<PathOptions, "order">,
): Limited<ComparedPath> {
  let result: Limited<ComparedPath> = beyondNodeLimit(options.nodeLimit ?? 0);
  for (const order of options.slice === null ? ORDERS : ORDERS.slice(0, 1)) {
    result = withinNodeLimit(() => comparePath(before, after, path, { ...options, order }));
    if (result.kind === "done") return result;
  }
  return result;
}

function allNames({ before, after }: Memories): ReadonlySet<string> {
  return new Set([...before, ...after].map(({ name }) => name));
}
