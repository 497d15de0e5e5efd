import { serviceNumber } from "../../../base/names/services.ts";
import type { Range } from "../../../base/range.ts";
import type { Statement } from "../../../device/statement.ts";
import { PROTOCOL } from "../../../packet/selectors/index.ts";
import { anyValue, binary, matchRanges, matchTuples, matchValue, selector } from "../build.ts";
import {
  defineModule,
  type GivenModule,
  type GivenOption,
  type ModuleSpec,
  misplaced,
  optionOf,
  type RuleContext,
  unreadable,
} from "../module.ts";
import { MAX_8, MAX_16, MAX_32, parseInterval, parseUnsigned, splitList } from "../values.ts";
import { dropTinyFragment, transportGuard } from "./guards.ts";
import { parseTcpFlags } from "./tcpFlags.ts";

/** Bytes of the transport header that the match of xtables reads. */
const HEADER_BYTES = { tcp: 20, udp: 8, sctp: 12, dccp: 12, esp: 8, ah: 12, multiport: 4 } as const;

/** `--tcp-flags`' names without ECE and CWR: FIN, SYN, RST and ACK decide `--syn`. */
const SYN_MASK = 0x17n;
const SYN = 0x02n;

const ALL_PORTS: Range = { from: 0n, to: MAX_16 };

function isEveryPort(range: Range): boolean {
  return range.from === 0n && range.to === MAX_16;
}

/** A port or a range of them, numbers or service names. */
function parsePorts(text: string, protocol: string | null): Range | null {
  const colon = text.indexOf(":");
  const low = colon < 0 ? text : text.slice(0, colon);
  const high = colon < 0 ? text : text.slice(colon + 1);
  const from = low === "" && colon >= 0 ? 0n : parsePort(low, protocol);
  const to = high === "" && colon >= 0 ? MAX_16 : parsePort(high, protocol);
  return from === null || to === null || from > to ? null : { from, to };
}

function parsePort(text: string, protocol: string | null): bigint | null {
  const value = parseUnsigned(text, MAX_16);
  if (value !== null) return value;
  const service = serviceNumber(text, protocol);
  return service === null ? null : BigInt(service);
}

const PORT_FORM = "a port, a service name or a range such as `1024:65535`";

interface PortOption {
  readonly option: GivenOption;
  readonly range: Range | null;
}

function readPort(given: GivenModule, name: string): PortOption | null {
  const option = optionOf(given, name);
  return option === null ? null : { option, range: parsePorts(option.values[0] ?? "", given.name) };
}

/** Ports as the match of xtables compares them; every port is no question. */
function portTests(
  given: GivenModule,
  rule: RuleContext,
  prefix: string,
  trivialToo: boolean,
): readonly Statement[] {
  const statements: Statement[] = [];
  for (const name of ["sport", "dport"]) {
    const port = readPort(given, name);
    if (port === null) continue;
    const { option, range } = port;
    if (range === null) statements.push(unreadable(rule, option, PORT_FORM));
    else if (!isEveryPort(range) || (trivialToo && option.negated))
      statements.push(matchRanges(`${prefix} ${name}`, [range], { negated: option.negated }));
  }
  return statements;
}

function requireProtocol(given: GivenModule, rule: RuleContext, number: number): void {
  if (rule.protocol?.value === number) return;
  misplaced(
    rule,
    given.span,
    `the match \`${given.name}\` needs \`-p ${given.name}\``,
    `write \`-p ${given.name}\` in front of it`,
  );
}

function lowerTcp(given: GivenModule, rule: RuleContext): readonly Statement[] {
  requireProtocol(given, rule, PROTOCOL.tcp);
  const option = optionOf(given, "tcp-option");
  const flags = tcpFlagTests(given, rule);
  const native = rule.backend === "nft" && option === null && !isTrivial(given);
  if (native) return [...flags, ...portTests(given, rule, transportPrefix(rule, "tcp"), false)];
  return [
    ...dropTinyFragment(rule, given.span),
    ...transportGuard(rule, HEADER_BYTES.tcp),
    ...portTests(given, rule, "tcp", true),
    ...flags,
    ...(option === null ? [] : [tcpOptionTest(option, rule)]),
  ];
}

/** iptables-nft compares `! -p tcp --dport 5` with the ports of whatever protocol it is. */
function transportPrefix(rule: RuleContext, name: string): string {
  return rule.protocol?.negated === true ? "th" : name;
}

