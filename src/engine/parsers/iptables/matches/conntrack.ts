import { interfaceNameValue } from "../../../base/interfaceName.ts";
import type { Range } from "../../../base/range.ts";
import type { Statement } from "../../../device/statement.ts";
import { CT_STATE, CT_STATUS } from "../../../packet/selectors/index.ts";
import {
  anyValue,
  binary,
  type MatchOptions,
  matchAnyBit,
  matchMasked,
  matchRanges,
  matchTuples,
  matchValue,
  selector,
} from "../build.ts";
import {
  defineModule,
  type GivenModule,
  type GivenOption,
  type ModuleSpec,
  misplaced,
  opaque,
  optionOf,
  type RuleContext,
  unreadable,
} from "../module.ts";
import { networkTest } from "../networkTest.ts";
import { parseProtocol } from "../protocol.ts";
import { MAX_16, MAX_32, MAX_64, parseInterval, parseMasked, splitList } from "../values.ts";

/** States in the order in which iptables tries beginnings of names; `nat` are bits of the status. */
const STATES: readonly { readonly name: string; readonly state: bigint; readonly nat: bigint }[] = [
  { name: "INVALID", state: CT_STATE.invalid, nat: 0n },
  { name: "NEW", state: CT_STATE.new, nat: 0n },
  { name: "ESTABLISHED", state: CT_STATE.established, nat: 0n },
  { name: "RELATED", state: CT_STATE.related, nat: 0n },
  { name: "UNTRACKED", state: CT_STATE.untracked, nat: 0n },
  { name: "SNAT", state: 0n, nat: CT_STATUS.snat },
  { name: "DNAT", state: 0n, nat: CT_STATUS.dnat },
];

const STATUSES: readonly (readonly [string, bigint])[] = [
  ["NONE", 0n],
  ["EXPECTED", CT_STATUS.expected],
  ["SEEN_REPLY", CT_STATUS["seen-reply"]],
  ["ASSURED", CT_STATUS.assured],
  ["CONFIRMED", CT_STATUS.confirmed],
];

const WITHOUT_CONNECTION = CT_STATE.invalid | CT_STATE.untracked;

function stateTests(given: GivenModule, option: GivenOption, rule: RuleContext): Statement[] {
  let state = 0n;
  let nat = 0n;
  const words = splitList(option.values[0] ?? "");
  for (const word of words) {
    const found = STATES.find(({ name }) => name.startsWith(word.toUpperCase()));
    if (found === undefined) return [unreadable(rule, option, "states such as `NEW,ESTABLISHED`")];
    state |= found.state;
    nat |= found.nat;
  }
  if (words.length === 0) return [unreadable(rule, option, "states such as `NEW,ESTABLISHED`")];
  const { negated } = option;
  if (nat === 0n) return [matchAnyBit("ct state", state, { negated })];
  if (negated)
    return [
      ...(state === 0n ? [] : [matchAnyBit("ct state", state, { negated })]),
      matchAnyBit("ct status", nat, { negated, whenAbsent: "matches" }),
    ];
  if (state === 0n) return [matchAnyBit("ct status", nat)];
  if ((state & WITHOUT_CONNECTION) !== 0n)
    return [opaque(given, "packet", ["ct state", "ct status"])];
  return [eitherBit(given, state, nat)];
}

/** `NEW,DNAT`: the state is one of the first, or the status has one of the second. */
function eitherBit(given: GivenModule, state: bigint, nat: bigint): Statement {
  const any = anyValue("ct state");
  const set: Range = { from: 1n, to: any.to };
  const left = [
    binary("and", selector("ct state"), state),
    binary("and", selector("ct status"), nat),
  ];
  return matchTuples(
    left,
    [
      [set, any],
      [any, set],
    ],
    given.span,
  );
}

function lowerState(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const option = optionOf(given, "state");
  if (option !== null) return stateTests(given, option, rule);
  misplaced(rule, given.span, "`-m state` has no `--state`", "add the states");
  return [];
}

type Test = (option: GivenOption, rule: RuleContext, options: MatchOptions) => Statement;

