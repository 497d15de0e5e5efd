import type { Range } from "../base/range.ts";
import { type Arena, FALSE, type Node, support, TRUE } from "../bdd/index.ts";
import type { HeaderLayout, Space } from "../packet/header/layout.ts";
import { rangesOver } from "../packet/header/rangesOver.ts";
import { STATE_CODES } from "../packet/header/stateCodes.ts";
import { WITH_PORTS } from "../packet/selectors/index.ts";
import type { ComparedPath } from "./comparePath.ts";
import { partition } from "./partition.ts";

/*
 * Connections that one side marks or labels otherwise than the other, as far as both directions and all paths
 * show: their protocols and ports. Replies take another path and have the ends the other way round.
 */

/** Connections some of whose packets are in one set. */
export interface Marked {
  readonly protocols: readonly Range[];
  /** Null: any, since NAT may have changed them. */
  readonly ports: readonly (readonly Range[])[] | null;
}

const MARKS = /^connection (mark|label)$/;

export function marksConnections({ alterations: { altered } }: ComparedPath): boolean {
  return altered.some(({ alterations }) => alterations.some(({ what }) => MARKS.test(what)));
}

/** Those that a path shows. */
export function markedConnections(compared: ComparedPath): readonly Marked[] {
  const { arena, layout } = compared.analysis;
  const packets = compared.alterations.altered
    .filter(({ alterations }) => alterations.some(({ what }) => MARKS.test(what)))
    .reduce<Node>((all, one) => arena.or(all, one.packets), FALSE);
  if (packets === FALSE) return [];
  const values = (space: Space, from: number, width: number) =>
    valuesOf(arena, packets, layout.levels(space, from, width));
  const protocols = values("protocol", 0, 8);
  if (isTranslated(compared)) return [{ protocols, ports: null }];
  return [{ protocols, ports: [values("transport", 0, 16), values("transport", 16, 16)] }];
}

/** What NAT has made of a flow is not known in each place. */
function isTranslated({ before, after }: ComparedPath): boolean {
  return [before, after].some(
    ({ facts: { habits } }) => habits.translates("ip") || habits.translates("ip6"),
  );
}

/** The values that a field has in a set. */
function valuesOf(arena: Arena, set: Node, levels: readonly number[]): readonly Range[] {
  const others = support(arena, set).filter((level) => !levels.includes(level));
  const parts = partition(arena, arena.exists(set, others), levels);
  const all = { from: 0n, to: (1n << BigInt(levels.length)) - 1n };
  return parts === null ? [all] : parts.flatMap(({ ranges }) => ranges).sort(byStart);
}

function byStart(a: Range, b: Range): number {
  return a.from < b.from ? -1 : 1;
}

/** Packets of these connections, the first of each left out, and then what is related to any. */
export function laterOf(layout: HeaderLayout, marked: readonly Marked[]): readonly Node[] {
  const { arena } = layout;
  const state = (code: number) =>
    rangesOver(arena, layout.bits("state", 0, 3), [{ from: BigInt(code), to: BigInt(code) }]);
  const field = (space: Space, from: number, width: number, ranges: readonly Range[]) =>
    rangesOver(arena, layout.bits(space, from, width), ranges);
  const ported = field(
    "protocol",
    0,
    8,
    WITH_PORTS.map((one) => ({ from: BigInt(one), to: BigInt(one) })).sort(byStart),
  );
  let ends: Node = FALSE;
  for (const { protocols, ports } of marked) {
    const [source, destination] = ports ?? [];
    const way = (first: readonly Range[], second: readonly Range[]) =>
      arena.and(field("transport", 0, 16, first), field("transport", 16, 16, second));
    const match =
      source === undefined || destination === undefined
        ? TRUE
        : arena.or(way(source, destination), way(destination, source));
    const asked = arena.or(arena.not(ported), match);
    ends = arena.or(ends, arena.and(field("protocol", 0, 8, protocols), asked));
  }
  const repeated = arena.and(state(STATE_CODES.new), hasMark());
  const going = arena.or(state(STATE_CODES.established), repeated);
  return [arena.and(ends, going), state(STATE_CODES.related)];

  /* A new packet can be a later one: then it comes with a mark. */
  function hasMark(): Node {
    return layout
      .levelsRead("ctmark")
      .reduce<Node>((all, level) => arena.or(all, arena.variable(level)), FALSE);
  }
}
