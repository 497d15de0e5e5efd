import { interfaceNameValue } from "../base/interfaceName.ts";
import type { RejectWith } from "../device/statement.ts";
import { buildWire } from "../packet/build.ts";
import { type IpFamily, type PacketSpec, PLAIN_SHAPE } from "../packet/packet.ts";
import { readHeaders } from "../packet/wire.ts";
import { localAddress } from "./routing.ts";
import { runHook } from "./runHook.ts";
import type { Tracking } from "./tracking.ts";
import { readAddress, readPort } from "./tuples.ts";
import { known, type Value } from "./value.ts";
import { readPacket, type Walk } from "./walk.ts";

/** Types and codes of icmpx (nft's reject for both families): [ICMP, ICMPv6]. */
const ICMPX: readonly (readonly [string, string])[] = [
  ["icmp 3/0", "icmpv6 1/0"],
  ["icmp 3/3", "icmpv6 1/4"],
  ["icmp 3/1", "icmpv6 1/3"],
  ["icmp 3/13", "icmpv6 1/1"],
];

const NO_ANSWER = "none";
const RST = 4n;
/**
 * Protocols that an ICMP error answers. Of any other the kernel takes the whole payload for something
 * with a sum that has to come out right, and stays silent (nf_reject_verify_csum; measured on 6.18).
 */
const HAS_CHECKABLE_SUM: ReadonlySet<number> = new Set([1, 6, 17, 47, 50, 51, 58, 132, 136]);
/** ICMP types that ask something; an error never answers an error (RFC 1122 section 3.2.2). */
const ICMP_QUESTIONS: readonly bigint[] = [0n, 8n, 13n, 14n, 15n, 16n, 17n, 18n];

/** What a reject sends back, or `none` where the kernel stays silent. */
export function answerOf(walk: Walk, reject: RejectWith): string {
  const text = answerText(walk, reject);
  if (text === NO_ANSWER || !isAnswerable(walk, reject)) return NO_ANSWER;
  return leavesDevice(walk, text) ? text : NO_ANSWER;
}

function answerText(walk: Walk, reject: RejectWith): string {
  const v4 = walk.wire.family === "ip";
  if (reject.kind === "tcpReset") return walk.headers.protocol === 6 ? "tcp-reset" : NO_ANSWER;
  if (reject.family === "both") return ICMPX[reject.code]?.[v4 ? 0 : 1] ?? NO_ANSWER;
  if (reject.family !== walk.wire.family) return NO_ANSWER;
  return v4 ? `icmp 3/${reject.code}` : `icmpv6 1/${reject.code}`;
}

function isAnswerable(walk: Walk, reject: RejectWith): boolean {
  const { headers, spec } = walk;
  if (headers.fragmentOffset > 0 || spec.shape.badChecksum) return false;
  if (isGroupAddress(walk) || isFromNobody(walk)) return false;
  const start = headers.transport * 8;
  if (reject.kind === "tcpReset") {
    const destination = readAddress(walk, "destination");
    /* `::` is nobody's address (nf_send_reset6). */
    if (walk.wire.family === "ip6" && destination.kind === "known" && destination.value === 0n)
      return false;
    const flags = readPacket(walk, start + 104, 8, "tcp flags");
    return flags.kind !== "known" || (flags.value & RST) === 0n;
  }
  if (headers.protocol !== null && !HAS_CHECKABLE_SUM.has(headers.protocol)) return false;
  if (headers.protocol === (walk.wire.family === "ip" ? 58 : 1)) return false;
  return isNoError(walk);
}

/** An error never answers an error, nor what comes from no host (icmp_send, icmp6_send). */
export function isNoError(walk: Walk): boolean {
  const { headers } = walk;
  const start = headers.transport * 8;
  const source = readAddress(walk, "source");
  if (source.kind === "known" && isNobody(walk.wire.family, source.value)) return false;
  if (headers.protocol === 1 && walk.wire.family === "ip") {
    const type = readPacket(walk, start, 8, "icmp type");
    return type.kind !== "known" || ICMP_QUESTIONS.includes(type.value);
  }
  if (headers.protocol === 58 && walk.wire.family === "ip6") {
    const type = readPacket(walk, start, 8, "icmpv6 type");
    return type.kind !== "known" || type.value >= 128n;
  }
  return true;
}

const BROADCAST = 0xffffffffn;

/** No error goes to a group or to everybody, and in IPv6 none to no address (measured). */
function isNobody(family: IpFamily, source: bigint): boolean {
  if (family === "ip6") return source === 0n;
  return source === BROADCAST || source >> 28n === 14n;
}

/** What is sent to 0.0.0.0 stays on the device: the routing takes it for the loopback. */
function isFromNobody(walk: Walk): boolean {
  const source = readAddress(walk, "source");
  return walk.wire.family === "ip" && source.kind === "known" && source.value === 0n;
}

/** Multicast and broadcast destinations get no answer. */
function isGroupAddress(walk: Walk): boolean {
  const destination = readAddress(walk, "destination");
  if (destination.kind !== "known") return false;
  if (walk.wire.family === "ip6") return destination.value >> 120n === 0xffn;
  if (destination.value >> 28n === 14n || destination.value === 0xffffffffn) return true;
  return (walk.host?.addresses ?? []).some(
    ({ family, address, prefix }) =>
      family === "ip" &&
      prefix < 31 &&
      (address | ((1n << BigInt(32 - prefix)) - 1n)) === destination.value,
  );
}

