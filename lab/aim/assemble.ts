import type { Hook, TableFamily } from "../../src/engine/device/device.ts";
import type { IpFamily, Path } from "../../src/engine/packet/packet.ts";
import { CT_STATE } from "../../src/engine/packet/selectors/index.ts";
import type { Chance } from "../chance.ts";
import {
  ICMP,
  ICMPV6,
  type Sketch,
  SMALLEST_PAYLOAD,
  SYN,
  TCP,
  UDP,
  WITH_PORTS,
} from "../sketch.ts";
import type { Pool } from "./pool.ts";
import { grant, meets, type Wish } from "./wish.ts";

/** What the packet has to be to connection tracking. */
export type WantedState = "new" | "established" | "related" | "invalid" | "untracked" | null;

export interface Aim {
  readonly sketch: Sketch;
  readonly state: WantedState;
  readonly direction: "original" | "reply" | null;
}

/** Where a packet has to be on its way. */
export interface Place {
  readonly hook: Hook;
  readonly family: TableFamily;
}

/** A packet that all of `wishes` are content with, as far as they can be granted. */
export function assemble(
  place: Place,
  wishes: readonly Wish[],
  pool: Pool,
  chance: Chance,
): Aim | null {
  const bySelector = new Map<string, Wish[]>();
  for (const wish of wishes)
    bySelector.set(wish.selector, [...(bySelector.get(wish.selector) ?? []), wish]);
  const value = (...selectors: readonly string[]): bigint | null => {
    const found = selectors.flatMap((selector) => bySelector.get(selector) ?? []);
    return found.length === 0 ? null : grant(found, chance);
  };
  const family = familyOf(place.family, bySelector, value, chance);
  const protocol = protocolOf(family, bySelector, value, pool, chance);
  const ways = interfaces(pathOf(place.hook, bySelector, chance), bySelector, chance, pool);
  const { path } = ways;
  const more = moreWords(family, bySelector, value);
  if (more === null) return null;
  return {
    sketch: {
      family,
      protocol,
      ...addresses({ family, path, protocol }, value, pool, chance),
      ...ports(protocol, value, pool, chance),
      ...ways,
      tcp: { flags: Number(value("tcp flags") ?? SYN), sequence: 1000, acknowledgement: 0 },
      icmp: icmpOf(family, value, pool, chance),
      ttl: ttlOf(place.hook, value("ip ttl", "ip6 hoplimit")),
      dscp: Number(value("ip dscp", "ip6 dscp") ?? 0n),
      ecn: Number(value("ip ecn", "ip6 ecn") ?? 0n),
      payload: payloadOf(family, protocol, value),
      mark: path === "output" ? Number(value("meta mark") ?? 0n) : 0,
      uid: path === "output" ? ownerOf(value("meta skuid")) : 0,
      gid: path === "output" ? ownerOf(value("meta skgid")) : 0,
      more,
    },
    state: stateOf(bySelector.get("ct state")),
    direction: directionOf(value("ct direction")),
  };
}

type ValueOf = (...selectors: readonly string[]) => bigint | null;
type BySelector = ReadonlyMap<string, readonly Wish[]>;

function familyOf(
  family: TableFamily,
  bySelector: BySelector,
  value: ValueOf,
  chance: Chance,
): IpFamily {
  if (family === "ip" || family === "ip6") return family;
  const named = value("meta nfproto");
  if (named !== null) return named === 10n ? "ip6" : "ip";
  const type = value("meta protocol", "ether type");
  if (type !== null) return type === 0x86ddn ? "ip6" : "ip";
  for (const selector of bySelector.keys()) {
    if (/^(?:ip6|icmpv6|exthdr|hbh|rt|frag|dst|mh) /.test(selector)) return "ip6";
    if (/^(?:ip|icmp|igmp) /.test(selector)) return "ip";
  }
  return chance.once(2) ? "ip" : "ip6";
}

