import { single } from "../../../base/range.ts";
import type { Statement } from "../../../device/statement.ts";
import { matchRanges, matchTuples, matchValue } from "../build.ts";
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
import { MAX_8, MAX_32, parseInterval, parseUnsigned, splitList } from "../values.ts";
import { orderedRanges } from "./conntrack.ts";
import { transportGuard } from "./guards.ts";

/** frag_mt6. `--fragres` asks that the reserved bits are zero. */
function lowerFrag(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const statements: Statement[] = [];
  for (const option of given.options) {
    switch (option.name) {
      case "fragid": {
        statements.push(intervalTest("frag id", option, rule));
        break;
      }
      case "fragres":
        statements.push(matchValue("frag reserved", 0n), matchValue("frag reserved2", 0n));
        break;
      case "fragfirst":
        statements.push(matchValue("frag frag-off", 0n));
        break;
      case "fragmore":
        statements.push(matchValue("frag more-fragments", 1n));
        break;
      case "fraglast":
        statements.push(matchValue("frag more-fragments", 0n));
        break;
    }
  }
  return statements.length > 0 ? statements : [matchValue("exthdr frag", 1n)];
}

function intervalTest(id: string, option: GivenOption, rule: RuleContext): Statement {
  const range = parseInterval(option.values[0] ?? "", MAX_32);
  if (range === null) return unreadable(rule, option, "a number or a range such as `1:9`");
  return matchRanges(id, orderedRanges(range), { negated: option.negated });
}

/** The length of a header is given in bytes; the header holds units of eight, less the first. */
function lengthTest(id: string, option: GivenOption, rule: RuleContext): Statement {
  const bytes = parseUnsigned(option.values[0] ?? "", MAX_32);
  if (bytes === null) return unreadable(rule, option, "a number of bytes");
  const fits = bytes % 8n === 0n && bytes >= 8n && bytes / 8n - 1n <= MAX_8;
  return matchRanges(id, fits ? [single(bytes / 8n - 1n)] : [], { negated: option.negated });
}

function lowerOptions(name: "hbh" | "dst"): ModuleSpec["lower"] {
  return (given, rule) => {
    if (hasOption(given, `${name}-opts`)) return [opaque(given, "packet")];
    const length = optionOf(given, `${name}-len`);
    if (length !== null) return [lengthTest(`${name} hdrlength`, length, rule)];
    return [matchValue(`exthdr ${name}`, 1n)];
  };
}

function lowerRt(given: GivenModule, rule: RuleContext): readonly Statement[] {
  if (given.options.some(({ name }) => name.startsWith("rt-0-"))) return [opaque(given, "packet")];
  const statements = given.options.map((option) => {
    if (option.name === "rt-segsleft") return intervalTest("rt seg-left", option, rule);
    if (option.name === "rt-len") return lengthTest("rt hdrlength", option, rule);
    const type = parseUnsigned(option.values[0] ?? "", MAX_8);
    return type === null
      ? unreadable(rule, option, "a number up to 255")
      : matchValue("rt type", type, { negated: option.negated });
  });
  return statements.length > 0 ? statements : [matchValue("exthdr rt", 1n)];
}

/** Words of `--header`, and whether the header is there: a selector and the value asked for. */
const HEADERS: ReadonlyMap<string, string> = new Map([
  ["hop", "exthdr hbh"],
  ["hop-by-hop", "exthdr hbh"],
  ["0", "exthdr hbh"],
  ["dst", "exthdr dst"],
  ["ipv6-opts", "exthdr dst"],
  ["60", "exthdr dst"],
  ["route", "exthdr rt"],
  ["ipv6-route", "exthdr rt"],
  ["43", "exthdr rt"],
  ["frag", "exthdr frag"],
  ["ipv6-frag", "exthdr frag"],
  ["44", "exthdr frag"],
  ["auth", "exthdr ah"],
  ["ah", "exthdr ah"],
  ["51", "exthdr ah"],
]);

const ALL_HEADERS = ["exthdr hbh", "exthdr dst", "exthdr rt", "exthdr frag", "exthdr ah"];

const ESP = 50n;
const NO_NEXT_HEADER = 59n;

/** What closes the chain of headers: `esp`, `none`, or anything else (`prot`). */
const ENDS: ReadonlyMap<string, "esp" | "none" | "prot"> = new Map([
  ["esp", "esp"],
  ["50", "esp"],
  ["none", "none"],
  ["ipv6-nonxt", "none"],
  ["59", "none"],
  ["prot", "prot"],
  ["proto", "prot"],
  ["255", "prot"],
]);

