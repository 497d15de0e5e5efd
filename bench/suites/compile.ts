import { nodeCount, seededRandom, TRUE, withinNodeLimit } from "../../src/engine/bdd/index.ts";
import {
  beginAnalysis,
  beginPath,
  compilePath,
  deviceFacts,
  ruleNames,
  walkRegion,
} from "../../src/engine/compile/index.ts";
import type { Device } from "../../src/engine/device/device.ts";
import { compareDevices } from "../../src/engine/diff/index.ts";
import { interpret } from "../../src/engine/interpret/interpret.ts";
import { RuleMemory } from "../../src/engine/parsers/nft/index.ts";
import { bigDumps } from "../corpusTexts.ts";
import { growthExponent, type Point, timed } from "../measure.ts";
import { packetsAtRandom } from "../packets.ts";
import { read } from "../read.ts";
import { type Row, row, type Target } from "../row.ts";
import { GENERATORS, type Generator, generateRules, nftRuleset } from "../rulesets.ts";
import type { Scale, Suite } from "../suite.ts";

/** All packets at once: from rules to one diagram. */
export const COMPILE: Suite = { name: "compile", title: "rules to diagrams", needs: null, run };

const SIZES: Readonly<Record<Scale, readonly number[]>> = {
  full: [16, 64, 256, 1_000, 10_000, 100_000],
  tiny: [10, 20],
};
/** Of more rules that overlap as these do, the diagram has more nodes than there may be: an edit is compared. */
const MOST_WHOLE = 10_000;
/** Few rules are compiled so often that all of it has been optimized. */
const RUNS = { few: 200, some: 5, many: 1 } as const;
const FEW_RULES = 256;
const MANY_RULES = 1_000;
/** Packets of the interpreter, that has to look at every one. */
const PACKETS = 100;
/** From left to right the diagrams in between grow: beyond this it is not tried. */
const LEFT_TO_RIGHT_RULES = 1_000;

const TARGETS = {
  time: {
    kind: "atMost",
    of: "ratio",
    limit: 200,
    why: "all packets cost no more than 20,000 of them asked one by one",
  },
  nodes: {
    kind: "atMost",
    of: "ratio",
    limit: 1,
    why: "rules put together in pairs need no more than one after the other",
  },
  memory: { kind: "atMost", of: "value", limit: 1_024, why: "it fits a small machine" },
  trial64: { kind: "atMost", of: "value", limit: 0.35, why: "a plain trial in JavaScript" },
  trial256: { kind: "atMost", of: "value", limit: 1.3, why: "a plain trial in JavaScript" },
  growth: {
    kind: "atMost",
    of: "value",
    limit: 1.5,
    why: "ten times the rules cost at most 32 times as much",
  },
  dump: { kind: "atMost", of: "value", limit: 30_000, why: "a reviewer waits for a proof" },
} as const satisfies Readonly<Record<string, Target>>;

function run(scale: Scale): readonly Row[] {
  const generators = Object.keys(GENERATORS) as Generator[];
  const rows = generators.flatMap((generator) => generatorRows(generator, SIZES[scale]));
  return scale === "tiny" ? rows : [...rows, ...bigDumps().flatMap(dumpRows)];
}

function generatorRows(generator: Generator, sizes: readonly number[]): readonly Row[] {
  const times: Point[] = [];
  const most = generator === "structured" ? Number.POSITIVE_INFINITY : MOST_WHOLE;
  const rows = sizes.flatMap((size): readonly Row[] => {
    const name = `${GENERATORS[generator]}, ${size} rules`;
    if (size > most) return [editRow(name, generator, size)];
    const device = read(nftRuleset(generateRules(generator, size)));
    const { ms, nodes, megabytes } = compiled(device, runsOf(size));
    times.push({ size, cost: ms });
    const trial = generator === "random" ? TRIALS.get(size) : undefined;
    return [
      row(`${name}: time`, ms, "ms", interpreted(device), TARGETS.time),
      ...(trial === undefined ? [] : [row(`${name}: beside a trial`, ms, "ms", null, trial)]),
      row(`${name}: nodes made`, nodes, "nodes", leftToRight(device, size), TARGETS.nodes),
      row(`${name}: memory`, megabytes, "MB", null, TARGETS.memory),
    ];
  });
  const growth = growthExponent(times);
  return [
    ...rows,
    row(`${GENERATORS[generator]}: growth of time`, growth, "exponent", null, TARGETS.growth),
  ];
}

/** One rule in the middle is another one. */
function editRow(name: string, generator: Generator, size: number): Row {
  const rules = generateRules(generator, size);
  const memory = new RuleMemory();
  const middle = size >> 1;
  const [before, after] = [
    rules,
    rules.with(middle, "tcp dport 2525 ip saddr 10.7.0.0/16 drop"),
  ].map((some) => read(nftRuleset(some), memory));
  if (before === undefined || after === undefined) throw new Error("two devices");
  const { ms } = timed(1, () => compareDevices(before, after));
  return row(`${name}: an edit, compared`, ms, "ms", null, TARGETS.dump);
}

const TRIALS: ReadonlyMap<number, Target> = new Map<number, Target>([
  [64, TARGETS.trial64],
  [256, TARGETS.trial256],
]);

function runsOf(size: number): number {
  if (size <= FEW_RULES) return RUNS.few;
  return size <= MANY_RULES ? RUNS.some : RUNS.many;
}

function dumpRows({ name, text }: { readonly name: string; readonly text: string }) {
  const device = read(text);
  const { ms, nodes, kept, megabytes } = compiled(device, 1);
  const own = { name: "nodes of the diagram itself", value: kept };
  return [
    row(`${name}: time`, ms, "ms", interpreted(device), TARGETS.dump),
    row(`${name}: nodes made`, nodes, "nodes", own, {
      kind: "atMost",
      of: "ratio",
      limit: 100,
      why: "what lies in between is not the bulk for ever",
    }),
    row(`${name}: memory`, megabytes, "MB", null, TARGETS.memory),
  ];
}

interface Cost {
  readonly ms: number;
  readonly nodes: number;
  readonly kept: number;
  readonly megabytes: number;
}

const BYTES_IN_MB = 1e6;

function compiled(device: Device, runs: number): Cost {
  const { ms, value } = timed(runs, () => {
    const analysis = beginAnalysis([device]);
    return { analysis, ...compilePath(analysis, device, "forward") };
  });
  const { arena } = value.analysis;
  const kept = nodeCount(arena, value.diagram);
  return { ms, nodes: arena.nodeCount, kept, megabytes: arena.byteLength / BYTES_IN_MB };
}

function interpreted(device: Device) {
  const packets = packetsAtRandom(PACKETS, seededRandom(1));
  const { ms } = timed(1, () => {
    for (const packet of packets) interpret(device, packet, { host: null });
  });
  return { name: `${PACKETS} packets, one by one`, value: ms };
}

/** All packets through the rules in their order: the obvious way. */
function leftToRight(device: Device, size: number) {
  if (size > LEFT_TO_RIGHT_RULES) return null;
  const analysis = beginAnalysis([device]);
  const world = beginPath(analysis, deviceFacts(device), "forward", ruleNames(device));
  const walk = withinNodeLimit(() => walkRegion(world, TRUE, null));
  const { nodeCount: nodes } = analysis.arena;
  return { name: "one after the other", value: walk.kind === "done" ? nodes : null };
}
