import { maximum, type Range } from "../base/range.ts";
import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { NatPort, NatStatement } from "../device/statement.ts";
import type { IpFamily } from "../packet/packet.ts";
import { formatRange } from "../packet/selectors/formatRange.ts";
import { evaluate } from "./evaluate.ts";
import { oneOf as oneOfRange } from "./lookup.ts";
import { familyNode, portedProtocols } from "./tracking.ts";
import {
  bitsFrom,
  bitsOfPiece,
  bitsValue,
  constantBits,
  constantValue,
  mergedBits,
  type Value,
} from "./value.ts";
import type { Asker, Translation, World } from "./world.ts";

const FAMILIES: readonly IpFamily[] = ["ip", "ip6"];
const WIDTH: Readonly<Record<IpFamily, number>> = { ip: 32, ip6: 128 };
const LOOPBACK: Readonly<Record<IpFamily, bigint>> = { ip: 0x7f000001n, ip6: 1n };

/** Notes the translation of the packets in `live`, and says which of them it is for. */
export function translate(world: World, asker: Asker, statement: NatStatement, live: Node): Node {
  const { arena } = world;
  const side = sideOf(world, statement);
  let taken: Node = FALSE;
  for (const family of FAMILIES) {
    if (statement.family !== null && statement.family !== family) continue;
    const packets = arena.and(live, familyNode(world, family));
    if (packets === FALSE) continue;
    const { address, port } = targetOf(world, asker, statement, family, side);
    const present = arena.and(packets, arena.and(address?.present ?? TRUE, port?.present ?? TRUE));
    taken = arena.or(taken, present);
    const translation: Translation = {
      side,
      family,
      packets: present,
      address,
      port,
      portPackets: portedProtocols(world),
      isRedirect: statement.type === "redirect",
    };
    world.translations.push(translation);
  }
  return taken;
}

/** Source in postrouting and input, destination in prerouting and output. */
function sideOf(world: World, { type }: NatStatement): "source" | "destination" {
  if (type === "dnat" || type === "redirect") return "destination";
  if (type === "snat" || type === "masquerade") return "source";
  const { hook } = world.place;
  return hook === "prerouting" || hook === "output" ? "destination" : "source";
}

interface NewEnd {
  /** Null: stays as it is. */
  readonly address: Value | null;
  readonly port: Value | null;
}

function targetOf(
  world: World,
  asker: Asker,
  statement: NatStatement,
  family: IpFamily,
  side: "source" | "destination",
): NewEnd {
  const { address } = statement;
  const port = portOf(world, asker, statement, statement.port);
  if (statement.type === "masquerade")
    return { address: unknownAddress(world, "the outgoing interface", family), port };
  if (statement.type === "redirect") {
    const isOwn = world.place.hook === "output";
    const own = isOwn
      ? constantValue(LOOPBACK[family], WIDTH[family])
      : unknownAddress(world, "the incoming interface", family);
    return { address: own, port };
  }
  if (address === null) return { address: null, port };
  if (address.kind === "range") {
    if (statement.type === "netmap")
      return { address: mappedNet(world, family, side, address.range), port };
    const what = `which address of ${formatRange(`${family} daddr`, address.range)}`;
    return { address: oneOf(world, asker, address.range, WIDTH[family], what), port };
  }
  const value = evaluate(world, asker, address.expression);
  if (!address.withPort) return { address: fitted(world, value, WIDTH[family]), port };
  const split = WIDTH[family];
  return {
    address: bitsFrom(world.arena, value, 0, split),
    port: bitsFrom(world.arena, value, split, split + 16),
  };
}

/** The values that NAT writes have bits, so that chains behind it can compare them. */
function fitted(world: World, value: Value, width: number): Value {
  const bits = mergedBits(world.arena, value);
  if (bits !== null) return value;
  return bitsValue(world.layout.bits("value the translated address", 0, width), value.present);
}

function unknownAddress(world: World, of: string, family: IpFamily): Value {
  return bitsValue(world.layout.bits(`value ${family} address of ${of}`, 0, WIDTH[family]));
}

function portOf(
  world: World,
  asker: Asker,
  statement: NatStatement,
  port: NatPort | null,
): Value | null {
  if (port === null) return null;
  if (port.kind === "expression") return fitted(world, evaluate(world, asker, port.expression), 16);
  const what = `which port of ${formatRange("th dport", port.range)}`;
  return oneOf(world, asker, port.range, 16, statement.portBase === undefined ? what : SHIFTED);
}

const SHIFTED = "the shifted port";

/** One value of the range, nobody knows which: the same for the same rule. */
function oneOf(world: World, asker: Asker, range: Range, width: number, what: string): Value {
  if (range.from === range.to && what !== SHIFTED) return constantValue(range.from, width);
  return bitsValue(oneOfRange(world, range, width, what, asker.instance));
}

/** NETMAP: the network part is replaced, the host part stays. */
function mappedNet(
  world: World,
  family: IpFamily,
  side: "source" | "destination",
  range: Range,
): Value {
  const width = WIDTH[family];
  const host = range.from ^ range.to;
  const hostBits = host === 0n ? 0 : host.toString(2).length;
  const kind = side === "source" ? "saddr" : "daddr";
  const old = world.store.read(`${kind}${family === "ip" ? 4 : 6}`, 0, width);
  const bits = [...(mergedBits(world.arena, old) ?? [])];
  const net = constantBits(range.from & (maximum(width) ^ maximum(hostBits)), width);
  return bitsValue(bits.map((bit, i) => (i < width - hostBits ? (net[i] ?? FALSE) : bit)));
}

/** Packets whose address a translation really changes. */
export function changesAddress(
  world: World,
  { address, family, side, packets }: Translation,
): Node {
  const { arena } = world;
  if (address === null) return FALSE;
  const kind = side === "source" ? "saddr" : "daddr";
  const width = WIDTH[family];
  const before = mergedBits(arena, world.store.read(`${kind}${family === "ip" ? 4 : 6}`, 0, width));
  if (before === null) return packets;
  let same: Node = FALSE;
  for (const { guard, value } of address.pieces) {
    const after = bitsOfPiece(value, width);
    if (after === null || !after.every((bit) => arena.isTerminal(bit))) continue;
    let kept = arena.and(packets, guard);
    for (const [i, bit] of before.entries())
      kept = arena.difference(kept, arena.xor(bit, after[i] ?? FALSE));
    same = arena.or(same, kept);
  }
  return arena.difference(packets, same);
}