function endTest(end: "esp" | "none" | "prot", negated: boolean): Statement {
  if (end === "prot")
    return matchRanges("meta l4proto", [single(ESP), single(NO_NEXT_HEADER)], {
      negated: !negated,
    });
  return matchValue("meta l4proto", end === "esp" ? ESP : NO_NEXT_HEADER, { negated });
}

/** ipv6header_mt6: `--soft` asks for those named, without it for those and no others. */
function lowerIpv6header(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const option = optionOf(given, "header");
  if (option === null) {
    misplaced(rule, given.span, "`-m ipv6header` has no `--header`", "add the headers");
    return [];
  }
  const ids = new Set<string>();
  const ends = new Set<"esp" | "none" | "prot">();
  for (const word of splitList(option.values[0] ?? "")) {
    const id = HEADERS.get(word.toLowerCase());
    const end = ENDS.get(word.toLowerCase());
    if (id === undefined && end === undefined)
      return [unreadable(rule, option, "headers such as `hop,frag`")];
    if (id !== undefined) ids.add(id);
    if (end !== undefined) ends.add(end);
  }
  const { negated } = option;
  if (hasOption(given, "soft"))
    return [
      ...[...ids].map((id) => matchValue(id, negated ? 0n : 1n)),
      ...[...ends].map((end) => endTest(end, negated)),
    ];
  if (negated && ends.size === 0) return [strictNegation(ids, given)];
  if (negated) return [opaque(given, "packet")];
  const wanted = ALL_HEADERS.map((id) => matchValue(id, ids.has(id) ? 1n : 0n));
  if (ends.size > 1) return [matchRanges("exthdr hbh", [])];
  return [...wanted, ...[...ends].map((end) => endTest(end, false))];
}

function strictNegation(ids: ReadonlySet<string>, given: GivenModule): Statement {
  const tuple = ALL_HEADERS.map((id) => single(ids.has(id) ? 1n : 0n));
  return matchTuples(ALL_HEADERS, [tuple], given.span, { negated: true });
}

/** RFC 6275 section 6.1. */
const MH_TYPES: ReadonlyMap<string, bigint> = new Map([
  ["binding-refresh-request", 0n],
  ["brr", 0n],
  ["home-test-init", 1n],
  ["hoti", 1n],
  ["careof-test-init", 2n],
  ["coti", 2n],
  ["home-test", 3n],
  ["hot", 3n],
  ["careof-test", 4n],
  ["cot", 4n],
  ["binding-update", 5n],
  ["bu", 5n],
  ["binding-acknowledgement", 6n],
  ["ba", 6n],
  ["binding-error", 7n],
  ["be", 7n],
]);

/** Bytes of `struct ip6_mh` up to its checksum. */
const MH_BYTES = 6;

function lowerMh(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const option = optionOf(given, "mh-type");
  const guard = transportGuard(rule, MH_BYTES);
  if (option === null) return guard;
  const text = (option.values[0] ?? "").toLowerCase();
  const range = parseInterval(
    text
      .split(":")
      .map((type) => `${MH_TYPES.get(type) ?? type}`)
      .join(":"),
    MAX_8,
  );
  if (range === null) return [...guard, unreadable(rule, option, "a type or a range of types")];
  return [...guard, matchRanges("mh type", orderedRanges(range), { negated: option.negated })];
}

export const IPV6_MATCHES: Readonly<Record<string, ModuleSpec>> = {
  frag: defineModule("!fragid=1 fraglen=1 fragres fragfirst fragmore fraglast", lowerFrag, "ip6"),
  hbh: defineModule("!hbh-len=1 !hbh-opts=1", lowerOptions("hbh"), "ip6"),
  dst: defineModule("!dst-len=1 !dst-opts=1", lowerOptions("dst"), "ip6"),
  rt: defineModule(
    "!rt-type=1 !rt-segsleft=1 !rt-len=1 rt-0-res rt-0-addrs=1 rt-0-not-strict",
    lowerRt,
    "ip6",
  ),
  ipv6header: defineModule("!header=1 soft", lowerIpv6header, "ip6"),
  mh: defineModule("!mh-type=1", lowerMh, "ip6"),
  eui64: defineModule("", (given) => [opaque(given, "packet", ["ip6 saddr"])], "ip6"),
};
