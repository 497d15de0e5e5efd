import type { Expression } from "../../../device/expression.ts";
import type { Statement } from "../../../device/statement.ts";
import { binary, constant, selector } from "../build.ts";
import {
  argumentOf,
  defineModule,
  describeModule,
  type GivenModule,
  type GivenOption,
  hasOption,
  misplaced,
  optionOf,
  type RuleContext,
  unreadable,
} from "../module.ts";
import { MAX_16, MAX_32, parseMasked, parseUnsigned } from "../values.ts";
import type { TargetSpec } from "./spec.ts";

/** What `(mark & ~mask) ^ value` is, in the plainest form. */
export function maskedValue(old: Expression, value: bigint, mask: bigint): Expression {
  const keep = MAX_32 ^ mask;
  if (keep === 0n) return constant(value, 32);
  if (mask === 0n) return value === 0n ? old : binary("xor", old, value);
  if (value === 0n) return binary("and", old, keep);
  if (value === mask) return binary("or", old, value);
  return binary("xor", binary("and", old, keep), value);
}

interface MarkChange {
  readonly value: bigint;
  readonly mask: bigint;
}

/** MARK and CONNMARK: `--set-mark` clears the bits of value and mask, `--set-xmark` those of mask. */
function readMark(option: GivenOption): MarkChange | null {
  const masked = parseMasked(option.values[0] ?? "", MAX_32);
  if (masked === null) return null;
  const { value, mask } = masked;
  switch (option.name) {
    case "set-xmark":
      return { value, mask };
    case "set-mark":
      return { value, mask: value | mask };
    case "and-mark":
      return { value: 0n, mask: MAX_32 ^ value };
    case "or-mark":
      return { value, mask: value };
    case "xor-mark":
      return { value, mask: 0n };
    default:
      return null;
  }
}

const MARK_OPTIONS = ["set-xmark", "set-mark", "and-mark", "or-mark", "xor-mark"];

function findMarkOption(given: GivenModule): GivenOption | null {
  return given.options.find(({ name }) => MARK_OPTIONS.includes(name)) ?? null;
}

function lowerMark(target: "meta mark" | "ct mark"): TargetSpec["lower"] {
  return (given, rule) => {
    const option = findMarkOption(given);
    if (option === null) {
      misplaced(rule, given.span, `\`-j ${given.name}\` sets nothing`, "add `--set-mark VALUE`");
      return [{ kind: "notUnderstood", text: given.name }];
    }
    const change = readMark(option);
    if (change === null) return [unreadable(rule, option, "`VALUE` or `VALUE/MASK`")];
    const value = maskedValue(selector(target), change.value, change.mask);
    return [{ kind: "write", target, value, goesOn: true }];
  };
}

/** Masks of `--save-mark` and `--restore-mark`; `--mask` stands for both. */
function copyMasks(
  given: GivenModule,
  rule: RuleContext,
): { readonly packet: bigint; readonly connection: bigint } {
  const both = readMask(given, "mask", rule) ?? MAX_32;
  return {
    packet: readMask(given, "nfmask", rule) ?? both,
    connection: readMask(given, "ctmask", rule) ?? both,
  };
}

function readMask(given: GivenModule, name: string, rule: RuleContext): bigint | null {
  const option = optionOf(given, name);
  if (option === null) return null;
  const mask = parseUnsigned(option.values[0] ?? "", MAX_32);
  if (mask === null) unreadable(rule, option, "a number such as `0xff`");
  return mask;
}

/** `(to & ~toMask) ^ (from & fromMask)`. */
function copiedValue(to: string, toMask: bigint, from: string, fromMask: bigint): Expression {
  const source = fromMask === MAX_32 ? selector(from) : binary("and", selector(from), fromMask);
  const keep = MAX_32 ^ toMask;
  return keep === 0n ? source : binary("xor", binary("and", selector(to), keep), source);
}

function lowerConnmark(given: GivenModule, rule: RuleContext): readonly Statement[] {
  if (hasOption(given, "left-shift-mark") || hasOption(given, "right-shift-mark"))
    return [{ kind: "opaqueAction", text: describeModule(given) }];
  const { packet, connection } = copyMasks(given, rule);
  if (hasOption(given, "save-mark")) {
    const value = copiedValue("ct mark", connection, "meta mark", packet);
    return [{ kind: "write", target: "ct mark", value, goesOn: true }];
  }
  if (hasOption(given, "restore-mark")) {
    const value = copiedValue("meta mark", packet, "ct mark", connection);
    return [{ kind: "write", target: "meta mark", value, goesOn: true }];
  }
  return lowerMark("ct mark")(given, rule);
}

const ZONES = { zone: "ct zone", "zone-orig": "ct original zone", "zone-reply": "ct reply zone" };

/** CT gives the packet a template: a zone, a helper, or no tracking at all. */
function lowerCt(given: GivenModule, rule: RuleContext): readonly Statement[] {
  if (hasOption(given, "notrack")) return [{ kind: "notrack" }];
  const statements: Statement[] = [];
  for (const [name, target] of Object.entries(ZONES)) {
    const option = optionOf(given, name);
    if (option === null) continue;
    const text = option.values[0] ?? "";
    const zone = text === "mark" ? null : parseUnsigned(text, MAX_16);
    if (zone === null && text !== "mark")
      return [unreadable(rule, option, "a number up to 65535, or `mark`")];
    const value = zone === null ? binary("and", selector("meta mark"), MAX_16) : constant(zone, 16);
    statements.push({ kind: "write", target, value });
  }
  for (const what of ["helper", "timeout"] as const) {
    const name = argumentOf(given, what);
    if (name !== null) statements.push({ kind: "ctObject", what, name });
  }
  return statements.length > 0 ? statements : [{ kind: "noEffect", text: describeModule(given) }];
}

/** HMARK hashes parts of the packet into the mark; which value comes out is a name. */
function lowerHmark(given: GivenModule): readonly Statement[] {
  const value: Expression = {
    kind: "opaque",
    unknown: "packet",
    text: describeModule(given),
    width: 32,
  };
  return [{ kind: "write", target: "meta mark", value, goesOn: true }];
}

const MARKS = "set-xmark=1 set-mark=1 and-mark=1 or-mark=1 xor-mark=1";

export const MARK_TARGETS: Readonly<Record<string, TargetSpec>> = {
  MARK: defineModule(MARKS, lowerMark("meta mark")),
  CONNMARK: defineModule(
    `${MARKS} save-mark restore-mark nfmask=1 ctmask=1 mask=1 left-shift-mark=1 right-shift-mark=1`,
    lowerConnmark,
  ),
  CT: {
    ...defineModule(
      "notrack helper=1 timeout=1 ctevents=1 expevents=1 zone=1 zone-orig=1 zone-reply=1",
      lowerCt,
    ),
    tables: ["raw"],
  },
  NOTRACK: { ...defineModule("", () => [{ kind: "notrack" }]), tables: ["raw"] },
  HMARK: defineModule(
    "hmark-tuple=1 hmark-mod=1 hmark-offset=1 hmark-src-prefix=1 hmark-dst-prefix=1 hmark-sport-mask=1 hmark-dport-mask=1 hmark-spi-mask=1 hmark-sport=1 hmark-dport=1 hmark-spi=1 hmark-proto-mask=1 hmark-rnd=1",
    lowerHmark,
  ),
};
