import type { Range } from "../base/range.ts";
import { FALSE, type Node, support, TRUE } from "../bdd/index.ts";
import type { HeaderLayout, Space } from "../packet/header/layout.ts";
import { rangesOver } from "../packet/header/rangesOver.ts";
import { STATE_CODES } from "../packet/header/stateCodes.ts";
import { WITH_PORTS } from "../packet/selectors/index.ts";
import type { Alteration } from "./alteration.ts";
import type { ComparedPath } from "./comparePath.ts";
import { NOT_TRACKED } from "./connections.ts";
import { partition } from "./partition.ts";
import { valuesIn } from "./possibleValues.ts";

/*
 * Connections that one side marks, labels or tracks otherwise than the other, as far as both directions and all paths
 * show: their protocols and ports. Replies take another path and have the ends the other way round.
 */

/** Ports of some packets, all pairs of them. */
interface Ports {
  readonly source: readonly Range[];
  readonly destination: readonly Range[];
}

/** Pairs of ports that are told apart; beyond them connections of a protocol are one. */
const MAXIMUM_PORTS = 64;

/** What one packet leaves for the others of its connection. */
export type Legacy = "mark" | "tracking";

/** Connections some of whose packets are in one set. */
export interface Marked {
  readonly legacy: Legacy;
  readonly protocols: readonly Range[];
  /** Null: any, since NAT may have changed them, or there are too many. */
  readonly ports: readonly Ports[] | null;
  /** On which sides what is left may be another than a packet brings along. */
  readonly sides: ReadonlySet<"before" | "after">;
}

const LEGACIES: Readonly<Record<Legacy, RegExp>> = {
  mark: /^connection (mark|label)$/,
  tracking: /^(connection|zone)$/,
};

export function leavesSomething({ alterations: { altered } }: ComparedPath): boolean {
  const all = Object.values(LEGACIES);
  return altered.some(({ alterations }) =>
    alterations.some(({ what }) => all.some((one) => one.test(what))),
  );
}

/** Those that a path shows. */
export function markedConnections(compared: ComparedPath): readonly Marked[] {
  return (["mark", "tracking"] as const).flatMap((legacy) =>
    compared.alterations.altered.flatMap(({ packets, alterations }): readonly Marked[] => {
      const found = alterations.filter(({ what }) => LEGACIES[legacy].test(what));
      return found.length === 0
        ? []
        : [{ legacy, ...endsOf(compared, packets), sides: sidesOf(found) }];
    }),
  );
}

/** A side that does not track a packet knows nothing of its replies; what has another mark has it on both. */
function sidesOf(alterations: readonly Alteration[]): Marked["sides"] {
  const untracked = alterations.flatMap(({ before, after }) => [
    ...(before === NOT_TRACKED ? (["before"] as const) : []),
    ...(after === NOT_TRACKED ? (["after"] as const) : []),
  ]);
  return new Set(untracked.length === alterations.length ? untracked : ["before", "after"]);
}

function endsOf(compared: ComparedPath, packets: Node): Pick<Marked, "protocols" | "ports"> {
  const { arena, layout } = compared.analysis;
  const protocols = valuesIn(arena, packets, layout.levels("protocol", 0, 8));
  if (isTranslated(compared)) return { protocols, ports: null };
  const [source, destination] = [
    layout.levels("transport", 0, 16),
    layout.levels("transport", 16, 16),
  ];
  const others = support(arena, packets).filter(
    (level) => !source.includes(level) && !destination.includes(level),
  );
  const parts = partition(arena, arena.exists(packets, others), destination);
  if (parts === null || parts.length > MAXIMUM_PORTS) return { protocols, ports: null };
  const ports = parts.map(({ ranges, rest }) => ({
    source: valuesIn(arena, rest, source),
    destination: ranges,
  }));
  return { protocols, ports };
}

/** What NAT has made of a flow is not known in each place. */
function isTranslated({ before, after }: ComparedPath): boolean {
  return [before, after].some(
    ({ facts: { habits } }) => habits.translates("ip") || habits.translates("ip6"),
  );
}

function byStart(a: Range, b: Range): number {
  return a.from < b.from ? -1 : 1;
}

/** Packets of these connections that an earlier one has left something for, and then what is related to any. */
export function laterOf(
  layout: HeaderLayout,
  marked: readonly Marked[],
  legacy: Legacy,
): readonly Node[] {
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
    const way = (first: readonly Range[], second: readonly Range[]) =>
      arena.and(field("transport", 0, 16, first), field("transport", 16, 16, second));
    const match =
      ports?.reduce<Node>(
        (all, { source, destination }) =>
          arena.or(all, arena.or(way(source, destination), way(destination, source))),
        FALSE,
      ) ?? TRUE;
    const asked = arena.or(arena.not(ported), match);
    ends = arena.or(ends, arena.and(field("protocol", 0, 8, protocols), asked));
  }
  const repeated = arena.and(state(STATE_CODES.new), hasMark());
  const going = arena.or(state(STATE_CODES.established), repeated);
  const [reply = FALSE] = layout.bits("direction", 0, 1);
  /* Who goes in the direction of the first is tracked, or not, by the same rules as that one. */
  const later = legacy === "mark" ? going : arena.and(going, reply);
  return [arena.and(ends, later), state(STATE_CODES.related)];

  /* A new packet can be a later one: then it comes with a mark. */
  function hasMark(): Node {
    return layout
      .levelsRead("ctmark")
      .reduce<Node>((all, level) => arena.or(all, arena.variable(level)), FALSE);
  }
}