const BY_NAME: ReadonlyMap<string, number> = new Map([
  ["tcp", TCP],
  ["udp", UDP],
  ["udplite", 136],
  ["sctp", 132],
  ["dccp", 33],
  ["icmp", ICMP],
  ["icmpv6", ICMPV6],
  ["igmp", 2],
  ["esp", 50],
  ["ah", 51],
  ["gre", 47],
  ["comp", 108],
]);

function protocolOf(
  family: IpFamily,
  bySelector: BySelector,
  value: ValueOf,
  pool: Pool,
  chance: Chance,
): number {
  const named = value("meta l4proto", family === "ip" ? "ip protocol" : "ip6 nexthdr");
  if (named !== null && !isExtension(family, Number(named))) return Number(named);
  for (const selector of bySelector.keys()) {
    const found = BY_NAME.get(selector.split(" ")[0] ?? "");
    if (found !== undefined) return found;
    if (selector.startsWith("th ")) return chance.once(2) ? TCP : UDP;
  }
  const some = pool.number("meta l4proto");
  if (some !== null && chance.once(3) && !isExtension(family, Number(some))) return Number(some);
  return chance.pick([TCP, UDP, TCP, UDP, family === "ip" ? ICMP : ICMPV6] as const);
}

/** Numbers of IPv6 extension headers: no protocol of their own (RFC 7045). */
function isExtension(family: IpFamily, protocol: number): boolean {
  return family === "ip6" && [0, 43, 44, 51, 59, 60, 135, 139, 140].includes(protocol);
}

function pathOf(hook: Hook, bySelector: BySelector, chance: Chance): Path {
  switch (hook) {
    case "input":
    case "forward":
    case "output":
      return hook;
    case "postrouting":
      return bySelector.has("iifname") || bySelector.has("iif") || chance.once(2)
        ? "forward"
        : "output";
    default:
      return chance.once(2) ? "forward" : "input";
  }
}

/** Addresses that nobody has: outside of what most rulesets name (RFC 5737, 3849). */
const ANY_SOURCE = { ip: 0xcb007105n, ip6: 0x20010db8aaaa00000000000000000005n };
const ANY_DESTINATION = { ip: 0xc6336407n, ip6: 0x20010db8bbbb00000000000000000007n };

function addresses(
  { family, path, protocol }: Pick<Sketch, "family" | "path" | "protocol">,
  value: ValueOf,
  pool: Pool,
  chance: Chance,
): { source: bigint; destination: bigint } {
  const other = (selector: string, plain: bigint) =>
    (chance.once(3) ? pool.number(`${family} ${selector}`) : null) ?? plain;
  /* Without ports only the addresses tell one connection from another. */
  const isPlain = WITH_PORTS.includes(protocol) || protocol === ICMP || protocol === ICMPV6;
  const shift = isPlain ? 0n : 16n + (pool.freshPort() % 200n);
  const source = value(`${family} saddr`) ?? other("saddr", ANY_SOURCE[family] + shift);
  const destination = value(`${family} daddr`) ?? other("daddr", ANY_DESTINATION[family]);
  if (path !== "output" || source !== ANY_SOURCE[family]) return { source, destination };
  return { source: ANY_SOURCE[family] + 1n, destination };
}

function ports(
  protocol: number,
  value: ValueOf,
  pool: Pool,
  chance: Chance,
): { sourcePort: number; destinationPort: number } {
  const name = { [TCP]: "tcp", [UDP]: "udp", 33: "dccp", 132: "sctp", 136: "udplite" }[protocol];
  if (!WITH_PORTS.includes(protocol) || name === undefined)
    return { sourcePort: 0, destinationPort: 0 };
  const wished = value(`${name} dport`, "th dport");
  const some = chance.once(3) ? pool.number("th dport") : null;
  return {
    sourcePort: Number(value(`${name} sport`, "th sport") ?? pool.freshPort()),
    destinationPort: Number(wished ?? some ?? 4321n),
  };
}

