import { type Assignment, FALSE, fieldAssignment, type Node, pickOne } from "../bdd/index.ts";
import type { Device } from "../device/device.ts";
import { interpret } from "../interpret/interpret.ts";
import type { Outcome } from "../interpret/outcome.ts";
import type { HeaderLayout } from "../packet/header/layout.ts";
import { toNotation } from "../packet/header/toNotation.ts";
import { isNotationError, parsePacket } from "../packet/notation.ts";
import type { Block } from "./classes.ts";
import type { EndLevels, PairLevels } from "./ends.ts";
import type { MatrixQuestion, Reach } from "./model.ts";
import type { AskedPackets } from "./packets.ts";

/** One packet of a pair of blocks, and what a walk through the rules makes of it. */
export interface Example {
  readonly packet: string;
  /** Null: the packet cannot be read back. */
  readonly outcome: Outcome | null;
  /** False: the walk ends otherwise than the proof says. */
  readonly isConfirmed: boolean;
}

/** Shows packets from one block to another: such as get through where any does. Null: there are none. */
export type ExampleOf = (from: Block, to: Block, reach: Reach["kind"]) => Example | null;

export function exampleTeller(
  device: Device,
  asked: AskedPackets,
  levels: PairLevels,
  { path, services }: MatrixQuestion,
): ExampleOf {
  const { arena, layout } = asked.analysis;
  const family = fieldAssignment(layout.levels("family", 0, 1), levels.family === "ip6" ? 1n : 0n);
  const sets = [asked.ordinary, asked.all, asked.accepted, asked.perhaps];
  const usual = services.every(({ kind }) => kind === "ports") ? usualBits(layout) : NOTHING;
  const ofSource = new Map<Block, readonly Node[]>();
  return (from, to, reach) => {
    const source = new Map([...family, ...hostOf(levels.source, from)]);
    const near = ofSource.get(from) ?? sets.map((set) => arena.restrict(set, source));
    ofSource.set(from, near);
    const target = hostOf(levels.destination, to);
    const [ordinary = FALSE, all = FALSE, accepted = FALSE, perhaps = FALSE] = near.map((set) =>
      arena.restrict(set, target),
    );
    const wished =
      reach === "depends" ? [arena.and(ordinary, accepted), accepted, perhaps] : [ordinary, all];
    const some = wished.find((set) => set !== FALSE) ?? all;
    const rest = pickOne(arena, some, (level) => usual.get(level) === true);
    if (rest === null) return null;
    const header = new Map([...usual, ...rest, ...source, ...target]);
    return walked(device, toNotation(layout, header, path), reach);
  };
}

const NOTHING: Assignment = new Map();
const USUAL_PORT = 40000n;
const USUAL_TTL = 64n;

/** What a reader expects where nothing is asked: to look for the best known packet took six times as long as all else. */
function usualBits(layout: HeaderLayout): Assignment {
  const runs = [
    [layout.levelsAt("transport", 0, 16), USUAL_PORT],
    [layout.levelsAt("network4", 64, 8), USUAL_TTL],
    [layout.levelsAt("network6", 56, 8), USUAL_TTL],
  ] as const;
  return new Map(
    runs.flatMap(([levels, value]) => [
      ...fieldAssignment(
        levels.map((level) => level ?? NO_LEVEL),
        value,
      ),
    ]),
  );
}

/** A level that no header assigns. */
const NO_LEVEL = -1;

/** The interpreter walks each example: it says which rule decides, and has to find what is told. */
function walked(device: Device, packet: string, reach: Reach["kind"]): Example {
  const spec = parsePacket(packet);
  if (isNotationError(spec)) return { packet, outcome: null, isConfirmed: false };
  const { outcomes, complete } = interpret(device, spec, { host: null });
  const wanted = outcomes.find(({ verdict }) => (verdict === "accept") === (reach !== "no"));
  const open = outcomes.find(({ verdict }) => verdict === "undecided");
  const isConfirmed = !complete || wanted !== undefined || open !== undefined;
  return { packet, outcome: wanted ?? open ?? outcomes[0] ?? null, isConfirmed };
}

/** A host of the block; of a network not the network's own address, which looks like none. */
function hostOf({ address, interface: field }: EndLevels, block: Block): Assignment {
  const [range = { from: 0n, to: 0n }] = block.ranges;
  const value = range.to > range.from ? range.from + 1n : range.from;
  const [code] = block.interfaces;
  const behind =
    field === null || code === undefined ? [] : fieldAssignment(field.levels, BigInt(code));
  return new Map([...fieldAssignment(address, value), ...behind]);
}