/** Options in the order in which conntrack_mt asks them. */
const CONNTRACK_TESTS: readonly (readonly [string, Test])[] = [
  ["ctdir", directionTest],
  ["ctorigsrc", addressTest("original", "saddr")],
  ["ctorigdst", addressTest("original", "daddr")],
  ["ctreplsrc", addressTest("reply", "saddr")],
  ["ctrepldst", addressTest("reply", "daddr")],
  ["ctproto", protocolTest],
  ["ctorigsrcport", intervalTest("ct original proto-src", MAX_16)],
  ["ctorigdstport", intervalTest("ct original proto-dst", MAX_16)],
  ["ctreplsrcport", intervalTest("ct reply proto-src", MAX_16)],
  ["ctrepldstport", intervalTest("ct reply proto-dst", MAX_16)],
  ["ctstatus", statusTest],
  ["ctexpire", expirationTest],
];

/**
 * conntrack_mt: without a connection only the state is asked; where it was not asked, nothing
 * matches, negated or not (measured for `! --ctproto`).
 */
function lowerConntrack(given: GivenModule, rule: RuleContext): readonly Statement[] {
  if (given.options.length === 0)
    misplaced(rule, given.span, "`-m conntrack` asks nothing", "add `--ctstate …`");
  const state = optionOf(given, "ctstate");
  const options: MatchOptions = state === null ? {} : { whenAbsent: "matches" };
  const rest = CONNTRACK_TESTS.flatMap(([name, test]) => {
    const option = optionOf(given, name);
    return option === null ? [] : [test(option, rule, { ...options, negated: option.negated })];
  });
  return [...(state === null ? [] : stateTests(given, state, rule)), ...rest];
}

function directionTest(option: GivenOption, rule: RuleContext, options: MatchOptions): Statement {
  const word = (option.values[0] ?? "").toUpperCase();
  if (word !== "ORIGINAL" && word !== "REPLY")
    return unreadable(rule, option, "`ORIGINAL` or `REPLY`");
  return matchValue("ct direction", word === "ORIGINAL" ? 0n : 1n, options);
}

function addressTest(direction: "original" | "reply", field: "saddr" | "daddr"): Test {
  return (option, rule, options) => {
    const id = `ct ${direction} ${rule.family} ${field}`;
    return networkTest(id, option, rule, options);
  };
}

function protocolTest(option: GivenOption, rule: RuleContext, options: MatchOptions): Statement {
  const protocol = parseProtocol(option.values[0] ?? "", rule.family);
  return protocol === null
    ? unreadable(rule, option, "a protocol by name or number")
    : matchValue("ct protocol", BigInt(protocol), options);
}

function intervalTest(id: string, maximum: bigint): Test {
  return (option, rule, options) => {
    const range = parseInterval(option.values[0] ?? "", maximum);
    return range === null
      ? unreadable(rule, option, "a number or a range such as `1024:65535`")
      : matchRanges(id, orderedRanges(range), options);
  };
}

/** iptables asks for seconds, the kernel's selector holds milliseconds. */
function expirationTest(option: GivenOption, rule: RuleContext, options: MatchOptions): Statement {
  const range = parseInterval(option.values[0] ?? "", MAX_32 / 1000n);
  if (range === null) return unreadable(rule, option, "seconds, or a range such as `10:60`");
  const scaled = { from: range.from * 1000n, to: range.to * 1000n + 999n };
  return matchRanges("ct expiration", orderedRanges(scaled), options);
}

/** A range whose end lies before its start holds nothing. */
export function orderedRanges(range: Range): readonly Range[] {
  return range.from > range.to ? [] : [range];
}

function statusTest(option: GivenOption, rule: RuleContext, options: MatchOptions): Statement {
  let bits = 0n;
  for (const word of splitList(option.values[0] ?? "")) {
    const found = STATUSES.find(([name]) => name.startsWith(word.toUpperCase()));
    if (found === undefined)
      return unreadable(rule, option, "`NONE`, `EXPECTED`, `SEEN_REPLY`, `ASSURED` or `CONFIRMED`");
    bits |= found[1];
  }
  return matchAnyBit("ct status", bits, options);
}

function lowerConnmark(given: GivenModule, rule: RuleContext): readonly Statement[] {
  return [markTest("ct mark", given, rule)];
}

