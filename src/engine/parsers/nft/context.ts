import { normalizeRanges } from "../../base/range.ts";
import type { TableFamily } from "../../device/device.ts";
import type { Expression } from "../../device/expression.ts";
import type { Statement } from "../../device/statement.ts";
import {
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  type SelectorNeed,
  selectorRow,
} from "../../packet/selectors/index.ts";
import type { Reader } from "./reader.ts";
import type { ScriptState } from "./state.ts";

/** `several`: a set of protocols was asked for; then `last` is the last of them as written. */
export interface SettledProtocol {
  readonly last: bigint;
  readonly several: boolean;
}

/** What is known while the statements of one rule are read. */
export interface RuleContext {
  readonly state: ScriptState;
  readonly reader: Reader;
  readonly family: TableFamily;
  /** The rule so far; implied matches go in front of the one that needs them. */
  readonly statements: Statement[];
  /** Network protocol that a match or the table has settled. */
  network: "ip" | "ip6" | null;
  /** Transport protocol settled by a match. */
  transport: SettledProtocol | null;
  hasIcmpType: boolean;
  hasEthernet: boolean;
  etherType: bigint | null;
  /** A field of a VLAN tag was asked for. */
  hasVlan: boolean;
}

export function beginRule(state: ScriptState, reader: Reader, family: TableFamily): RuleContext {
  return {
    state,
    reader,
    family,
    statements: [],
    network: family === "ip" || family === "ip6" ? family : null,
    transport: null,
    hasIcmpType: false,
    hasEthernet: family === "bridge" || family === "arp",
    etherType: null,
    hasVlan: false,
  };
}

function impliedMatch(id: string, values: readonly bigint[]): Statement {
  const left: Expression = { kind: "selector", id };
  const ranges = normalizeRanges(values.map((value) => ({ from: value, to: value })));
  return { kind: "match", left, test: { kind: "ranges", negated: false, ranges }, implied: true };
}

/** Puts the matches in front that nft adds by itself, unless the rule or the table says them. */
export function require(context: RuleContext, id: string): void {
  if (id.startsWith("arp ")) requireArp(context, id);
  for (const need of selectorRow(id).needs) requireNeed(context, need, id);
  if (id.startsWith("vlan ")) context.hasVlan = true;
  const types = ICMP_FIELD_TYPES.get(id);
  if (types !== undefined && !context.hasIcmpType) {
    context.statements.push(impliedMatch(`${id.split(" ")[0] ?? "icmp"} type`, types));
    context.hasIcmpType = true;
  }
}

/** Fields of ICMP that only some types have. */
const ICMP_FIELD_TYPES: ReadonlyMap<string, readonly bigint[]> = new Map([
  ["icmp id", [0n, 8n]],
  ["icmp sequence", [0n, 8n]],
  ["icmp mtu", [3n]],
  ["icmp gateway", [5n]],
  ["icmpv6 id", [128n, 129n]],
  ["icmpv6 sequence", [128n, 129n]],
  ["icmpv6 mtu", [2n]],
  ["icmpv6 parameter-problem", [4n]],
  ["icmpv6 max-delay", [130n]],
]);

function requireNeed(context: RuleContext, need: SelectorNeed, id: string): void {
  switch (need.id) {
    case "meta nfproto":
      requireNetwork(context, need.value === NFPROTO_IPV4 ? "ip" : "ip6", id);
      return;
    case "meta l4proto":
      requireTransport(context, need.value, id);
      return;
    case "meta iiftype":
      if (!context.hasEthernet) context.statements.push(impliedMatch("iiftype", [need.value]));
      context.hasEthernet = true;
      return;
    case "ether type":
      if (context.etherType !== need.value)
        context.statements.push(impliedMatch("ether type", [need.value]));
      context.etherType = need.value;
      return;
  }
}

export function requireNetwork(context: RuleContext, network: "ip" | "ip6", what: string): void {
  if (context.network === network) return;
  /* ICMP asks for a family only where nothing is settled, and fits either (measured, nft 1.0.6). */
  const isSettled = context.network !== null || context.transport !== null;
  if (isSettled && what.startsWith("icmp")) return;
  if (context.network !== null)
    throw context.reader.problem(
      `conflicting protocols: \`${what}\` in a rule for ${context.network}`,
      "use two rules, one for each family",
      "PM1020",
    );
  context.statements.push(networkMatch(context, network));
  context.network = network;
}

const IP_FAMILIES: readonly TableFamily[] = ["ip", "ip6", "inet"];

function requireArp(context: RuleContext, what: string): void {
  if (!IP_FAMILIES.includes(context.family)) return;
  throw context.reader.problem(
    `conflicting protocols: \`${what}\` in a table of family ${context.family}`,
    "use a table of family arp, bridge or netdev",
    "PM1020",
  );
}

/** Frames of a link tell their network by the Ethernet type, or by that behind a VLAN tag. */
function networkMatch(context: RuleContext, network: "ip" | "ip6"): Statement {
  const type = network === "ip" ? 0x0800n : 0x86ddn;
  if (context.hasVlan) return impliedMatch("vlan type", [type]);
  if (context.family === "bridge" || context.family === "netdev")
    return impliedMatch("meta protocol", [type]);
  return impliedMatch("meta nfproto", [network === "ip" ? NFPROTO_IPV4 : NFPROTO_IPV6]);
}

export function requireTransport(context: RuleContext, protocol: bigint, what: string): void {
  const known = context.transport;
  if (known !== null && !known.several && known.last === protocol) return;
  if (known !== null)
    throw context.reader.problem(
      known.several
        ? `conflicting protocols: \`${what}\` in a rule for several protocols`
        : `conflicting protocols: \`${what}\` in a rule for protocol ${known.last}`,
      "use two rules, one for each protocol",
      "PM1020",
    );
  context.statements.push(impliedMatch("meta l4proto", [protocol]));
  context.transport = { last: protocol, several: false };
}

/** ICMP, IGMP, TCP, UDP, DCCP, ESP, AH, ICMPv6, IPComp, SCTP and UDP-Lite. */
const WITH_HEADERS: readonly bigint[] = [1n, 2n, 6n, 17n, 33n, 50n, 51n, 58n, 108n, 132n, 136n];

/**
 * Learns from a match what protocol the rest of the rule is about. Only single values count, ranges
 * do not; of a set the last member written wins (measured).
 */
export function learn(context: RuleContext, left: Expression, values: readonly bigint[]): void {
  const last = values.at(-1);
  if (left.kind !== "selector" || last === undefined) return;
  switch (left.id) {
    case "ip protocol":
    case "ip6 nexthdr":
      /* nft forgets a protocol here that it has no headers of (measured with 1.0.6). */
      if (!WITH_HEADERS.includes(last)) return;
      context.transport = { last, several: values.length > 1 };
      return;
    case "meta l4proto":
      context.transport = { last, several: values.length > 1 };
      return;
    case "meta nfproto":
      if (last === NFPROTO_IPV4) context.network = "ip";
      if (last === NFPROTO_IPV6) context.network = "ip6";
      return;
    case "ether type":
      if (last === 0x0800n) context.network = "ip";
      if (last === 0x86ddn) context.network = "ip6";
      context.etherType = last;
      return;
    case "icmp type":
    case "icmpv6 type":
      context.hasIcmpType = true;
      return;
    default:
      return;
  }
}
