import { formatIpv4, formatIpv6 } from "../../engine/base/address.ts";
import { inRanges, normalizeRanges, type Range } from "../../engine/base/range.ts";
import type { RandomSource } from "../../engine/bdd/index.ts";
import type { Addresses } from "../../engine/intents/model.ts";
import type { IpFamily } from "../../engine/packet/packet.ts";
import type { Network } from "../inventory/model.ts";
import type { Aim } from "./borders.ts";

/** Where hosts lie, as one device sees them. */
export interface Surroundings {
  /** Of the device itself. */
  readonly own: Addresses;
  readonly zones: readonly Behind[];
}

interface Behind {
  /** Null: which interface it is nobody has said. */
  readonly interface: string | null;
  readonly addresses: Addresses;
}

/** One end of a packet, and where it lies. */
export interface End {
  readonly address: bigint;
  readonly place: Behind | "own";
}

/** A packet that may be asked about. */
export interface Candidate {
  readonly family: IpFamily;
  readonly protocol: number;
  readonly from: End;
  readonly to: End;
  readonly port: number;
  readonly sourcePort: number;
  readonly state: "new" | "established";
}

const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;
const NAMES: ReadonlyMap<number, string> = new Map([
  [TCP, "tcp"],
  [UDP, "udp"],
  [ICMP, "icmp"],
  [ICMPV6, "icmp"],
]);
const ECHO_REQUEST = 8;
const ECHO_REQUEST_6 = 128;
const HIGHEST_PORT = 65_535n;
const FIRST_SOURCE_PORT = 40_000;
const SOURCE_PORTS = 20_000;
/** Ports that are asked about where no rule names one. */
const USUAL_PORTS: readonly number[] = [22, 25, 53, 80, 143, 443, 587, 3306, 5432];
/** Hosts of a network that are taken where a rule names none: the first ones. */
const HOSTS = 200;
/** One packet in so many belongs to a connection that stands already. */
const ESTABLISHED_ONE_IN = 6;

/** Who lies where, as the network file says it of one device. A host without zones sees everybody by ways unknown. */
export function surroundingsOf({ devices, zones }: Network, device: string): Surroundings {
  const own = devices.get(device)?.addresses ?? new Map();
  const behind = [...zones.values()]
    .filter((zone) => zone.device === device)
    .map(({ interfaces, addresses }) => ({
      interface: interfaces[0]?.replace(/\*$/, "0") ?? null,
      addresses,
    }));
  const others = [...zones.values()].map(({ addresses }) => ({ interface: null, addresses }));
  return { own, zones: behind.length > 0 ? behind : others };
}

/** A packet near the edges of what a rule asks for; null: its ends lie nowhere, or beside each other. */
export function candidateNear(
  aim: Aim,
  around: Surroundings,
  random: RandomSource,
): Candidate | null {
  const family = aim.family ?? "ip";
  const from = endNear(aim.sources, family, around, random);
  const to = endNear(aim.destinations, family, around, random);
  if (from === null || to === null || from.place === to.place) return null;
  const protocol = pick(aim.protocols, random) ?? (random() < 0.75 ? TCP : UDP);
  if (!NAMES.has(protocol)) return null;
  return {
    family,
    protocol: protocol === ICMP && family === "ip6" ? ICMPV6 : protocol,
    from,
    to,
    port: portNear(aim.ports, random),
    sourcePort: FIRST_SOURCE_PORT + below(SOURCE_PORTS, random),
    state: below(ESTABLISHED_ONE_IN, random) === 0 ? "established" : "new",
  };
}

/** Where an address lies; null: nowhere that the network file names. */
export function endAt(address: bigint, family: IpFamily, around: Surroundings): End | null {
  const holds = (addresses: Addresses) =>
    inRanges(normalizeRanges(addresses.get(family) ?? []), address);
  if (holds(around.own)) return { address, place: "own" };
  const place = around.zones.find(({ addresses }) => holds(addresses));
  return place === undefined ? null : { address, place };
}

/** In the notation of packets. */
export function candidateText(one: Candidate): string {
  const { family, protocol, from, to, port, sourcePort, state } = one;
  const hasPorts = protocol === TCP || protocol === UDP;
  const endText = ({ address }: End, itsPort: number) => {
    const text = family === "ip" ? formatIpv4(address) : `[${formatIpv6(address)}]`;
    return hasPorts ? `${text}:${itsPort}` : text;
  };
  const type = family === "ip" ? ECHO_REQUEST : ECHO_REQUEST_6;
  const path = from.place === "own" ? "output" : to.place === "own" ? "input" : "forward";
  return [
    `${NAMES.get(protocol)} ${endText(from, sourcePort)} > ${endText(to, port)}`,
    ...(hasPorts ? [] : [`type=${type}`]),
    ...interfaceText("in", from),
    ...interfaceText("out", to),
    `state=${state}`,
    `path=${path}`,
  ].join(" ");
}

function interfaceText(key: "in" | "out", { place }: End): readonly string[] {
  return place === "own" || place.interface === null ? [] : [`${key}=${place.interface}`];
}

function endNear(
  ranges: readonly Range[],
  family: IpFamily,
  around: Surroundings,
  random: RandomSource,
): End | null {
  const range = pick(ranges, random);
  if (range !== undefined) return endAt(near(range, random), family, around);
  const places = [around.own, ...around.zones.map(({ addresses }) => addresses)];
  const some = pick(pick(places, random)?.get(family) ?? [], random);
  if (some === undefined) return null;
  const size = some.to - some.from + 1n;
  const offset = BigInt(below(HOSTS, random)) % size;
  return endAt(some.from + offset, family, around);
}

function portNear(ranges: readonly Range[], random: RandomSource): number {
  const range = pick(ranges, random);
  if (range === undefined) return pick(USUAL_PORTS, random) ?? 0;
  const port = near(range, random);
  return Number(port < 1n ? 1n : port > HIGHEST_PORT ? HIGHEST_PORT : port);
}

/** Inside at an edge more often than outside: most questions are about what a rule does. */
function near({ from, to }: Range, random: RandomSource): bigint {
  return pick([from, to, from, to, (from + to) / 2n, from - 1n, to + 1n], random) ?? from;
}

function below(count: number, random: RandomSource): number {
  return Math.floor(random() * count);
}

export function pick<Item>(items: readonly Item[], random: RandomSource): Item | undefined {
  return items[below(items.length, random)];
}
