import { interfaceNameValue } from "../base/interfaceName.ts";
import { maximum, normalizeRanges, type Range, single } from "../base/range.ts";
import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { HeaderLayout, Space } from "../packet/header/layout.ts";
import { atomsInRanges, rangesOver } from "../packet/header/rangesOver.ts";
import { STATE_CODES } from "../packet/header/stateCodes.ts";
import type { CtState, IpFamily, Path } from "../packet/packet.ts";
import { PROTOCOL, selectorRow } from "../packet/selectors/index.ts";
import type { Addresses, End, FlowPart, FlowPattern, IntentKind, Service } from "./model.ts";

/**
 * Ports from which clients connect: Linux' 32768–60999, and what RFC 6335 leaves for it (49152–65535, as Windows
 * and macOS do). With those from 1024 on, each drop of a registered port broke every promise of others, by replies
 * that no client waits for.
 */
const CLIENT_PORTS: Range = { from: 32768n, to: 65535n };
const FAMILIES: readonly IpFamily[] = ["ip", "ip6"];
const WIDTH: Readonly<Record<IpFamily, number>> = { ip: 32, ip6: 128 };

/** The path that packets of a part of a flow take. */
export function pathOfPart(path: Path, part: FlowPart): Path {
  if (part !== "reply" || path === "forward") return path;
  return path === "input" ? "output" : "input";
}

/** Packets of one part of the connections of a pattern; `reply` before NAT is undone for nobody. */
export function flowPackets(
  layout: HeaderLayout,
  kind: IntentKind,
  { path, from, to, services }: FlowPattern,
  part: FlowPart,
): Node {
  const { arena } = layout;
  const isReply = part === "reply";
  const [source, target] = isReply ? [to, from] : [from, to];
  return allOf(layout, [
    addressesOf(layout, source.addresses, "saddr"),
    addressesOf(layout, target.addresses, "daddr"),
    interfaceOf(layout, source, "in", pathOfPart(path, part)),
    interfaceOf(layout, target, "out", pathOfPart(path, part)),
    services.reduce<Node>(
      (all, service) => arena.or(all, serviceOf(layout, kind, service, isReply)),
      FALSE,
    ),
    partOf(layout, kind, part),
    flagsOf(layout, kind, part),
    kind === "blocked" ? TRUE : ordinaryOf(layout, pathOfPart(path, part)),
  ]);
}

/** The least that a header counts of itself, in words of 32 bits (RFC 791, RFC 9293). */
const LEAST_HEADER = [{ from: 5n, to: 15n }];
const PACKET_KIND = "meta pkttype";
const PACKET_HOST = single(0n);

/**
 * What is true of all packets of a connection that the kernel goes on with: it forwards nothing that is not for this
 * host on the link (`ip_forward`), and drops headers that are too short before any chain.
 */
function ordinaryOf(layout: HeaderLayout, path: Path): Node {
  const { arena, questions } = layout;
  const isKindAsked =
    questions.read.has(PACKET_KIND) && !questions.computed.has(PACKET_KIND) && path !== "output";
  const isTcp = bitsIn(layout, "protocol", 0, 8, [single(BigInt(PROTOCOL.tcp))]);
  return allOf(layout, [
    isKindAsked
      ? atomsInRanges(
          arena,
          layout.atoms(PACKET_KIND, PACKET_KIND, selectorRow(PACKET_KIND).width, "header"),
          [PACKET_HOST],
        )
      : TRUE,
    questions.read.has("tcp doff")
      ? arena.or(arena.not(isTcp), bitsIn(layout, "transport", 96, 4, LEAST_HEADER))
      : TRUE,
    questions.read.has("ip hdrlength")
      ? arena.or(familyOf(layout, "ip6"), bitsIn(layout, "network4", 4, 4, LEAST_HEADER))
      : TRUE,
  ]);
}

/** Packets whose source lies in `addresses`, whoever they are for. */
export function addressesOf(
  layout: HeaderLayout,
  addresses: Addresses,
  end: "saddr" | "daddr",
): Node {
  const { arena } = layout;
  return FAMILIES.reduce<Node>((all, family) => {
    const ranges = addresses.get(family);
    if (ranges === undefined) return all;
    const space: Space = `${end}${family === "ip" ? 4 : 6}`;
    const bits = layout.bits(space, 0, WIDTH[family]);
    const inside = rangesOver(arena, bits, normalizeRanges(ranges));
    return arena.or(all, arena.and(familyOf(layout, family), inside));
  }, FALSE);
}

function familyOf(layout: HeaderLayout, family: IpFamily): Node {
  const [six = FALSE] = layout.bits("family", 0, 1);
  return family === "ip6" ? six : layout.arena.not(six);
}

/**
 * Names that no rule tells apart are one class, so a class that holds one of the names stands for all
 * of them: their packets fare alike.
 */
function interfaceOf(layout: HeaderLayout, { interfaces }: End, side: "in" | "out", path: Path) {
  if (interfaces === null || !isSeen(side, path)) return TRUE;
  const field = layout.interface(side);
  if (interfaces === "unknown")
    return layout.arena.not(atomsInRanges(layout.arena, field, [LOOPBACK]));
  return atomsInRanges(layout.arena, field, normalizeRanges(interfaces.map(nameRange)));
}

/** A header names an interface of each side that its path has. */
function isSeen(side: "in" | "out", path: Path): boolean {
  return path === "forward" || (side === "in") === (path === "input");
}

