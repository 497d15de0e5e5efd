import type { Range } from "../../../base/range.ts";
import type { Statement, U32Test } from "../../../device/statement.ts";
import {
  argumentOf,
  defineModule,
  describeModule,
  type GivenModule,
  hasOption,
  type ModuleSpec,
  misplaced,
  optionOf,
  type RuleContext,
  unreadable,
} from "../module.ts";
import { MAX_16, MAX_32, parseUnsigned } from "../values.ts";

/** XT_STRING_MAX_PATTERN_SIZE. */
const MAXIMUM_PATTERN = 128;

function lowerString(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const option = optionOf(given, "string") ?? optionOf(given, "hex-string");
  if (option === null) {
    misplaced(rule, given.span, "`-m string` has no `--string`", "add the text");
    return [];
  }
  if (!hasOption(given, "algo"))
    misplaced(rule, given.span, "`-m string` has no `--algo`", "add `--algo bm`");
  const text = option.values[0] ?? "";
  const pattern = option.name === "string" ? bytesOf(text) : parseHexString(text);
  if (pattern === null || pattern.length === 0 || pattern.length > MAXIMUM_PATTERN)
    return [unreadable(rule, option, "1 to 128 bytes, hexadecimal ones as `|0d 0a|`")];
  const offset = (name: string, otherwise: number) =>
    Number(parseUnsigned(argumentOf(given, name) ?? "", MAX_16) ?? BigInt(otherwise));
  const from = offset("from", 0);
  const to = offset("to", Number(MAX_16));
  const ignoreCase = hasOption(given, "icase");
  const hex = pattern.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [
    {
      kind: "payloadSearch",
      pattern,
      from,
      to,
      ignoreCase,
      negated: option.negated,
      text: `string ${hex} from ${from} to ${to}${ignoreCase ? " ignoring case" : ""}`,
    },
  ];
}

function bytesOf(text: string): readonly number[] {
  return [...new TextEncoder().encode(text)];
}

/** `|41 42|cd`: bytes in hexadecimal between bars, text outside; a backslash escapes. */
function parseHexString(text: string): readonly number[] | null {
  const bytes: number[] = [];
  let hex = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] ?? "";
    if (letter === "|") {
      hex = !hex;
    } else if (!hex) {
      if (letter === "\\" && at + 1 < text.length) at++;
      bytes.push(...bytesOf(text[at] ?? ""));
    } else if (letter !== " ") {
      const pair = /^[0-9a-fA-F]{2}/.exec(text.slice(at, at + 2));
      if (pair === null) return null;
      bytes.push(Number.parseInt(pair[0], 16));
      at++;
    }
  }
  return hex ? null : bytes;
}

function lowerU32(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const option = optionOf(given, "u32");
  if (option === null) {
    misplaced(rule, given.span, "`-m u32` has no tests", 'add `--u32 "START&MASK=VALUE"`');
    return [];
  }
  const tests = parseU32(option.values[0] ?? "");
  if (tests === null) return [unreadable(rule, option, '`"START & MASK = VALUE:VALUE && …"`')];
  const text = describeModule({ ...given, options: [{ ...option, negated: false }] });
  return [{ kind: "u32", tests, negated: option.negated, text }];
}

/** XT_U32_MAXSIZE: tests, and steps or ranges of one test, at most. */
const MAXIMUM_U32 = 10;

/** `start [op number]… = range[,range]… [&& …]` (libxt_u32). */
function parseU32(text: string): readonly U32Test[] | null {
  const tests: U32Test[] = [];
  for (const part of text.split("&&")) {
    const test = parseU32Test(part);
    if (test === null) return null;
    tests.push(test);
  }
  return tests.length > MAXIMUM_U32 ? null : tests;
}

const U32_OPERATORS = {
  "&": "and",
  "<<": "shiftLeft",
  ">>": "shiftRight",
  "@": "at",
} as const;

function parseU32Test(text: string): U32Test | null {
  const compact = text.replace(/\s+/g, "");
  const equals = compact.indexOf("=");
  if (equals < 0) return null;
  const left = compact.slice(0, equals);
  const words = left.split(/(<<|>>|&|@)/);
  const start = parseUnsigned(words[0] ?? "", MAX_32);
  if (start === null || words.length > 2 * MAXIMUM_U32) return null;
  const operations: U32Test["operations"][number][] = [];
  for (let at = 1; at < words.length; at += 2) {
    const operator = words[at] as keyof typeof U32_OPERATORS;
    const number = parseUnsigned(words[at + 1] ?? "", MAX_32);
    if (number === null) return null;
    operations.push({ operator: U32_OPERATORS[operator], number: Number(number) });
  }
  const ranges = parseU32Ranges(compact.slice(equals + 1));
  return ranges === null ? null : { start: Number(start), operations, ranges };
}

function parseU32Ranges(text: string): readonly Range[] | null {
  const ranges: Range[] = [];
  for (const word of text.split(",")) {
    const [low = "", high = low] = word.split(":");
    const from = parseUnsigned(low, MAX_32);
    const to = parseUnsigned(high, MAX_32);
    if (from === null || to === null) return null;
    if (from <= to) ranges.push({ from, to });
  }
  return ranges.length > MAXIMUM_U32 ? null : ranges;
}

export const PAYLOAD_MATCHES: Readonly<Record<string, ModuleSpec>> = {
  string: defineModule("from=1 to=1 algo=1 icase !string=1 !hex-string=1", lowerString),
  u32: defineModule("!u32=1", lowerU32),
};