/** An answer passes output and postrouting of this device; whatever drops it there makes it silent. */
export function leavesDevice(walk: Walk, answer: string): boolean {
  const spec = answerSpec(walk, answer);
  const wire = buildWire(spec, { ordinary: true, marker: 0 });
  const own: Walk = {
    ...walk,
    spec,
    wire,
    headers: readHeaders(wire),
    tracking: answerTracking(walk.tracking),
    hook: "output",
    in: null,
    out: walk.hook === "output" ? wayBack(walk) : walk.in,
    mark: known(0n, 32),
    hasOwner: false,
    packetType: null,
    priority: null,
    steps: [],
    versions: new Map(walk.versions),
    /* The answer is no packet of that flow, and asking would answer it again without end. */
    flowOf: () => null,
  };
  if (runHook(own, "output").decision !== "accept") return false;
  if (runHook(own, "postrouting").decision !== "accept") return false;
  if (walk.memory !== null) comesBack(own);
  return true;
}

const LOOPBACK = known(interfaceNameValue("lo"), 128);

/** What goes over `lo` comes in again, where limits and counters see it. */
function comesBack(own: Walk): void {
  if (own.out?.kind !== "known" || own.out.value !== interfaceNameValue("lo")) return;
  const again: Walk = { ...own, in: LOOPBACK, out: null, looped: true };
  if (runHook(again, "prerouting").decision === "accept") runHook(again, "input");
}

/** To an own address the answer goes over `lo`, to another the way that the packet would have gone. */
function wayBack(walk: Walk): Value {
  const source = readAddress(walk, "source");
  const { host } = walk;
  if (host === null || host.addresses === null || source.kind !== "known" || walk.out === null)
    return known(interfaceNameValue("lo"), 128);
  const isOwn = localAddress(host, walk.wire.family, source.value) !== null;
  return isOwn ? known(interfaceNameValue("lo"), 128) : walk.out;
}

/** The answer belongs to the connection of what it answers (nf_ct_attach): related to it. */
function answerTracking(tracking: Tracking): Tracking {
  if (tracking.kind !== "tracked")
    return tracking.kind === "untracked" ? tracking : { kind: "none" };
  const connection = {
    ...tracking.connection,
    sourceDone: true,
    destinationDone: true,
    sourceNat: false,
    destinationNat: false,
  };
  return {
    kind: "tracked",
    connection,
    info: "related",
    direction: tracking.direction === "original" ? "reply" : "original",
  };
}

function answerSpec(walk: Walk, answer: string): PacketSpec {
  const { family } = walk.wire;
  const [name, numbers] = answer.split(" ");
  const [type, code] = (numbers ?? "0/0").split("/").map(Number);
  const values = new Map<string, bigint>();
  if (name === "tcp-reset") values.set("tcp flags", RST | 16n);
  else {
    values.set(`${name ?? "icmp"} type`, BigInt(type ?? 0));
    values.set(`${name ?? "icmp"} code`, BigInt(code ?? 0));
  }
  const isReset = name === "tcp-reset";
  return {
    text: answer,
    family,
    protocol: isReset ? 6 : family === "ip" ? 1 : 58,
    source: isReset ? number(readAddress(walk, "destination")) : ownAddress(walk),
    destination: number(readAddress(walk, "source")),
    sourcePort: isReset ? Number(number(readPort(walk, "destination")) ?? 0n) : null,
    destinationPort: isReset ? Number(number(readPort(walk, "source")) ?? 0n) : null,
    path: "output",
    hook: null,
    in: null,
    out: walk.spec.in,
    state: null,
    direction: null,
    original: null,
    values,
    isOwnerless: true,
    shape: { ...PLAIN_SHAPE, inner: isReset ? null : quoted(walk) },
  };
}

function number(value: Value): bigint | null {
  return value.kind === "known" ? value.value : null;
}

/** What the ICMP error quotes; fragments and unknown protocols are quoted as they are. */
function quoted(walk: Walk): PacketSpec {
  return {
    ...walk.spec,
    source: number(readAddress(walk, "source")),
    destination: number(readAddress(walk, "destination")),
    shape: { ...walk.spec.shape, inner: null },
  };
}

/** The address that the device answers with: the packet's own destination, else of the interface. */
function ownAddress(walk: Walk): bigint | null {
  const destination = number(readAddress(walk, "destination"));
  const { host } = walk;
  if (host === null || destination === null) return null;
  const local = localAddress(host, walk.wire.family, destination);
  /* IPv6 answers by an address that an interface has, not by one that is only routed here. */
  if (local !== null && (walk.wire.family === "ip" || local.interface !== "")) return destination;
  const own = host.addresses?.find(
    (address) =>
      address.family === walk.wire.family &&
      walk.in?.kind === "known" &&
      interfaceNameValue(address.interface) === walk.in.value,
  );
  return own?.address ?? null;
}
