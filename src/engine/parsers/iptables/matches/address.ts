import { interfaceNamePrefix, interfaceNameValue } from "../../../base/interfaceName.ts";
import { parseMac } from "../../../base/mac.ts";
import { type Range, single } from "../../../base/range.ts";
import type { Expression, FibFlag } from "../../../device/expression.ts";
import type { Statement } from "../../../device/statement.ts";
import { anyValue, type MatchOptions, matchRanges, matchValue } from "../build.ts";
import {
  defineModule,
  type GivenModule,
  type GivenOption,
  hasOption,
  type ModuleSpec,
  misplaced,
  opaque,
  optionOf,
  type RuleContext,
  unreadable,
} from "../module.ts";
import { parseAddress, splitList } from "../values.ts";
import { orderedRanges } from "./conntrack.ts";

function lowerIprange(given: GivenModule, rule: RuleContext): readonly Statement[] {
  if (given.options.length === 0)
    misplaced(rule, given.span, "`-m iprange` asks nothing", "add `--src-range FROM-TO`");
  return given.options.map((option) => {
    const [low = "", high = low] = (option.values[0] ?? "").split("-");
    const from = parseAddress(low, rule.family);
    const to = parseAddress(high, rule.family);
    if (from === null || to === null) return unreadable(rule, option, "`10.0.0.5-10.0.0.9`");
    const field = option.name === "src-range" ? "saddr" : "daddr";
    /* A reversed range loads with a warning and holds no address (measured). */
    return matchRanges(`${rule.family} ${field}`, orderedRanges({ from, to }), {
      negated: option.negated,
    });
  });
}

function lowerMac(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const option = optionOf(given, "mac-source");
  if (option === null) {
    misplaced(rule, given.span, "`-m mac` has no `--mac-source`", "add the address");
    return [];
  }
  const mac = parseMac(option.values[0] ?? "");
  if (mac === null) return [unreadable(rule, option, "`02:00:00:00:00:01`")];
  return [matchValue("ether saddr", mac, { negated: option.negated })];
}

/** RTN_* of the kernel; those above multicast never come out of an address lookup (measured). */
const ADDRESS_TYPES: ReadonlyMap<string, bigint> = new Map([
  ["UNSPEC", 0n],
  ["UNICAST", 1n],
  ["LOCAL", 2n],
  ["BROADCAST", 3n],
  ["ANYCAST", 4n],
  ["MULTICAST", 5n],
  ["BLACKHOLE", 6n],
  ["UNREACHABLE", 7n],
  ["PROHIBIT", 8n],
  ["THROW", 9n],
  ["NAT", 10n],
  ["XRESOLVE", 11n],
]);

function lowerAddrtype(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const statements: Statement[] = [];
  for (const [name, field] of [
    ["src-type", "saddr"],
    ["dst-type", "daddr"],
  ] as const) {
    const option = optionOf(given, name);
    if (option !== null) statements.push(...addressTypeTests(given, option, field, rule));
  }
  if (statements.length === 0)
    misplaced(
      rule,
      given.span,
      "`-m addrtype` needs `--src-type` or `--dst-type`",
      "add `--dst-type LOCAL`",
    );
  return statements;
}

function addressTypeTests(
  given: GivenModule,
  option: GivenOption,
  field: "saddr" | "daddr",
  rule: RuleContext,
): readonly Statement[] {
  const types: bigint[] = [];
  for (const word of splitList(option.values[0] ?? "")) {
    const type = ADDRESS_TYPES.get(word.toUpperCase());
    if (type === undefined) return [unreadable(rule, option, "types such as `LOCAL`")];
    types.push(type);
  }
  const { negated } = option;
  if (rule.family === "ip6") {
    const plain = plainIpv6Type(types, field, negated);
    if (plain !== null) return plain;
  }
  return [matchRanges(fibType(given, field), types.map(single), { negated })];
}

const IPV6_MULTICAST: Range = { from: 0xffn << 120n, to: (1n << 128n) - 1n };

/** addrtype_mt6 takes UNICAST, MULTICAST and UNSPEC from the address itself, not from routes. */
function plainIpv6Type(
  types: readonly bigint[],
  field: "saddr" | "daddr",
  negated: boolean,
): readonly Statement[] | null {
  const [type] = types;
  const id = `ip6 ${field}`;
  if (types.length !== 1) return null;
  if (type === 5n) return [matchRanges(id, [IPV6_MULTICAST], { negated })];
  if (type === 1n) return [matchRanges(id, [single(0n), IPV6_MULTICAST], { negated: !negated })];
  if (type === 0n) return [matchValue(id, 0n, { negated })];
  return null;
}

function fibType(given: GivenModule, field: "saddr" | "daddr"): Expression {
  const flags: FibFlag[] = [field];
  if (hasOption(given, "limit-iface-in")) flags.push("iif");
  if (hasOption(given, "limit-iface-out")) flags.push("oif");
  return { kind: "fib", flags, result: "type" };
}

const INPUT_ONLY = new Set(["PREROUTING", "INPUT"]);
const OUTPUT_ONLY = new Set(["POSTROUTING", "OUTPUT"]);