/** Variables of interfaces that a pattern leaves open: what hangs on them is not proved. */
export function openInterfaces(
  layout: HeaderLayout,
  { path, from, to }: FlowPattern,
  part: FlowPart,
): readonly number[] {
  const [source, target] = part === "reply" ? [to, from] : [from, to];
  const levelsOf = ({ interfaces }: End, side: "in" | "out") =>
    interfaces === "unknown" && isSeen(side, pathOfPart(path, part))
      ? layout.interface(side).levels
      : [];
  return [...levelsOf(source, "in"), ...levelsOf(target, "out")];
}

const LOOPBACK = single(interfaceNameValue("lo"));
const NAME_BYTES = 16;

function nameRange(name: string): Range {
  if (!name.endsWith("*")) return single(interfaceNameValue(name));
  const stem = name.slice(0, -1);
  const from = interfaceNameValue(stem);
  return { from, to: from | maximum(8 * (NAME_BYTES - stem.length)) };
}

const ECHO: Readonly<Record<IpFamily, { protocol: number; request: bigint; reply: bigint }>> = {
  ip: { protocol: PROTOCOL.icmp, request: 8n, reply: 0n },
  ip6: { protocol: PROTOCOL.icmpv6, request: 128n, reply: 129n },
};

function serviceOf(
  layout: HeaderLayout,
  kind: IntentKind,
  service: Service,
  isReply: boolean,
): Node {
  const { arena } = layout;
  const [sourcePort, targetPort] = isReply ? [16, 0] : [0, 16];
  switch (service.kind) {
    case "protocol":
      return bitsIn(layout, "protocol", 0, 8, [single(BigInt(service.protocol))]);
    case "ports":
      return allOf(layout, [
        bitsIn(layout, "protocol", 0, 8, [single(BigInt(service.protocol))]),
        kind === "blocked" ? TRUE : bitsIn(layout, "transport", sourcePort, 16, [CLIENT_PORTS]),
        bitsIn(layout, "transport", targetPort, 16, normalizeRanges(service.ports)),
      ]);
    case "ping":
      return FAMILIES.reduce<Node>((all, family) => {
        const { protocol, request, reply } = ECHO[family];
        const one = allOf(layout, [
          familyOf(layout, family),
          bitsIn(layout, "protocol", 0, 8, [single(BigInt(protocol))]),
          bitsIn(layout, "transport", 0, 8, [single(isReply ? reply : request)]),
          bitsIn(layout, "transport", 8, 8, [single(0n)]),
        ]);
        return arena.or(all, one);
      }, FALSE);
  }
}

/** Packets of the protocol of a service, whatever they ask for. */
export function protocolOf(layout: HeaderLayout, service: Service): Node {
  if (service.kind !== "ping")
    return bitsIn(layout, "protocol", 0, 8, [single(BigInt(service.protocol))]);
  const protocols = FAMILIES.map((family) => single(BigInt(ECHO[family].protocol)));
  return bitsIn(layout, "protocol", 0, 8, normalizeRanges(protocols));
}

/** Packets of a service by the port that they are for; all of a service without ports. */
export function portsOf(layout: HeaderLayout, service: Service): Node {
  if (service.kind !== "ports") return protocolOf(layout, service);
  return layout.arena.and(
    protocolOf(layout, service),
    bitsIn(layout, "transport", 16, 16, normalizeRanges(service.ports)),
  );
}

const BLOCKED_STATES: readonly CtState[] = ["new", "invalid", "untracked"];

/** What begins a connection is new; what must not begin one may also be invalid or untracked. */
function partOf(layout: HeaderLayout, kind: IntentKind, part: FlowPart): Node {
  const states: readonly CtState[] =
    part !== "first" ? ["established"] : kind === "blocked" ? BLOCKED_STATES : ["new"];
  const codes = normalizeRanges(states.map((state) => single(BigInt(STATE_CODES[state]))));
  const direction = part === "reply" ? 1n : 0n;
  return layout.arena.and(
    bitsIn(layout, "state", 0, 3, codes),
    bitsIn(layout, "direction", 0, 1, [single(direction)]),
  );
}

const FLAGS = { from: 104, width: 8 } as const;
const SYN = 0x02n;
const ACK = 0x10n;
/** PSH and URG come with data, ECE and CWR with congestion (RFC 3168). */
const DATA_FLAGS: readonly bigint[] = [0n, 0x08n, 0x40n, 0x48n, 0x80n, 0x88n];
const FIN = 0x01n;

/** Flags of an ordinary TCP connection; any where none may be. */
function flagsOf(layout: HeaderLayout, kind: IntentKind, part: FlowPart): Node {
  if (kind === "blocked") return TRUE;
  const { arena } = layout;
  if (!layout.questions.read.has("tcp flags")) return TRUE;
  const isTcp = bitsIn(layout, "protocol", 0, 8, [single(BigInt(PROTOCOL.tcp))]);
  return arena.or(
    arena.not(isTcp),
    bitsIn(layout, "transport", FLAGS.from, FLAGS.width, flags(part)),
  );
}

function flags(part: FlowPart): readonly Range[] {
  if (part === "first") return [single(SYN)];
  const data = DATA_FLAGS.flatMap((more) => [ACK | more, ACK | FIN | more]);
  const all = part === "reply" ? [SYN | ACK, ...data] : data;
  return normalizeRanges(all.map(single));
}

function bitsIn(
  layout: HeaderLayout,
  space: Space,
  from: number,
  width: number,
  ranges: readonly Range[],
): Node {
  return rangesOver(layout.arena, layout.bits(space, from, width), ranges);
}

function allOf({ arena }: HeaderLayout, nodes: readonly Node[]): Node {
  return nodes.reduce<Node>((all, node) => arena.and(all, node), TRUE);
}
