import type { Device } from "../src/engine/device/device.ts";
import { interpretNext } from "../src/engine/interpret/interpret.ts";
import { Memory } from "../src/engine/interpret/memory.ts";
import type { IpFamily } from "../src/engine/packet/packet.ts";
import { readBits, readHeaders, type Wire } from "../src/engine/packet/wire.ts";
import type { LabHost } from "./labHost.ts";
import { isLabAddress, ownEnds } from "./labHost.ts";
import { ACK, ICMP, ICMPV6, type Sketch, SYN, TCP, toSpec, toText, WITH_PORTS } from "./sketch.ts";

/** Packets that belong together: a first one, and what follows from what became of it. */
export type Scenario = readonly Sketch[];

/** What the world outside knows of a packet once it has left the device. */
interface Departed {
  readonly sketch: Sketch;
  readonly leaves: string;
}

/** Addresses in place of those that cannot be. */
const PLAIN = {
  ip: { source: 0xcb007106n, destination: 0xc6336407n },
  ip6: {
    source: 0x20010db8aaaa00000000000000000006n,
    destination: 0x20010db8bbbb00000000000000000007n,
  },
} as const;

function otherThan(family: IpFamily, address: bigint): bigint {
  const { source, destination } = PLAIN[family];
  return address === source ? destination : source;
}

const LOOPBACK_BROADCAST = 0x7fffffffn;

/** Tells how packets look when they leave, so that answers to them can be made. */
export class Outside {
  private readonly device: Device;
  private readonly host: LabHost;

  constructor(device: Device, host: LabHost) {
    this.device = device;
    this.host = host;
  }

  /** The same packet on the way that its destination really takes, from a source that can be. */
  possible(sketch: Sketch): Sketch {
    const { family, path, destination, source } = sketch;
    if (path !== "output" && source === destination)
      return this.possible({ ...sketch, source: otherThan(family, destination) });
    return this.routed(sketch);
  }

  /** The same packet on the way that its destination really takes. */
  routed(sketch: Sketch): Sketch {
    const { family, path, destination, source } = sketch;
    const isV4 = family === "ip";
    const isNobody = destination === 0n;
    const isBroadcast = isV4 && (destination === 0xffffffffn || (isNobody && source === 0n));
    const isGroup = isV4 ? destination >> 28n === 14n : destination >> 120n === 0xffn;
    if (path === "forward" && (isBroadcast || isGroup)) return { ...sketch, path: "input" };
    if (path === "input" && isNobody && !isBroadcast)
      return { ...sketch, path: "forward", out: sketch.out ?? sketch.in };
    return path === "output" ? this.ownPacket(sketch, isBroadcast || isNobody) : sketch;
  }

  /** No socket sends from a group, or from the loopback network to another host. */
  private ownPacket(sketch: Sketch, isUnsendable: boolean): Sketch {
    const { family, source, destination, out } = sketch;
    const isV4 = family === "ip";
    const isLoopback = (address: bigint) => (isV4 ? address >> 24n === 127n : address === 1n);
    const isOwn = (address: bigint) =>
      isLoopback(address) || isLabAddress(family, address, this.host);
    const plain = isV4 ? PLAIN.ip : PLAIN.ip6;
    const isAll = isUnsendable || (isV4 && destination === LOOPBACK_BROADCAST);
    const to = isAll ? plain.destination : destination;
    const isGroup = (address: bigint) =>
      isV4 ? address >> 28n >= 14n || address === LOOPBACK_BROADCAST : address >> 120n === 0xffn;
    const isStrange = source === 0n || isGroup(source) || (isLoopback(source) && !isOwn(to));
    const from = isStrange ? plain.source : source;
    if (from === to) return { ...sketch, source: from, destination: to, out: "lo" };
    if (out !== "lo" && !isOwn(to)) return { ...sketch, source: from, destination: to };
    /* Both ends are own addresses. */
    if (isOwn(from)) return { ...sketch, source: from, destination: to, out: "lo" };
    const isGiven = from !== plain.source && !isOwn(to) && !isGroup(to);
    return { ...sketch, source: isGiven ? from : to, destination: isGiven ? from : to, out: "lo" };
  }

  /** A first packet, its answer, and the next packet of the first's sender. */
  conversation(wanted: Sketch): Scenario {
    const first = this.possible(wanted);
    const memory = new Memory();
    const departed = this.send(first, memory);
    if (departed === null) return [first];
    const answer = this.answerTo(first, departed);
    if (answer === null) return [first];
    this.send(answer, memory, first);
    return [first, answer, followUp(first, answer)];
  }

