import { prefixLength } from "../base/address.ts";
import { protocolName } from "../base/names/protocols.ts";
import type { Range } from "../base/range.ts";
import type { FlowPart, FlowPattern } from "../intents/model.ts";
import type { IpFamily } from "../packet/packet.ts";
import { familiesOf, iptablesMatches, nftSet } from "./flowWords.ts";
import type { Site } from "./site.ts";

/** A rule that matches less, as one rule or as several. */
export interface Narrowed {
  readonly what: string;
  readonly bodies: readonly string[];
}

/** A rule with an exception by one dimension. */
export function narrowed(
  site: Site,
  body: string,
  pattern: FlowPattern,
  part: FlowPart,
): readonly Narrowed[] {
  const isNft = site.language === "nft";
  if (part !== "first") {
    const what = "replies of known connections";
    const match = "-m conntrack ! --ctstate RELATED,ESTABLISHED -j ";
    return [
      {
        what,
        bodies: [
          isNft ? `ct state != { established, related } ${body}` : body.replace(/-j /, match),
        ],
      },
    ];
  }
  return isNft ? narrowedNft(site, body, pattern) : narrowedIptables(site, body, pattern);
}

const SIDES = [
  ["its sources", "from", "saddr", "-s"],
  ["its destinations", "to", "daddr", "-d"],
] as const;

function narrowedNft(site: Site, body: string, pattern: FlowPattern): readonly Narrowed[] {
  const families = familiesOf(site.table.family);
  const bySide = SIDES.flatMap(([what, end, side]): readonly Narrowed[] => {
    const bodies = nftWithout(families, body, (family) => {
      const ranges = pattern[end].addresses.get(family) ?? [];
      return isShort(ranges) ? `${family} ${side} != ${nftSet(ranges, family)}` : null;
    });
    return bodies === null ? [] : [{ what, bodies }];
  });
  const byService = withoutService(body, pattern);
  return byService === null ? bySide : [...bySide, { what: "its service", bodies: byService }];
}

/** Sets that are still read at a glance. */
const MAXIMUM_EXCEPTIONS = 8;

function isShort(ranges: readonly Range[]): boolean {
  return ranges.length > 0 && ranges.length <= MAXIMUM_EXCEPTIONS;
}

/**
 * `ip saddr != X` matches no IPv6 (measured), so a rule for both families would let all of the other one
 * through: it is written once for each.
 */
function nftWithout(
  families: readonly IpFamily[],
  body: string,
  exception: (family: IpFamily) => string | null,
): readonly string[] | null {
  const said = families.filter((family) => new RegExp(`\\b${family} [a-z]`).test(body));
  const asked = said.length > 0 ? said : families;
  const exceptions = asked.map(exception);
  if (exceptions.every((one) => one === null)) return null;
  if (asked.length === 1) return [`${exceptions[0]} ${body}`];
  return asked.map((family, place) => {
    const own = exceptions[place] ?? null;
    const version = `meta nfproto ${family === "ip" ? "ipv4" : "ipv6"}`;
    return own === null ? `${version} ${body}` : `${own} ${body}`;
  });
}

/** `tcp dport != X` matches TCP alone (measured): what is of no such protocol needs a rule of its own. */
function withoutService(body: string, { services }: FlowPattern): readonly string[] | null {
  const [service, ...others] = services;
  if (service?.kind !== "ports" || others.length > 0) return null;
  const name = protocolName(service.protocol);
  if (name !== "tcp" && name !== "udp") return null;
  const ports = service.ports.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
  const without = `${name} dport != { ${ports.join(", ")} } ${body}`;
  const isOfOne = new RegExp(`\\b${name} (?:[ds]port|flags)\\b|l4proto ${name}\\b`).test(body);
  return isOfOne ? [without] : [without, `meta l4proto != ${name} ${body}`];
}

function narrowedIptables(
  { table }: Site,
  body: string,
  pattern: FlowPattern,
): readonly Narrowed[] {
  const family: IpFamily = table.family === "ip6" ? "ip6" : "ip";
  const width = family === "ip" ? 32 : 128;
  const bySide = SIDES.flatMap(([what, end, , option]): readonly Narrowed[] => {
    const [only, ...others] = pattern[end].addresses.get(family) ?? [];
    if (only === undefined || others.length > 0 || prefixLength(only, width) === null) return [];
    if (new RegExp(`(^|\\s)${option}\\s`).test(body)) return [];
    return [{ what, bodies: [`! ${option} ${nftSet([only], family)} ${body}`] }];
  });
  const [match, ...more] = iptablesMatches({ ...pattern, ...ANY_ENDS }, table.family) ?? [];
  const service = /^-p (\w+) -m \w+ (--dports? \S+)$/.exec(match ?? "");
  if (service === null || more.length > 0 || /--[ds]ports?\b/.test(body)) return bySide;
  const [, protocol = "", ports = ""] = service;
  if (!new RegExp(`-p ${protocol}\\b`).test(body)) return bySide;
  const module = ports.startsWith("--dports") ? "multiport" : protocol;
  const without = body.replace(/-j /, `-m ${module} ! ${ports} -j `);
  return [...bySide, { what: "its service", bodies: [without] }];
}

const ALL = new Map<IpFamily, readonly Range[]>([
  ["ip", [{ from: 0n, to: 0xffffffffn }]],
  ["ip6", [{ from: 0n, to: (1n << 128n) - 1n }]],
]);
const ANY_ENDS = {
  from: { addresses: ALL, interfaces: null },
  to: { addresses: ALL, interfaces: null },
} as const;
