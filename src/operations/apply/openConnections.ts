import { inRanges } from "../../engine/base/range.ts";
import type { Device } from "../../engine/device/device.ts";
import type { Addresses } from "../../engine/intents/model.ts";
import { interpret } from "../../engine/interpret/interpret.ts";
import { isNotationError, parsePacket } from "../../engine/packet/notation.ts";
import { parseAddressRange } from "../inventory/addresses.ts";
import type { Network } from "../inventory/model.ts";

/** Connections that go on although the ruleset would not let them begin any more. */
export interface OpenConnections {
  /** Of those that were looked at. */
  readonly contradicting: number;
  readonly looked: number;
  /** Connections whose interfaces are not known, and those beyond the limit. */
  readonly notLooked: number;
  /** Some of them, in packet notation. */
  readonly examples: readonly string[];
}

/** Connections that are looked at: each is one packet through the interpreter. */
export const MAXIMUM_LOOKED = 1_000;
const MAXIMUM_EXAMPLES = 5;

/** `listing`: what `conntrack -L` prints. They are counted and told, never cut. */
export function contradicting(
  network: Network,
  name: string,
  running: Device,
  listing: string,
): OpenConnections {
  const lines = listing.split("\n").filter((line) => ENTRY.test(line));
  const packets = lines.slice(0, MAXIMUM_LOOKED).map((line) => packetOf(network, name, line));
  const known = packets.flatMap((packet) => packet ?? []);
  const found = known.filter((packet) => isRefused(running, packet));
  return {
    contradicting: found.length,
    looked: known.length,
    notLooked: lines.length - known.length,
    examples: found.slice(0, MAXIMUM_EXAMPLES),
  };
}

/** A connection of TCP that stands, or any of UDP, with both of its tuples. */
const ENTRY =
  /^(tcp|udp) +\d+ +\d+ +(?:ESTABLISHED )?src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) .*?src=(\S+) dst=\S+ sport=\d+ dport=\d+/;

/** Its first packet as if it came now; null: nobody says through which interfaces. */
function packetOf({ zones, devices }: Network, name: string, line: string): string | null {
  const [, protocol, from, to, sourcePort, targetPort, server] = ENTRY.exec(line) ?? [];
  if (from === undefined || to === undefined || server === undefined) return null;
  const interfaceOf = (address: string): string | null => {
    const zone = [...zones.values()].find(
      (one) => one.device === name && holds(one.addresses, address),
    );
    const [first, ...others] = zone?.interfaces ?? [];
    return first === undefined || others.length > 0 || first.endsWith("*") ? null : first;
  };
  const isOwn = (address: string) => holds(devices.get(name)?.addresses ?? new Map(), address);
  const places = [
    isOwn(from) ? "" : interfacePlace("in", interfaceOf(from)),
    isOwn(server) ? "" : interfacePlace("out", interfaceOf(server)),
  ];
  if (places.includes(null)) return null;
  const path = isOwn(server) ? "input" : isOwn(from) ? "output" : "forward";
  return [
    `${protocol} ${bracketed(from)}:${sourcePort} > ${bracketed(to)}:${targetPort}`,
    ...places.filter((place) => place !== ""),
    "state=new",
    `path=${path}`,
  ].join(" ");
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

function interfacePlace(key: "in" | "out", name: string | null): string | null {
  return name === null ? null : `${key}=${name}`;
}

function holds(addresses: Addresses, text: string): boolean {
  const found = parseAddressRange(text);
  return found !== null && inRanges(addresses.get(found.family) ?? [], found.range.from);
}

/** Whatever its unknowns are. */
function isRefused(running: Device, packet: string): boolean {
  const spec = parsePacket(packet);
  if (isNotationError(spec)) return false;
  const { outcomes, complete } = interpret(running, spec, { host: null });
  return complete && outcomes.every(({ verdict }) => verdict === "drop" || verdict === "reject");
}
