import { FALSE, type Node } from "../../src/engine/bdd/index.ts";
import { type ToldFate, tellFate } from "../../src/engine/compile/index.ts";
import type { Device } from "../../src/engine/device/device.ts";
import { alignNames } from "../../src/engine/diff/alignNames.ts";
import type { Alteration } from "../../src/engine/diff/alteration.ts";
import { alteredPairs, asUnaltered, type ToldPair } from "../../src/engine/diff/alteredPairs.ts";
import { withoutBystanders } from "../../src/engine/diff/bystanders.ts";
import { changedRules } from "../../src/engine/diff/changedRules.ts";
import { classTeller } from "../../src/engine/diff/classes.ts";
import type { ComparedPath } from "../../src/engine/diff/comparePath.ts";
import { comparePaths } from "../../src/engine/diff/comparePaths.ts";
import { laterMarks } from "../../src/engine/diff/laterMarks.ts";
import { vocabularyOf } from "../../src/engine/diff/words.ts";
import { headersOf } from "../../src/engine/packet/header/fromSpec.ts";
import { isNotationError, parsePacket } from "../../src/engine/packet/notation.ts";
import type { PacketSpec } from "../../src/engine/packet/packet.ts";

/** A class of a diff as a set of packets. */
export interface PairClass {
  /** Of all classes of the pair. */
  readonly number: number;
  readonly compared: ComparedPath;
  readonly packets: Node;
  readonly kind: "verdict" | "translation" | "mark" | "tracking" | "may";
  /** What is done to its packets is known on both sides. */
  readonly isSure: boolean;
  readonly alterations: readonly Alteration[];
  readonly before: ToldFate;
  readonly after: ToldFate;
  /** In packet notation. */
  readonly example: string;
}

export interface PairClasses {
  readonly paths: readonly ComparedPath[];
  readonly classes: readonly PairClass[];
  /** Paths that took too many nodes. */
  readonly notAnalysed: readonly string[];
}

/** The classes as `diff` finds them, before they are put into words. */
export function classesOf(before: Device, edited: Device): PairClasses {
  const after = alignNames(before, edited).device;
  const involved = withoutBystanders(before, after, changedRules(before, after, new Set()));
  const found = comparePaths(involved.before, involved.after, null, () => undefined);
  const vocabulary = vocabularyOf([before, edited]);
  const paths: ComparedPath[] = [];
  const classes: PairClass[] = [];
  const notAnalysed: string[] = [];
  for (const { path, result } of found.paths) {
    if (result.kind === "nodeLimit") {
      notAnalysed.push(path);
      continue;
    }
    const compared = result.value;
    paths.push(compared);
    const tell = classTeller(compared, vocabulary);
    for (const pair of [...compared.differing.map(asUnaltered), ...alteredPairs(compared)])
      classes.push(classOf(compared, pair, classes.length, tell(pair).told));
  }
  const later = laterMarks(before, after, found.paths, null);
  if (later.kind === "done")
    for (const { compared, pairs } of later.value)
      for (const pair of pairs) {
        const { told } = classTeller(compared, vocabulary)(pair);
        classes.push(classOf(compared, pair, classes.length, told));
      }
  return { paths, classes, notAnalysed };
}

function classOf(
  compared: ComparedPath,
  { packets, isSure, before, after, alterations }: ToldPair,
  number: number,
  { kind, example }: Pick<PairClass, "kind" | "example">,
): PairClass {
  const { fates } = compared.analysis;
  const [first, second] = [tellFate(fates, before), tellFate(fates, after)];
  return {
    number,
    compared,
    packets,
    kind,
    isSure,
    alterations,
    before: first,
    after: second,
    example,
  };
}

/** The packets that the example stands for. */
export function exampleOf({ compared, packets, example }: PairClass): Node {
  const spec = parsePacket(example);
  const { arena, layout } = compared.analysis;
  return isNotationError(spec) ? FALSE : arena.and(packets, headersOf(layout, spec));
}

/** Where a packet stands. */
export interface Standing {
  /** Classes that it can be in, by what is unknown of it. */
  readonly inside: readonly PairClass[];
  /** It is in one of them, whatever its unknowns are. */
  readonly isSurely: boolean;
  /** It can be at all. */
  readonly isPossible: boolean;
}

export function standingOf({ paths, classes }: PairClasses, spec: PacketSpec): Standing {
  let inside: readonly PairClass[] = [];
  let isSurely = true;
  let isPossible = false;
  const headersIn = ({ analysis: { arena, layout }, domain }: ComparedPath) =>
    arena.and(domain, headersOf(layout, spec));
  for (const compared of paths) {
    if (compared.path !== spec.path) continue;
    const { arena } = compared.analysis;
    const headers = headersIn(compared);
    if (headers === FALSE) continue;
    isPossible = true;
    const here = classes.filter(
      (one) => one.compared === compared && arena.intersects(one.packets, headers),
    );
    inside = [...inside, ...here];
    const sure = here
      .filter((one) => one.isSure)
      .reduce<Node>((all, { packets }) => arena.or(all, packets), FALSE);
    isSurely = isSurely && arena.difference(headers, sure) === FALSE;
  }
  /* Compared once more, since its connection may have another mark. */
  const more = classes.filter(
    ({ compared, packets }) =>
      !paths.includes(compared) &&
      compared.path === spec.path &&
      compared.analysis.arena.intersects(packets, headersIn(compared)),
  );
  return { inside: [...inside, ...more], isSurely: isPossible && isSurely, isPossible };
}