function checkAddrtypeHooks(given: GivenModule, rule: RuleContext): void {
  const [wrong, name] = INPUT_ONLY.has(rule.chain)
    ? [hasOption(given, "limit-iface-out"), "out"]
    : OUTPUT_ONLY.has(rule.chain)
      ? [hasOption(given, "limit-iface-in"), "in"]
      : [false, ""];
  if (wrong)
    misplaced(
      rule,
      given.span,
      `\`--limit-iface-${name}\` cannot be used in ${rule.chain}`,
      "ask for the other interface, or leave it out",
    );
}

/** The names that an interface option of iptables means; a closing `+` is any ending. */
export function interfaceRange(text: string): Range {
  return text.endsWith("+")
    ? interfaceNamePrefix(text.slice(0, -1))
    : single(interfaceNameValue(text));
}

/** physdev_mt: for packets that crossed no bridge, only negations match (measured). */
function lowerPhysdev(given: GivenModule, rule: RuleContext): readonly Statement[] {
  if (given.options.length === 0)
    misplaced(rule, given.span, "`-m physdev` asks nothing", "add `--physdev-in NAME`");
  return given.options.map((option) => {
    const id = option.name.endsWith("-in") ? "meta iphysname" : "meta ophysname";
    const { negated } = option;
    const named = option.name === "physdev-in" || option.name === "physdev-out";
    if (named)
      return matchRanges(id, [interfaceRange(option.values[0] ?? "")], {
        negated,
        ...(negated ? { whenAbsent: "matches" as const } : {}),
      });
    return presence(id, negated);
  });
}

/** Whether a value is there at all. */
export function presence(id: string, negated: boolean): Statement {
  const options: MatchOptions = negated ? { negated, whenAbsent: "matches" } : {};
  return matchRanges(id, [anyValue(id)], options);
}

function lowerRpfilter(given: GivenModule, rule: RuleContext): readonly Statement[] {
  if (rule.table !== "raw" && rule.table !== "mangle")
    misplaced(
      rule,
      given.span,
      "`-m rpfilter` works in PREROUTING of raw and mangle only",
      "move the rule there",
    );
  if (hasOption(given, "accept-local")) return [opaque(given, "moment", [`${rule.family} saddr`])];
  const flags: FibFlag[] = ["saddr"];
  if (hasOption(given, "validmark")) flags.push("mark");
  if (!hasOption(given, "loose")) flags.push("iif");
  const fib: Expression = { kind: "fib", flags, result: "exists" };
  return [matchValue(fib, hasOption(given, "invert") ? 0n : 1n)];
}

const SET_LIMITS = /^(packets|bytes)-(eq|lt|gt)$/;

/** `--match-set NAME src,dst`; what the key is follows from the type of the set. */
function lowerSet(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const option = optionOf(given, "match-set");
  if (option === null) {
    misplaced(rule, given.span, "`-m set` has no `--match-set`", "add `--match-set NAME src`");
    return [];
  }
  if (given.options.some(({ name }) => SET_LIMITS.test(name))) return [opaque(given, "stateful")];
  const [name = "", words = ""] = option.values;
  const directions = parseDirections(words);
  if (directions === null) return [unreadable(rule, option, "`NAME src,dst`")];
  warnUndefinedSet(name, option, rule);
  return [
    {
      kind: "match",
      left: { kind: "concatenation", parts: [] },
      test: {
        kind: "set",
        negated: option.negated,
        set: {
          kind: "ipset",
          name,
          directions,
          span: option.span,
          ...(hasOption(given, "return-nomatch") ? { returnNomatch: true } : {}),
        },
      },
      implied: false,
    },
  ];
}

export function warnUndefinedSet(name: string, option: GivenOption, rule: RuleContext): void {
  if (rule.ipsets.has(name)) return;
  rule.warn(
    "PM2024",
    `the ipset \`${name}\` is not known here`,
    option.span,
    "give the output of `ipset save` as a file in front of this one",
  );
}

/** Dimensions of a set at most (IPSET_DIM_MAX is 3, six words are read). */
const MAXIMUM_DIRECTIONS = 6;

export function parseDirections(text: string): readonly ("source" | "destination")[] | null {
  const words = splitList(text);
  if (words.length === 0 || words.length > MAXIMUM_DIRECTIONS) return null;
  const directions: ("source" | "destination")[] = [];
  for (const word of words) {
    if (!word.startsWith("src") && !word.startsWith("dst")) return null;
    directions.push(word.startsWith("src") ? "source" : "destination");
  }
  return directions;
}

export const ADDRESS_MATCHES: Readonly<Record<string, ModuleSpec>> = {
  iprange: defineModule("!src-range=1 !dst-range=1", lowerIprange),
  mac: defineModule("!mac-source=1", lowerMac),
  addrtype: defineModule(
    "!src-type=1 !dst-type=1 limit-iface-in limit-iface-out",
    (given, rule) => {
      checkAddrtypeHooks(given, rule);
      return lowerAddrtype(given, rule);
    },
  ),
  physdev: defineModule(
    "!physdev-in=1 !physdev-out=1 !physdev-is-in !physdev-is-out !physdev-is-bridged",
    lowerPhysdev,
  ),
  rpfilter: defineModule("loose validmark accept-local invert", lowerRpfilter),
  set: defineModule(
    "!match-set|set=2 return-nomatch !update-counters !update-subcounters !packets-eq=1 packets-lt=1 packets-gt=1 !bytes-eq=1 bytes-lt=1 bytes-gt=1",
    lowerSet,
  ),
};