/** `--mark VALUE[/MASK]` of the packet or of the connection. */
export function markTest(id: string, given: GivenModule, rule: RuleContext): Statement {
  const option = optionOf(given, "mark");
  if (option === null) {
    misplaced(rule, given.span, `\`-m ${given.name}\` has no \`--mark\``, "add `--mark VALUE`");
    return { kind: "notUnderstood", text: given.name };
  }
  const masked = parseMasked(option.values[0] ?? "", MAX_32);
  if (masked === null) return unreadable(rule, option, "`VALUE` or `VALUE/MASK`");
  return matchMasked(id, masked.value, masked.mask, { negated: option.negated });
}

function lowerHelper(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const option = optionOf(given, "helper");
  if (option === null) {
    misplaced(rule, given.span, "`-m helper` has no `--helper`", "add the name of the helper");
    return [];
  }
  const { negated } = option;
  const name = option.values[0] ?? "";
  if (name === "") return [matchRanges("ct helper", [anyValue("ct helper")], { negated })];
  const whenAbsent = negated ? { whenAbsent: "matches" as const } : {};
  return [matchValue("ct helper", interfaceNameValue(name), { negated, ...whenAbsent })];
}

const CONNBYTES_MODES = { packets: "packets", bytes: "bytes", avgpkt: "avgpkt" } as const;
const CONNBYTES_DIRECTIONS: ReadonlyMap<string, string> = new Map([
  ["original", "ct original"],
  ["reply", "ct reply"],
  ["both", "ct"],
]);

function lowerConnbytes(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const option = optionOf(given, "connbytes");
  const mode = optionOf(given, "connbytes-mode")?.values[0] ?? "";
  const direction = CONNBYTES_DIRECTIONS.get(optionOf(given, "connbytes-dir")?.values[0] ?? "");
  if (option === null || direction === undefined || !(mode in CONNBYTES_MODES)) {
    misplaced(
      rule,
      given.span,
      "`-m connbytes` needs `--connbytes`, `--connbytes-dir` and `--connbytes-mode`",
      "write `--connbytes 10000: --connbytes-dir both --connbytes-mode bytes`",
    );
    return [{ kind: "notUnderstood", text: given.name }];
  }
  const range = parseInterval(option.values[0] ?? "", MAX_64);
  if (range === null) return [unreadable(rule, option, "`FROM:TO`")];
  const { from, to } = range;
  const { negated } = option;
  const id = `${direction} ${mode}`;
  return from <= to
    ? [matchRanges(id, [range], { negated })]
    : [matchRanges(id, [{ from: to, to: from }], { negated: !negated })];
}

function lowerConnlabel(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const option = optionOf(given, "label");
  if (option === null) {
    misplaced(rule, given.span, "`-m connlabel` has no `--label`", "add the label");
    return [];
  }
  const bit = /^\d{1,3}$/.test(option.values[0] ?? "") ? Number(option.values[0]) : -1;
  if (bit < 0 || bit > 127) return [opaque(given, "packet", ["ct label"])];
  const { negated } = option;
  const whenAbsent = negated ? { whenAbsent: "matches" as const } : {};
  const asked = matchAnyBit("ct label", 1n << BigInt(bit), { negated, ...whenAbsent });
  if (optionOf(given, "set") === null) return [asked];
  /* Sets what is not set, and then finds it set (connlabel_mt). */
  const value = binary("or", selector("ct label"), 1n << BigInt(bit));
  return [{ kind: "write", target: "ct label", value, goesOn: true }, asked];
}

export const CONNTRACK_MATCHES: Readonly<Record<string, ModuleSpec>> = {
  state: defineModule("!state=1", lowerState),
  conntrack: defineModule(
    "!ctstate=1 !ctproto=1 !ctorigsrc=1 !ctorigdst=1 !ctreplsrc=1 !ctrepldst=1 !ctorigsrcport=1 !ctorigdstport=1 !ctreplsrcport=1 !ctrepldstport=1 !ctstatus=1 !ctexpire=1 ctdir=1",
    lowerConntrack,
  ),
  connmark: defineModule("!mark=1", lowerConnmark),
  helper: defineModule("!helper=1", lowerHelper),
  connbytes: defineModule("!connbytes=1 connbytes-dir=1 connbytes-mode=1", lowerConnbytes),
  connlabel: defineModule("!label=1 set", lowerConnlabel),
};