  /** A first packet, then the error that a router on its further way sends back. */
  failure(wanted: Sketch, type: number, code: number): Scenario {
    const first = this.possible(wanted);
    const departed = this.send(first, new Memory());
    if (departed === null) return [first];
    const answer = this.answerTo(first, departed);
    if (answer === null) return [first];
    const protocol = first.family === "ip" ? ICMP : ICMPV6;
    const words = toText({ ...departed.sketch, more: [] }).split(" ");
    const inner = words.slice(0, 4).join(" ");
    const echo = WITH_PORTS.includes(first.protocol)
      ? ""
      : ` type=${first.icmp.type} code=${first.icmp.code} id=${first.icmp.id}`;
    const isEcho = first.protocol === protocol;
    if (!WITH_PORTS.includes(first.protocol) && !isEcho) return [first];
    const more = [`inner=(${inner}${echo})`];
    return [first, { ...answer, protocol, icmp: { type, code, id: 0 }, more }];
  }

  /** The destination that NAT gives a packet; null: it does not leave. */
  afterNat(sketch: Sketch): bigint | null {
    return this.send(sketch, new Memory())?.sketch.destination ?? null;
  }

  private send(sketch: Sketch, memory: Memory, first = sketch): Departed | null {
    const spec = toSpec(sketch);
    const own = [first, sketch].flatMap((one) => ownEnds(one, this.host));
    const host = this.host.hostFor(spec, own);
    const [outcome] = interpretNext(this.device, spec, { host }, memory).outcomes;
    if (outcome?.verdict !== "accept" || outcome.leaves === null) return null;
    return { sketch: asLeft(sketch, outcome.wire), leaves: outcome.leaves };
  }

  private answerTo(first: Sketch, { sketch, leaves }: Departed): Sketch | null {
    const turned = turnedAround(sketch);
    if (!isHost(turned.family, turned.source) || !isHost(turned.family, turned.destination))
      return null;
    const back = first.in ?? first.out;
    /* NAT gave the sender the address of the answerer: the answer would not leave. */
    if (leaves === "local" && turned.source === turned.destination) return null;
    if (leaves === "local") return { ...turned, path: "output", in: null, out: back };
    if (leaves === "lo") return { ...turned, path: "output", in: null, out: "lo" };
    const own = isLabAddress(turned.family, turned.destination, this.host);
    if (first.path === "output") return { ...turned, path: "input", in: leaves, out: leaves };
    return { ...turned, path: own ? "input" : "forward", in: leaves, out: back };
  }
}

/** Whether an address can be one end of a conversation. */
export function isHost(family: IpFamily, address: bigint): boolean {
  if (address === 0n) return false;
  return family === "ip" ? address >> 28n < 14n : address >> 120n !== 0xffn;
}

/** The sketch with addresses and ports as they went out. */
export function asLeft(sketch: Sketch, wire: Wire): Sketch {
  const v4 = wire.family === "ip";
  const { transport } = readHeaders(wire);
  const number = (offset: number, width: number, otherwise: bigint): bigint => {
    const bits = readBits(wire, offset, width);
    return typeof bits === "bigint" ? bits : otherwise;
  };
  const port = (offset: number, otherwise: number): number =>
    WITH_PORTS.includes(sketch.protocol)
      ? Number(number(transport * 8 + offset, 16, BigInt(otherwise)))
      : otherwise;
  return {
    ...sketch,
    source: number(v4 ? 96 : 64, v4 ? 32 : 128, sketch.source),
    destination: number(v4 ? 128 : 192, v4 ? 32 : 128, sketch.destination),
    sourcePort: port(0, sketch.sourcePort),
    destinationPort: port(16, sketch.destinationPort),
  };
}

/** ICMP questions and what answers them. */
const ANSWERS: ReadonlyMap<number, number> = new Map([
  [8, 0],
  [13, 14],
  [15, 16],
  [17, 18],
  [128, 129],
]);
const REPLY_SEQUENCE = 5000;

/** The answer of whoever got the packet. */
export function turnedAround(sketch: Sketch): Sketch {
  const { tcp, icmp } = sketch;
  const isFirst = (tcp.flags & (SYN | ACK)) === SYN;
  return {
    ...sketch,
    source: sketch.destination,
    destination: sketch.source,
    sourcePort: sketch.destinationPort,
    destinationPort: sketch.sourcePort,
    tcp: {
      flags: isFirst ? SYN | ACK : ACK,
      sequence: isFirst ? REPLY_SEQUENCE : tcp.acknowledgement,
      acknowledgement: endOf(sketch),
    },
    icmp: { ...icmp, type: ANSWERS.get(icmp.type) ?? icmp.type },
    mark: 0,
    more: [],
  };
}

/** What the first packet's sender sends once it has the answer. */
function followUp(first: Sketch, answer: Sketch): Sketch {
  const tcp = {
    flags: ACK,
    sequence: endOf(first),
    acknowledgement: endOf(answer),
  };
  return first.protocol === TCP ? { ...first, tcp } : first;
}

export function endOf({ tcp, payload }: Sketch): number {
  return tcp.sequence + payload + ((tcp.flags & SYN) !== 0 ? 1 : 0) + (tcp.flags & 1);
}