function interfaces(
  path: Path,
  bySelector: BySelector,
  chance: Chance,
  pool: Pool,
): { path: Path; in: string | null; out: string | null } {
  const wished = (...selectors: readonly string[]): string | null => {
    const wishes = selectors.flatMap((selector) => bySelector.get(selector) ?? []);
    if (wishes.length === 0) return null;
    const names = pool.interfaces.filter((name) =>
      wishes.every((wish) => meets(pool.nameValue(name), wish)),
    );
    return chance.pick(names) ?? null;
  };
  const incoming = wished("iifname", "iif") ?? pool.someInterface();
  const outgoing = wished("oifname", "oif") ?? pool.someInterface(incoming);
  /* Only an own packet comes in by the loopback device. */
  if (incoming === "lo" && path === "input") return { path: "output", in: null, out: "lo" };
  const from = incoming === "lo" ? pool.someInterface() : incoming;
  const to = outgoing === "lo" && path === "forward" ? pool.someInterface(from) : outgoing;
  if (path === "output") return { path, in: null, out: to };
  /* Where NAT turns it away from the device it leaves by this one. */
  return { path, in: from, out: to === "lo" ? pool.someInterface(from) : to };
}

function icmpOf(family: IpFamily, value: ValueOf, pool: Pool, chance: Chance): Sketch["icmp"] {
  const name = family === "ip" ? "icmp" : "icmpv6";
  const some = chance.once(3) ? pool.number(`${name} type`) : null;
  return {
    type: Number(value(`${name} type`) ?? some ?? (family === "ip" ? 8n : 128n)),
    code: Number(value(`${name} code`) ?? 0n),
    id: Number(value(`${name} id`) ?? pool.freshPort()),
  };
}

/** The greatest number means nobody (setuid), so that no socket has it. */
function ownerOf(wished: bigint | null): number {
  return Math.min(0xfffffffe, Number(wished ?? 0n));
}

/** Forward and postrouting see it lowered by one. */
function ttlOf(hook: Hook, wished: bigint | null): number {
  if (wished === null) return 64;
  const lowered = hook === "forward" || hook === "postrouting";
  return Math.min(255, Number(wished) + (lowered ? 1 : 0));
}

/** Longest packet that is made. */
const MAXIMUM_LENGTH = 60000;

function payloadOf(family: IpFamily, protocol: number, value: ValueOf): number {
  const total = value("meta length", "ip length");
  const inner = value("ip6 length");
  const wished = total ?? (inner === null ? null : inner + 40n);
  if (wished === null) return SMALLEST_PAYLOAD;
  const headers = (family === "ip" ? 20 : 40) + (protocol === TCP ? 20 : 8);
  const length = Math.min(MAXIMUM_LENGTH, Number(wished));
  return Math.max(SMALLEST_PAYLOAD, length - headers);
}

function stateOf(wishes: readonly Wish[] | undefined): WantedState {
  if (wishes === undefined) return null;
  const states = ["new", "established", "related", "invalid", "untracked"] as const;
  return states.find((state) => wishes.every((wish) => meets(CT_STATE[state], wish))) ?? null;
}

function directionOf(value: bigint | null): Aim["direction"] {
  return value === null ? null : value === 1n ? "reply" : "original";
}

/** Extension headers, options and fragments; null: such a packet is not made. */
function moreWords(
  family: IpFamily,
  bySelector: BySelector,
  value: ValueOf,
): readonly string[] | null {
  const words: string[] = [];
  const extensions = ["hbh", "rt", "dst"].filter(
    (name) =>
      family === "ip6" &&
      ((value(`exthdr ${name}`) ?? 0n) === 1n ||
        [...bySelector.keys()].some((selector) => selector.startsWith(`${name} `))),
  );
  if (extensions.length > 0) words.push(`ext=${extensions.join(",")}`);
  const size = value("tcp option maxseg size");
  if (size !== null) words.push(`mss=${size}`);
  if (bySelector.has("ip frag-off") && value("ip frag-off") !== 0n) words.push("frag=later");
  if ((value("exthdr frag") ?? 0n) === 1n && family === "ip6") words.push("frag=later");
  return words;
}