/** iptables-nft leaves a match that asks nothing to xtables, where it refuses later fragments. */
function isTrivial(given: GivenModule): boolean {
  return given.options.every((option) => {
    if (option.name !== "sport" && option.name !== "dport") return false;
    const range = parsePorts(option.values[0] ?? "", given.name);
    return range !== null && isEveryPort(range) && !option.negated;
  });
}

function tcpFlagTests(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const syn = optionOf(given, "syn");
  const flags = optionOf(given, "tcp-flags");
  if (syn !== null && flags !== null)
    misplaced(
      rule,
      flags.span,
      "`--syn` and `--tcp-flags` cannot stand in one rule",
      "write both in one `--tcp-flags`",
    );
  const statements: Statement[] = [];
  if (syn !== null)
    statements.push(
      matchValue(binary("and", selector("tcp flags"), SYN_MASK), SYN, { negated: syn.negated }),
    );
  if (flags !== null) {
    const mask = parseTcpFlags(flags.values[0] ?? "");
    const value = parseTcpFlags(flags.values[1] ?? "");
    if (mask === null || value === null)
      statements.push(unreadable(rule, flags, "`MASK FLAGS` such as `SYN,ACK SYN`"));
    else
      statements.push(
        matchValue(binary("and", selector("tcp flags"), mask), value, { negated: flags.negated }),
      );
  }
  return statements;
}

/** By number of the option; those that the selector table does not name stay names. */
const TCP_OPTIONS: ReadonlyMap<bigint, string> = new Map([
  [2n, "maxseg"],
  [3n, "window"],
  [4n, "sack-perm"],
  [5n, "sack"],
  [8n, "timestamp"],
  [19n, "md5sig"],
  [30n, "mptcp"],
  [34n, "fastopen"],
]);

function tcpOptionTest(option: GivenOption, rule: RuleContext): Statement {
  const number = parseUnsigned(option.values[0] ?? "", MAX_8);
  if (number === null) return unreadable(rule, option, "the number of a TCP option");
  const name = TCP_OPTIONS.get(number);
  if (name !== undefined) return matchValue(`tcp option ${name}`, 1n, { negated: option.negated });
  return {
    kind: "opaqueMatch",
    unknown: "packet",
    text: `tcp option ${number} exists`,
    negated: option.negated,
    reads: [],
  };
}

function lowerUdp(given: GivenModule, rule: RuleContext): readonly Statement[] {
  requireProtocol(given, rule, PROTOCOL.udp);
  if (rule.backend === "nft" && !isTrivial(given))
    return portTests(given, rule, transportPrefix(rule, "udp"), false);
  return [...transportGuard(rule, HEADER_BYTES.udp), ...portTests(given, rule, "udp", true)];
}

function lowerSctp(given: GivenModule, rule: RuleContext): readonly Statement[] {
  requireProtocol(given, rule, PROTOCOL.sctp);
  const chunks = optionOf(given, "chunk-types");
  return [
    ...transportGuard(rule, HEADER_BYTES.sctp),
    ...portTests(given, rule, "sctp", true),
    ...(chunks === null ? [] : [namedTest(chunks, "sctp chunk-types")]),
  ];
}

function namedTest(option: GivenOption, name: string): Statement {
  return {
    kind: "opaqueMatch",
    unknown: "packet",
    text: `${name} ${option.values.join(" ")}`,
    negated: option.negated,
    reads: [],
  };
}

/** Packet types in the order of their numbers (RFC 4340 section 5.1). */
const DCCP_TYPES = [
  "REQUEST",
  "RESPONSE",
  "DATA",
  "ACK",
  "DATAACK",
  "CLOSEREQ",
  "CLOSE",
  "RESET",
  "SYNC",
  "SYNCACK",
];

function lowerDccp(given: GivenModule, rule: RuleContext): readonly Statement[] {
  requireProtocol(given, rule, PROTOCOL.dccp);
  const types = optionOf(given, "dccp-types");
  const option = optionOf(given, "dccp-option");
  return [
    ...transportGuard(rule, HEADER_BYTES.dccp),
    ...portTests(given, rule, "dccp", true),
    ...(types === null ? [] : [dccpTypeTest(types, rule)]),
    ...(option === null ? [] : [namedTest(option, "dccp option")]),
  ];
}

