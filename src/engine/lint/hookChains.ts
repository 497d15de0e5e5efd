import { single } from "../base/range.ts";
import { FALSE, type Node } from "../bdd/index.ts";
import { isLoopback, type World } from "../compile/index.ts";
import type { Hook } from "../device/device.ts";
import { rangesOver } from "../packet/header/rangesOver.ts";
import { STATE_CODES } from "../packet/header/stateCodes.ts";
import type { CtState, IpFamily } from "../packet/packet.ts";
import { PROTOCOL } from "../packet/selectors/index.ts";
import type { ChainNode, RuleNode } from "./chainGraph.ts";
import type { ChainGraphs } from "./chainGraphs.ts";
import { hasMember, type Region } from "./hasMember.ts";

/** A filter chain of a hook with all that it calls. */
export interface HookChain {
  readonly base: ChainNode;
  /** The base chain first. */
  readonly nodes: readonly ChainNode[];
}

/** The filter chains of a hook in the order run, those that write aside: they seldom decide. */
export function hookChains({ graphs }: ChainGraphs, hook: Hook): readonly HookChain[] {
  return graphs.flatMap((nodes) => {
    const [base] = nodes;
    if (base === undefined) return [];
    const { hooked, world } = base.place;
    const isHere = hooked.base.hook === hook && world.place.pass === "";
    const isOther = hook === "postrouting" && world.path === "output";
    return isHere && !isOther && hooked.base.type === "filter" ? [{ base, nodes }] : [];
  });
}

/** Packets by what is known of them; what is left out may be anything. */
export interface PacketKind {
  readonly family: IpFamily;
  readonly protocol: number;
  readonly state?: CtState;
  readonly sourcePort?: number;
  /** Or, of ICMP, its type. */
  readonly destinationPort?: number;
  readonly type?: number;
  readonly code?: number;
  readonly isReply?: true;
  /** True: by `lo`; false: by another interface. */
  readonly isLoopback?: boolean;
}

/** The packets as one set, at the place of a world. */
export function packetsOfKind(world: World, kind: PacketKind): Node {
  const { arena, layout } = world;
  const [six = FALSE] = layout.bits("family", 0, 1);
  const number = (space: "protocol" | "transport" | "state", from: number, bits: number) => {
    const nodes = layout.bits(space, from, bits);
    return (value: number | undefined): readonly Node[] =>
      value === undefined ? [] : [rangesOver(arena, nodes, [single(BigInt(value))])];
  };
  const parts: readonly Node[] = [
    kind.family === "ip6" ? six : arena.not(six),
    ...number("protocol", 0, 8)(kind.protocol),
    ...number("transport", 0, 16)(kind.sourcePort),
    ...number("transport", 16, 16)(kind.destinationPort),
    ...number("transport", 0, 8)(kind.type),
    ...number("transport", 8, 8)(kind.code),
    ...number("state", 0, 3)(kind.state === undefined ? undefined : STATE_CODES[kind.state]),
    ...(kind.isReply === true ? layout.bits("direction", 0, 1) : []),
    ...loopbackParts(world, kind.isLoopback),
  ];
  return parts.reduce((all, part) => arena.and(part, all));
}

/** New connections of TCP and UDP, but for those of the host with itself. */
export function newPackets(world: World): Node {
  const { arena } = world;
  return (["ip", "ip6"] as const)
    .flatMap((family) =>
      [PROTOCOL.tcp, PROTOCOL.udp].map((protocol) =>
        packetsOfKind(world, { family, protocol, state: "new", isLoopback: false }),
      ),
    )
    .reduce((all, one) => arena.or(all, one));
}

function loopbackParts(world: World, isLoopbackWanted: boolean | undefined): readonly Node[] {
  if (isLoopbackWanted === undefined) return [];
  const loopback = isLoopback(world, "in", world.place.in);
  return [isLoopbackWanted ? loopback : world.arena.not(loopback)];
}

/** A port that nobody names: what a stranger finds closed where strangers are kept out. */
const ANY_PORT = 47_111;
const ANY_SOURCE_PORT = 40_000;

/** A new connection from anywhere to a port that no rule is about. */
export function stranger(family: IpFamily): PacketKind {
  return {
    family,
    protocol: PROTOCOL.tcp,
    state: "new",
    sourcePort: ANY_SOURCE_PORT,
    destinationPort: ANY_PORT,
    isLoopback: false,
  };
}

/** Whether the chain keeps some strangers of the family out. */
export function keepsOut(chain: HookChain, family: IpFamily): boolean {
  const world = chain.base.place.world;
  return meetsFate(chain, packetsOfKind(world, stranger(family)), isLost);
}

/** Whether the chain lets any of some packets on; what has no model may. */
export function letsThrough(chain: HookChain, kind: PacketKind): boolean {
  return passesAny(chain, packetsOfKind(chain.base.place.world, kind));
}

/** Whether the chain lets any of some packets on. */
export function passesAny(chain: HookChain, packets: Node): boolean {
  return meetsFate(chain, packets, (one, fate) => !isLost(one, fate));
}

function isLost(world: World, fate: number): boolean {
  return /^(drop|reject)$/.test(world.fates.fate(fate).kind);
}

/** Whether one of some packets ends in the chain, by a rule or by the policy, with a fate that passes the test. */
function meetsFate(
  { base, nodes }: HookChain,
  packets: Node,
  test: (world: World, fate: number) => boolean,
): boolean {
  const { world, hooked } = base.place;
  for (const node of nodes)
    for (const rule of node.rules)
      for (const exit of rule.run.exits) {
        if (exit.kind !== "fate" || !test(world, exit.fate)) continue;
        if (comes(node, rule, world.arena.and(exit.packets, packets))) return true;
      }
  const policy = world.fates.number({ kind: hooked.base.policy });
  return test(world, policy) && comesBack(base, packets);
}

/** Whether one of the packets comes to the end of a chain, or returns from it. */
export function comesBack(node: ChainNode, packets: Node): boolean {
  const { arena } = node.place.world;
  if (node.ways.some((way) => leaves(node, way, packets))) return true;
  return node.rules.some((rule) =>
    rule.run.exits.some((exit) => {
      if (exit.kind === "return") return comes(node, rule, arena.and(exit.packets, packets));
      if (exit.kind !== "goto") return false;
      const callee = rule.callees.get(exit.chain) ?? null;
      return callee === null || comesBack(callee, packets);
    }),
  );
}

/** Whether one of the packets comes to the rule. */
export function comes({ place, ways }: ChainNode, { earlier }: RuleNode, packets: Node): boolean {
  return ways.some(({ inside, outside }) =>
    hasMember(place.world.arena, { inside, outside: [...outside, ...earlier] }, packets),
  );
}

/** Whether one of the packets passes all rules of the chain. */
function leaves(node: ChainNode, { inside, outside }: Region, packets: Node): boolean {
  const region = { inside, outside: [...outside, ...node.taken] };
  return hasMember(node.place.world.arena, region, packets);
}

/** The families that a chain sees. */
export function familiesSeen({ base }: HookChain): readonly IpFamily[] {
  const { family } = base.place.hooked.table;
  if (family === "ip" || family === "ip6") return [family];
  return family === "inet" ? ["ip", "ip6"] : [];
}
