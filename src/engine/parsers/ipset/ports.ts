import { protocolNumber } from "../../base/names/protocols.ts";
import { serviceNumber } from "../../base/names/services.ts";
import type { Range } from "../../base/range.ts";
import { ICMP_NAMES, ICMPV6_NAMES, type IcmpName } from "../iptables/matches/icmpTypes.ts";

export interface ProtocolAndPort {
  readonly protocol: bigint;
  readonly port: Range;
}

const TCP = 6n;
const WITH_PORTS: ReadonlyMap<bigint, string> = new Map([
  [6n, "tcp"],
  [17n, "udp"],
  [132n, "sctp"],
  [136n, "udplite"],
]);
const ICMP = 1n;
const ICMPV6 = 58n;
const MAXIMUM_PORT = 65_535;

/** `[PROTOCOL:]PORT[-PORT]`; tcp by default, type and code for ICMP, 0 for protocols without ports. */
export function parseProtocolAndPort(text: string): ProtocolAndPort | null {
  const colon = text.indexOf(":");
  const protocol = colon < 0 ? TCP : parseProtocol(text.slice(0, colon));
  if (protocol === null) return null;
  const rest = text.slice(colon + 1);
  const name = WITH_PORTS.get(protocol);
  if (name !== undefined) {
    const port = parsePortRange(rest, name);
    return port === null ? null : { protocol, port };
  }
  if (protocol === ICMP || protocol === ICMPV6) {
    const value = parseIcmp(rest, protocol === ICMP ? ICMP_NAMES : ICMPV6_NAMES);
    return value === null ? null : { protocol, port: { from: value, to: value } };
  }
  return rest === "0" ? { protocol, port: { from: 0n, to: 0n } } : null;
}

function parseProtocol(text: string): bigint | null {
  if (/^\d{1,3}$/.test(text)) return Number(text) < 256 ? BigInt(text) : null;
  const name = text.toLowerCase() === "icmpv6" ? "ipv6-icmp" : text.toLowerCase();
  const number = protocolNumber(name);
  return number === null ? null : BigInt(number);
}

/** `PORT` or `PORT-PORT`; names with a dash stand in brackets. */
export function parsePortRange(text: string, protocol: string): Range | null {
  const whole = parsePort(text, protocol);
  if (whole !== null) return { from: whole, to: whole };
  const parts = /^(\[[^\]]+\]|[^-]+)-(\[[^\]]+\]|[^-]+)$/.exec(text);
  if (parts === null) return null;
  const from = parsePort(parts[1] ?? "", protocol);
  const to = parsePort(parts[2] ?? "", protocol);
  if (from === null || to === null) return null;
  return from <= to ? { from, to } : { from: to, to: from };
}

function parsePort(text: string, protocol: string): bigint | null {
  if (/^\d{1,5}$/.test(text)) return Number(text) <= MAXIMUM_PORT ? BigInt(text) : null;
  const port = serviceNumber(text.replace(/^\[|\]$/g, ""), protocol);
  return port === null ? null : BigInt(port);
}

/** `TYPE/CODE` or a name, as type times 256 plus code. */
function parseIcmp(text: string, names: readonly IcmpName[]): bigint | null {
  const numbers = /^(\d{1,3})\/(\d{1,3})$/.exec(text);
  if (numbers !== null) {
    const [type, code] = [Number(numbers[1]), Number(numbers[2])];
    return type < 256 && code < 256 ? BigInt(type * 256 + code) : null;
  }
  const found = names.find(([name, type]) => name === text.toLowerCase() && type !== 255);
  return found === undefined ? null : BigInt(found[1] * 256 + (found[2] ?? 0));
}
