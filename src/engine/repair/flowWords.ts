/** The packets of a flow in the words of a rule. */
import { formatIpv4, formatIpv6, prefixLength } from "../base/address.ts";
import { protocolName } from "../base/names/protocols.ts";
import type { Range } from "../base/range.ts";
import type { TableFamily } from "../device/device.ts";
import type { End, FlowPattern, Service } from "../intents/model.ts";
import type { IpFamily } from "../packet/packet.ts";

/** Ranges that are written into one rule; what has more is told by its interfaces, if at all. */
const MAXIMUM_RANGES = 16;
/** Rules of iptables that one repair adds. */
const MAXIMUM_RULES = 16;

const WIDTH = { ip: 32, ip6: 128 } as const;

/** Families of packets that a table sees. */
export function familiesOf(family: TableFamily): readonly IpFamily[] {
  if (family === "inet") return ["ip", "ip6"];
  return family === "ip" || family === "ip6" ? [family] : [];
}

/** Matches of nft for each family and service of a flow; null: it has no short words. */
export function nftMatches(pattern: FlowPattern, table: TableFamily): readonly string[] | null {
  const matches: string[] = [];
  for (const family of familiesOf(table)) {
    if (!hasBoth(pattern, family)) continue;
    const from = nftEnd(pattern.from, family, "saddr", "iifname");
    const to = nftEnd(pattern.to, family, "daddr", "oifname");
    if (from === null || to === null) return null;
    /* Without an address nothing would say which family is meant. */
    const said = /\bip6? [sd]addr\b/.test(`${from} ${to}`) || table !== "inet";
    const nfproto = said ? "" : `meta nfproto ${family === "ip" ? "ipv4" : "ipv6"}`;
    for (const service of pattern.services)
      matches.push(words([nfproto, from, to, nftService(service, family)]));
  }
  return matches.length === 0 ? null : matches;
}

function words(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}

function hasBoth({ from, to }: FlowPattern, family: IpFamily): boolean {
  const count = (end: End) => end.addresses.get(family)?.length ?? 0;
  return count(from) > 0 && count(to) > 0;
}

function nftEnd(end: End, family: IpFamily, side: string, interfaceWord: string): string | null {
  const ranges = end.addresses.get(family) ?? [];
  if (ranges.length <= MAXIMUM_RANGES)
    return isAll(ranges, family) ? "" : `${family} ${side} ${nftSet(ranges, family)}`;
  if (end.interfaces === null || end.interfaces === "unknown") return null;
  return `${interfaceWord} ${quotedSet(end.interfaces)}`;
}

function isAll(ranges: readonly Range[], family: IpFamily): boolean {
  const [only] = ranges;
  return ranges.length === 1 && only?.from === 0n && only.to === (1n << BigInt(WIDTH[family])) - 1n;
}

function quotedSet(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return quoted.length === 1 ? (quoted[0] ?? "") : `{ ${quoted.join(", ")} }`;
}

export function nftSet(ranges: readonly Range[], family: IpFamily): string {
  const texts = ranges.map((range) => rangeText(range, family));
  return texts.length === 1 ? (texts[0] ?? "") : `{ ${texts.join(", ")} }`;
}

function rangeText(range: Range, family: IpFamily): string {
  const format = family === "ip" ? formatIpv4 : formatIpv6;
  const length = prefixLength(range, WIDTH[family]);
  if (length === WIDTH[family]) return format(range.from);
  if (length !== null) return `${format(range.from)}/${length}`;
  return `${format(range.from)}-${format(range.to)}`;
}

export function nftService(service: Service, family: IpFamily): string {
  if (service.kind === "ping")
    return family === "ip" ? "icmp type echo-request" : "icmpv6 type echo-request";
  const name = protocolName(service.protocol) ?? String(service.protocol);
  if (service.kind === "protocol") return `meta l4proto ${name}`;
  const ports = service.ports.map(portText("-"));
  const set = ports.length === 1 ? (ports[0] ?? "") : `{ ${ports.join(", ")} }`;
  const isNamed = ["tcp", "udp", "sctp", "dccp", "udplite"].includes(name);
  return isNamed ? `${name} dport ${set}` : `meta l4proto ${name} th dport ${set}`;
}

function portText(between: string): (range: Range) => string {
  return ({ from, to }) => (from === to ? String(from) : `${from}${between}${to}`);
}

/** Matches of iptables: one rule for each pair of addresses, as its listings have them. */
export function iptablesMatches(
  pattern: FlowPattern,
  table: TableFamily,
): readonly string[] | null {
  const family = table === "ip6" ? "ip6" : "ip";
  if (!hasBoth(pattern, family)) return null;
  const from = iptablesEnd(pattern.from, family, "-s", "-i");
  const to = iptablesEnd(pattern.to, family, "-d", "-o");
  if (from === null || to === null) return null;
  const matches = from.flatMap((source) =>
    to.flatMap((target) =>
      pattern.services.map((service) => words([source, target, iptablesService(service, family)])),
    ),
  );
  return matches.length > MAXIMUM_RULES ? null : matches;
}

function iptablesEnd(
  end: End,
  family: IpFamily,
  option: string,
  interfaceOption: string,
): readonly string[] | null {
  const ranges = end.addresses.get(family) ?? [];
  if (isAll(ranges, family)) return [""];
  const isPrefix = (range: Range) => prefixLength(range, WIDTH[family]) !== null;
  if (ranges.length <= MAXIMUM_RANGES && ranges.every(isPrefix))
    return ranges.map((range) => `${option} ${rangeText(range, family)}`);
  if (end.interfaces === null || end.interfaces === "unknown") return null;
  return end.interfaces.map((name) => `${interfaceOption} ${name.replace(/\*$/, "+")}`);
}

function iptablesService(service: Service, family: IpFamily): string {
  if (service.kind === "ping")
    return family === "ip"
      ? "-p icmp -m icmp --icmp-type 8"
      : "-p ipv6-icmp -m icmp6 --icmpv6-type 128";
  const name = protocolName(service.protocol) ?? String(service.protocol);
  if (service.kind === "protocol") return `-p ${name}`;
  const ports = service.ports.map(portText(":"));
  if (ports.length === 1) return `-p ${name} -m ${name} --dport ${ports[0]}`;
  return `-p ${name} -m multiport --dports ${ports.join(",")}`;
}
