import type { Range } from "../../../base/range.ts";
import type { Expression } from "../../../device/expression.ts";
import type { Statement } from "../../../device/statement.ts";
import { binary, matchAnyBit, matchRanges, matchValue } from "../build.ts";
import {
  defineModule,
  type GivenModule,
  type GivenOption,
  type ModuleSpec,
  misplaced,
  type RuleContext,
  unreadable,
} from "../module.ts";
import {
  type IpFamily,
  MAX_8,
  MAX_16,
  parseInterval,
  parseMasked,
  parseUnsigned,
} from "../values.ts";
import { orderedRanges } from "./conntrack.ts";

/** One option that must be given; the rest of the module is its argument. */
function single(
  name: string,
  read: (option: GivenOption, rule: RuleContext) => readonly Statement[],
): ModuleSpec["lower"] {
  return (given, rule) => {
    const [option] = given.options;
    if (option !== undefined) return read(option, rule);
    misplaced(rule, given.span, `\`-m ${name}\` asks nothing`, "add its option");
    return [];
  };
}

function lengthTest(option: GivenOption, rule: RuleContext): readonly Statement[] {
  const range = parseInterval(option.values[0] ?? "", MAX_16);
  if (range === null) return [unreadable(rule, option, "bytes or a range such as `100:110`")];
  return [matchRanges("meta length", orderedRanges(range), { negated: option.negated })];
}

/** `--ttl-eq`, `--ttl-lt`, `--ttl-gt` and the same of hop limits. */
function lifeTest(id: string): (option: GivenOption, rule: RuleContext) => readonly Statement[] {
  return (option, rule) => {
    const value = parseUnsigned(option.values[0] ?? "", MAX_8);
    if (value === null) return [unreadable(rule, option, "a number up to 255")];
    const ranges: readonly Range[] = option.name.endsWith("-lt")
      ? orderedRanges({ from: 0n, to: value - 1n })
      : option.name.endsWith("-gt")
        ? orderedRanges({ from: value + 1n, to: MAX_8 })
        : [{ from: value, to: value }];
    return [matchRanges(id, ranges, { negated: option.negated })];
  };
}

/** Classes of DSCP (RFC 2474, 2597, 3246). */
const DSCP_CLASSES: ReadonlyMap<string, bigint> = new Map([
  ["BE", 0n],
  ...[1n, 2n, 3n, 4n, 5n, 6n, 7n].map((n): [string, bigint] => [`CS${n}`, n * 8n]),
  ["CS0", 0n],
  ...[1n, 2n, 3n, 4n].flatMap((n) =>
    [1n, 2n, 3n].map((drop): [string, bigint] => [`AF${n}${drop}`, n * 8n + drop * 2n]),
  ),
  ["EF", 46n],
]);

export function parseDscpClass(text: string): bigint | null {
  return DSCP_CLASSES.get(text.toUpperCase()) ?? null;
}

const MAX_DSCP = 63n;

export function parseDscp(text: string): bigint | null {
  return parseUnsigned(text, MAX_DSCP);
}

function dscpTest(option: GivenOption, rule: RuleContext): readonly Statement[] {
  const text = option.values[0] ?? "";
  const value = option.name === "dscp" ? parseDscp(text) : parseDscpClass(text);
  if (value === null)
    return [unreadable(rule, option, "a number up to 63, or a class such as `AF11`")];
  return [matchValue(`${rule.family} dscp`, value, { negated: option.negated })];
}

/** The whole byte of DSCP and ECN, which no selector names. */
export function tosByte(family: IpFamily): Expression {
  return { kind: "payload", base: "network", offset: family === "ip" ? 8 : 4, width: 8 };
}

const TOS_NAMES: ReadonlyMap<string, bigint> = new Map([
  ["minimize-delay", 0x10n],
  ["maximize-throughput", 0x08n],
  ["maximize-reliability", 0x04n],
  ["minimize-cost", 0x02n],
  ["normal-service", 0n],
]);

/** A name of TOS leaves the two precedence bits above 0x3f alone. */
const TOS_NAME_MASK = 0x3fn;

export function parseTos(text: string): { readonly value: bigint; readonly mask: bigint } | null {
  const named = TOS_NAMES.get(text.toLowerCase());
  return named === undefined ? parseMasked(text, MAX_8) : { value: named, mask: TOS_NAME_MASK };
}

function tosTest(option: GivenOption, rule: RuleContext): readonly Statement[] {
  const tos = parseTos(option.values[0] ?? "");
  if (tos === null) return [unreadable(rule, option, "`0x10`, `0x10/0x3f` or a name")];
  const byte = tosByte(rule.family);
  const left = tos.mask === MAX_8 ? byte : binary("and", byte, tos.mask);
  return [matchValue(left, tos.value, { negated: option.negated })];
}

const ECE = 0x40n;
const CWR = 0x80n;
const MAX_ECT = 3n;

function lowerEcn(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const tcp = given.options.filter(({ name }) => name !== "ecn-ip-ect");
  if (tcp.length > 0 && rule.protocol?.value !== 6)
    misplaced(rule, given.span, "`--ecn-tcp-…` needs `-p tcp`", "write `-p tcp` in front of it");
  return given.options.map((option) => {
    const { negated } = option;
    if (option.name !== "ecn-ip-ect")
      return matchAnyBit("tcp flags", option.name === "ecn-tcp-ece" ? ECE : CWR, { negated });
    const value = parseUnsigned(option.values[0] ?? "", MAX_ECT);
    if (value === null) return unreadable(rule, option, "a number from 0 to 3");
    return matchValue(`${rule.family} ecn`, value, { negated });
  });
}

/** tcpmss_mt answers with the negation where the option is missing. */
function tcpmssTest(option: GivenOption, rule: RuleContext): readonly Statement[] {
  const range = parseInterval(option.values[0] ?? "", MAX_16);
  if (range === null) return [unreadable(rule, option, "a size or a range such as `500:1460`")];
  const { negated } = option;
  const whenAbsent = negated ? { whenAbsent: "matches" as const } : {};
  const options = { negated, ...whenAbsent };
  return [matchRanges("tcp option maxseg size", orderedRanges(range), options)];
}

export const HEADER_MATCHES: Readonly<Record<string, ModuleSpec>> = {
  length: defineModule("!length=1", single("length", lengthTest)),
  ttl: defineModule("!ttl-eq|ttl=1 ttl-lt=1 ttl-gt=1", single("ttl", lifeTest("ip ttl")), "ip"),
  hl: defineModule("!hl-eq=1 hl-lt=1 hl-gt=1", single("hl", lifeTest("ip6 hoplimit")), "ip6"),
  dscp: defineModule("!dscp=1 !dscp-class=1", single("dscp", dscpTest)),
  tos: defineModule("!tos=1", single("tos", tosTest)),
  ecn: defineModule("!ecn-tcp-cwr !ecn-tcp-ece !ecn-ip-ect=1", lowerEcn),
  tcpmss: defineModule("!mss=1", single("tcpmss", tcpmssTest)),
};