function dccpTypeTest(option: GivenOption, rule: RuleContext): Statement {
  const ranges: Range[] = [];
  for (const word of splitList(option.values[0] ?? "")) {
    if (word.toUpperCase() === "INVALID") {
      ranges.push({ from: BigInt(DCCP_TYPES.length), to: 15n });
      continue;
    }
    const type = DCCP_TYPES.indexOf(word.toUpperCase());
    if (type < 0) return unreadable(rule, option, `types such as \`${DCCP_TYPES.join(",")}\``);
    ranges.push({ from: BigInt(type), to: BigInt(type) });
  }
  return matchRanges("dccp type", ranges, { negated: option.negated });
}

export function lowerSpi(name: "esp" | "ah", optionName: string): ModuleSpec["lower"] {
  return (given, rule) => {
    requireProtocol(given, rule, name === "esp" ? PROTOCOL.esp : PROTOCOL.ah);
    const option = optionOf(given, optionName);
    const range = option === null ? null : parseInterval(option.values[0] ?? "", MAX_32);
    if (option !== null && range === null)
      return [unreadable(rule, option, "a number or a range such as `256:511`")];
    return [
      ...transportGuard(rule, HEADER_BYTES[name]),
      ...(option === null || range === null
        ? []
        : [matchRanges(`${name} spi`, [range], { negated: option.negated })]),
    ];
  };
}

const MULTIPORT_PREFIX: ReadonlyMap<number, string> = new Map([
  [PROTOCOL.tcp, "tcp"],
  [PROTOCOL.udp, "udp"],
  [PROTOCOL.udplite, "udplite"],
  [PROTOCOL.sctp, "sctp"],
  [PROTOCOL.dccp, "dccp"],
]);

/** Ports of one multiport match; a range counts twice (XT_MULTI_PORTS). */
const MULTIPORT_SLOTS = 15;

function lowerMultiport(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const prefix = rule.protocol === null ? undefined : MULTIPORT_PREFIX.get(rule.protocol.value);
  if (prefix === undefined || rule.protocol?.negated === true)
    misplaced(
      rule,
      given.span,
      "`multiport` needs a protocol with ports",
      "write `-p tcp`, `-p udp`, `-p udplite`, `-p sctp` or `-p dccp` in front of it",
    );
  const [option] = given.options;
  if (option === undefined) {
    misplaced(rule, given.span, "`multiport` has no ports", "add `--dports` or `--sports`");
    return [];
  }
  const ranges: Range[] = [];
  let slots = 0;
  for (const word of splitList(option.values[0] ?? "")) {
    const range = parsePorts(word, prefix ?? null);
    if (range === null)
      return [unreadable(rule, option, "ports and ranges with commas: `22,80:82`")];
    slots += word.includes(":") ? 2 : 1;
    ranges.push(range);
  }
  if (slots > MULTIPORT_SLOTS)
    rule.refuse(
      "PM2011",
      `more than ${MULTIPORT_SLOTS} ports in one \`multiport\``,
      option.span,
      "split the rule; a range counts as two ports",
    );
  return [
    ...transportGuard(rule, HEADER_BYTES.multiport),
    ...multiportTests(option, ranges, prefix ?? "th", given),
  ];
}

function multiportTests(
  option: GivenOption,
  ranges: readonly Range[],
  prefix: string,
  given: GivenModule,
): readonly Statement[] {
  const { negated } = option;
  const source = `${prefix} sport`;
  const destination = `${prefix} dport`;
  if (option.name === "sports") return [matchRanges(source, ranges, { negated })];
  if (option.name === "dports") return [matchRanges(destination, ranges, { negated })];
  if (negated)
    return [
      matchRanges(source, ranges, { negated }),
      matchRanges(destination, ranges, { negated }),
    ];
  const tuples = ranges.flatMap((range) => [
    [range, ALL_PORTS],
    [anyValue(source), range],
  ]);
  return [matchTuples([source, destination], tuples, given.span)];
}

const PORT_OPTIONS = "!sport|source-port=1 !dport|destination-port=1";

export const TRANSPORT_MATCHES: Readonly<Record<string, ModuleSpec>> = {
  tcp: defineModule(`${PORT_OPTIONS} !syn !tcp-flags=2 !tcp-option=1`, lowerTcp),
  udp: defineModule(PORT_OPTIONS, lowerUdp),
  sctp: defineModule(`${PORT_OPTIONS} !chunk-types=2`, lowerSctp),
  dccp: defineModule(`${PORT_OPTIONS} !dccp-types=1 !dccp-option=1`, lowerDccp),
  esp: defineModule("!espspi=1", lowerSpi("esp", "espspi")),
  multiport: defineModule(
    "!sports|source-ports=1 !dports|destination-ports=1 !ports=1",
    lowerMultiport,
  ),
};
