import { normalizeRanges, single } from "../../src/engine/base/range.ts";
import {
  type Arena,
  FALSE,
  type Node,
  nodeCount,
  support,
  TRUE,
} from "../../src/engine/bdd/index.ts";
import { beginPath, fragments, strangelyTracked } from "../../src/engine/compile/compilePath.ts";
import { type Analysis, deviceFacts, ruleNames } from "../../src/engine/compile/index.ts";
import { isLoopback } from "../../src/engine/compile/readSelector.ts";
import {
  familyNode,
  givenState,
  neverTracked,
  portedProtocols,
  protocolNode,
} from "../../src/engine/compile/tracking.ts";
import type { World } from "../../src/engine/compile/world.ts";
import type { Device, Hook } from "../../src/engine/device/device.ts";
import { possibleInterfaces, unmarked } from "../../src/engine/packet/header/domain.ts";
import type { Space } from "../../src/engine/packet/header/layout.ts";
import { rangesOver } from "../../src/engine/packet/header/rangesOver.ts";
import { routable } from "../../src/engine/packet/header/routable.ts";
import { validHeaders } from "../../src/engine/packet/header/valid.ts";
import type { IpFamily } from "../../src/engine/packet/packet.ts";
import { PROTOCOL } from "../../src/engine/packet/selectors/index.ts";
import type { Survey } from "./survey.ts";

/** One thing that holds for all packets that can come to a rule, and what is said if none is left. */
export interface Bound {
  readonly packets: Node;
  readonly otherwise: string;
}

/** What packets of a path can be where they come to a hook, from the surest to the least plain. */
export function boundsOf(
  analysis: Analysis,
  device: Device,
  surveys: readonly Survey[],
  survey: Survey,
  hook: Hook,
): readonly Bound[] {
  const world = beginPath(analysis, deviceFacts(device), survey.path, ruleNames(device));
  return [...headerBounds(analysis, device, survey, hook), ...connectionBounds(world, surveys)];
}

/** What does not hang on connections. */
export function headerBounds(
  analysis: Analysis,
  device: Device,
  { path, constraint }: Survey,
  hook: Hook,
): readonly Bound[] {
  const { arena, layout } = analysis;
  const facts = deviceFacts(device);
  const nameOf = ruleNames(device);
  const world = beginPath(analysis, facts, path, nameOf);
  const bounds: Bound[] = [
    {
      packets: arena.and(constraint, validHeaders(layout, path)),
      otherwise: "no packet has such a header",
    },
    {
      packets: arena.not(fragments(analysis, [{ facts }])),
      otherwise: "connection tracking has put fragments together before",
    },
    {
      packets: arena.not(strangelyTracked(analysis, path, { facts, nameOf })),
      otherwise: "neighbour discovery has no connection",
    },
    { packets: routed(world, hook), otherwise: "routing refuses its addresses" },
    {
      packets: possibleInterfaces(layout, path),
      otherwise: "no interface has such a name, and nothing is forwarded from or to `lo`",
    },
  ];
  if (path === "input")
    bounds.push({
      packets: arena.not(isLoopback(world, "in", "variable")),
      otherwise: "by `lo` only own packets come in, which NAT has been asked about before",
    });
  if (path === "output")
    bounds.push({
      packets: implies(world, toLoopback(world), isLoopback(world, "out", "variable")),
      otherwise: "what goes to 127/8 or `::1` leaves by `lo`",
    });
  else
    bounds.push({
      packets: unmarked(layout),
      otherwise: "packets come in without a mark, and no rule before it gives them this one",
    });
  return bounds;
}

/** What prerouting sees has not been looked at by routing; IPv6 checks some addresses before. */
function routed(world: World, hook: Hook): Node {
  const { arena, layout, path } = world;
  if (hook !== "prerouting") return routable(layout, path);
  return arena.or(familyNode(world, "ip"), routable(layout, "input"));
}

function toLoopback(world: World): Node {
  const { arena, layout } = world;
  const four = rangesOver(arena, layout.bits("daddr", 0, 32), [
    { from: 0x7f000000n, to: 0x7fffffffn },
  ]);
  const six = rangesOver(arena, layout.bits("daddr", 0, 128), [single(1n)]);
  return arena.ite(familyNode(world, "ip"), four, six);
}

/** Routes may change while a connection lasts, so it may have begun on any path. */
function connectionBounds(world: World, surveys: readonly Survey[]): readonly Bound[] {
  const { arena, layout, facts } = world;
  const [reply = FALSE] = layout.bits("direction", 0, 1);
  const established = givenState(world, "established");
  const related = givenState(world, "related");
  const anywhere = anyOf(
    world,
    surveys.map(({ begins }) => begins),
  );
  const helped = facts.habits.givesHelpers ? TRUE : errors(world);
  const untracked = arena.difference(givenState(world, "untracked"), neverTracked(world));
  const begins = "no first packet of such a connection gets through";
  return [
    {
      packets: anywhere === FALSE ? arena.not(arena.or(established, related)) : TRUE,
      otherwise: "no first packet of any connection gets through",
    },
    {
      packets: implies(world, arena.difference(established, reply), endsOf(world, anywhere)),
      otherwise: begins,
    },
    {
      packets: implies(world, arena.and(established, reply), answersOf(world, anywhere)),
      otherwise: begins,
    },
    {
      packets: implies(world, related, helped),
      otherwise: "only errors are related: no rule gives a connection a helper",
    },
    { packets: arena.not(untracked), otherwise: "no rule takes it out of tracking" },
    {
      packets: arena.not(arena.or(unanswerable(world), brokenSegments(world))),
      otherwise: "tracking calls such packets invalid",
    },
  ];
}

/** Packets with the protocol, addresses and ports of some in `set`, whatever else they are. */
function endsOf(world: World, set: Node): Node {
  const { arena } = world;
  const ported = arena.and(set, portedProtocols(world));
  const others = arena.difference(set, portedProtocols(world));
  const kept = levelsOf(world, ENDS);
  const keptOfOthers = levelsOf(world, ENDS_WITHOUT_PORTS);
  return arena.or(keeping(arena, ported, kept), keeping(arena, others, keptOfOthers));
}

/** Nodes up to which ends are exchanged: the other order of them may take very many more. */
const MAXIMUM_EXCHANGED = 2000;

/** What may answer connections; where NAT is done, whatever is of their protocol. */
function answersOf(world: World, begins: Node): Node {
  const { arena, facts } = world;
  const isTranslated = facts.habits.translates("ip") || facts.habits.translates("ip6");
  if (isTranslated || nodeCount(arena, begins) > MAXIMUM_EXCHANGED)
    return keeping(arena, begins, levelsOf(world, PROTOCOLS));
  return arena.substitute(endsOf(world, begins), exchanged(world));
}

type Run = readonly [space: Space, from: number, width: number];

const PROTOCOLS: readonly Run[] = [
  ["family", 0, 1],
  ["protocol", 0, 8],
];
const ENDS_WITHOUT_PORTS: readonly Run[] = [...PROTOCOLS, ["saddr", 0, 128], ["daddr", 0, 128]];
const ENDS: readonly Run[] = [...ENDS_WITHOUT_PORTS, ["transport", 0, 32]];

function levelsOf({ layout }: World, runs: readonly Run[]): ReadonlySet<number> {
  return new Set(
    runs.flatMap(([space, from, width]) =>
      layout.levelsAt(space, from, width).filter((level) => level !== null),
    ),
  );
}

function keeping(arena: Arena, set: Node, kept: ReadonlySet<number>): Node {
  return arena.exists(
    set,
    support(arena, set).filter((level) => !kept.has(level)),
  );
}

/** Each end's variables for those of the other. */
function exchanged({ layout, arena }: World): ReadonlyMap<number, Node> {
  const functions = new Map<number, Node>();
  const exchange = (one: Run, other: Run) => {
    const [first, second] = [one, other].map((run) => layout.levelsAt(...run));
    for (const [i, level] of (first ?? []).entries()) {
      const partner = second?.[i] ?? null;
      if (level == null || partner === null) continue;
      functions.set(level, arena.variable(partner));
      functions.set(partner, arena.variable(level));
    }
  };
  exchange(["saddr", 0, 128], ["daddr", 0, 128]);
  exchange(["transport", 0, 16], ["transport", 16, 16]);
  return functions;
}

function implies({ arena }: World, some: Node, then: Node): Node {
  return arena.or(arena.not(some), then);
}

function anyOf({ arena }: World, nodes: readonly Node[]): Node {
  return nodes.reduce<Node>((all, node) => arena.or(all, node), FALSE);
}

/** ICMP errors by type (RFC 792, RFC 4443). */
const ERRORS: Readonly<Record<IpFamily, readonly bigint[]>> = {
  ip: [3n, 4n, 5n, 11n, 12n],
  ip6: [1n, 2n, 3n, 4n],
};
const ICMP: Readonly<Record<IpFamily, number>> = { ip: 1, ip6: 58 };

function errors(world: World): Node {
  return ofTypes(world, ERRORS);
}

/** ICMP messages that ask for an answer, and the answers (nf_conntrack_proto_icmp, _icmpv6). */
const QUESTIONS: Readonly<Record<IpFamily, readonly bigint[]>> = {
  ip: [8n, 13n, 15n, 17n],
  ip6: [128n, 139n],
};
const ANSWERS: Readonly<Record<IpFamily, readonly bigint[]>> = {
  ip: [0n, 14n, 16n, 18n],
  ip6: [129n, 140n],
};

/** New is only a question, and a connection has questions and answers. */
function unanswerable(world: World): Node {
  const { arena } = world;
  const isNew = arena.and(givenState(world, "new"), arena.not(neverTracked(world)));
  const questions = ofTypes(world, QUESTIONS);
  const either = arena.or(questions, ofTypes(world, ANSWERS));
  const icmp = anyOf(
    world,
    FAMILIES.map((family) => ofFamily(world, family)),
  );
  return anyOf(world, [
    arena.and(isNew, arena.difference(icmp, questions)),
    arena.and(givenState(world, "established"), arena.difference(icmp, either)),
  ]);
}

/** Flags of TCP that tracking takes: SYN, RST, FIN and ACK in these combinations (tcp_valid_flags). */
const FLAG_BITS = [7, 6, 5, 3] as const;
const TAKEN: Readonly<Record<"new" | "established", readonly bigint[]>> = {
  /* In the order fin, syn, rst, ack. */
  new: [0b0100n, 0b0001n],
  established: [0b0100n, 0b0101n, 0b0010n, 0b0011n, 0b1001n, 0b0001n],
};

function brokenSegments(world: World): Node {
  const { arena, layout } = world;
  const places = FLAG_BITS.map((bit) => FLAGS_BEGIN + bit);
  if (!places.every((bit) => layout.readBits("transport").includes(bit))) return FALSE;
  const flags = places.flatMap((bit) => layout.bits("transport", bit, 1));
  const tcp = protocolNode(world, PROTOCOL.tcp);
  return anyOf(
    world,
    (["new", "established"] as const).map((state) =>
      arena.difference(
        arena.and(tcp, givenState(world, state)),
        rangesOver(arena, flags, normalizeRanges(TAKEN[state].map(single))),
      ),
    ),
  );
}

/** Where the flags of TCP begin, in bits. */
const FLAGS_BEGIN = 104;
const FAMILIES: readonly IpFamily[] = ["ip", "ip6"];

function ofFamily(world: World, family: IpFamily): Node {
  return world.arena.and(familyNode(world, family), protocolNode(world, ICMP[family]));
}

function ofTypes(world: World, types: Readonly<Record<IpFamily, readonly bigint[]>>): Node {
  const { arena, layout } = world;
  const type = layout.bits("transport", 0, 8);
  return anyOf(
    world,
    FAMILIES.map((family) =>
      arena.and(
        ofFamily(world, family),
        rangesOver(arena, type, normalizeRanges(types[family].map(single))),
      ),
    ),
  );
}
