import { single } from "../../../base/range.ts";
import type { Span } from "../../../base/span.ts";
import type { Expression, SetReference } from "../../../device/expression.ts";
import type { Statement } from "../../../device/statement.ts";
import { binary, constant, selector, setElement } from "../build.ts";
import { parseDscp, parseDscpClass, parseTos } from "../matches/header.ts";
import {
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
import { type IpFamily, MAX_8, MAX_16, MAX_32, parseUnsigned } from "../values.ts";
import type { TargetSpec } from "./spec.ts";

/** TTL and HL: a constant, or a step that stops at 0 and 255. */
function lowerLife(id: string): TargetSpec["lower"] {
  return (given, rule) => {
    const [option] = given.options;
    if (option === undefined) {
      misplaced(rule, given.span, `\`-j ${given.name}\` does nothing`, "add what to set");
      return [{ kind: "notUnderstood", text: given.name }];
    }
    const amount = parseUnsigned(option.values[0] ?? "", MAX_8);
    if (amount === null || (amount === 0n && !option.name.endsWith("-set")))
      return [unreadable(rule, option, "a number from 1 to 255")];
    if (option.name.endsWith("-set"))
      return [{ kind: "write", target: id, value: constant(amount, 8) }];
    const step = option.name.endsWith("-inc") ? amount : -amount;
    return [{ kind: "write", target: id, value: steppedValue(id, step, given.span) }];
  };
}

/** Expressions have no sum, so the sum of one byte is looked up. */
function steppedValue(id: string, step: bigint, span: Span): Expression {
  const elements = Array.from({ length: 256 }, (_, value) => {
    const sum = BigInt(value) + step;
    const next = sum < 0n ? 0n : sum > MAX_8 ? MAX_8 : sum;
    return {
      ...setElement([single(BigInt(value))], span),
      data: { kind: "value", parts: [single(next)], widths: [8] } as const,
    };
  });
  const map: SetReference = { kind: "anonymous", elements, keyWidths: [8] };
  return { kind: "lookup", key: selector(id), map };
}

/** Bits of the byte that are DSCP; the rest is ECN (RFC 3168). */
const ECN_BITS = 2n;
const ECN_MASK = 3n;

/** `(byte & ~mask) ^ value`, written as DSCP and ECN. */
function writeTos(family: IpFamily, value: bigint, mask: bigint): readonly Statement[] {
  const part = (id: string, width: number, bits: bigint, clear: bigint): Statement[] => {
    const keep = ((1n << BigInt(width)) - 1n) ^ clear;
    if (clear === 0n && bits === 0n) return [];
    const old = selector(id);
    const kept = keep === 0n ? null : clear === 0n ? old : binary("and", old, keep);
    const next =
      kept === null ? constant(bits, width) : bits === 0n ? kept : binary("xor", kept, bits);
    return [{ kind: "write", target: id, value: next }];
  };
  return [
    ...part(`${family} dscp`, 6, value >> ECN_BITS, mask >> ECN_BITS),
    ...part(`${family} ecn`, 2, value & ECN_MASK, mask & ECN_MASK),
  ];
}

function lowerTos(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const [option] = given.options;
  const change = option === undefined ? null : readTos(option);
  if (option === undefined) {
    misplaced(rule, given.span, "`-j TOS` sets nothing", "add `--set-tos VALUE/MASK`");
    return [{ kind: "notUnderstood", text: given.name }];
  }
  if (change === null) return [unreadable(rule, option, "`0x10` or `0x10/0x3f`")];
  return writeTos(rule.family, change.value, change.mask);
}

function readTos(option: GivenOption): { readonly value: bigint; readonly mask: bigint } | null {
  const text = option.values[0] ?? "";
  if (option.name === "set-tos") return parseTos(text);
  const bits = parseUnsigned(text, MAX_8);
  if (bits === null) return null;
  if (option.name === "and-tos") return { value: 0n, mask: MAX_8 ^ bits };
  return { value: bits, mask: option.name === "or-tos" ? bits : 0n };
}

function lowerDscp(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const [option] = given.options;
  if (option === undefined) {
    misplaced(rule, given.span, "`-j DSCP` sets nothing", "add `--set-dscp VALUE`");
    return [{ kind: "notUnderstood", text: given.name }];
  }
  const text = option.values[0] ?? "";
  const value = option.name === "set-dscp" ? parseDscp(text) : parseDscpClass(text);
  if (value === null)
    return [unreadable(rule, option, "a number up to 63, or a class such as `AF11`")];
  return [{ kind: "write", target: `${rule.family} dscp`, value: constant(value, 6) }];
}

/** ECE and CWR of TCP. */
const ECN_FLAGS = 0xc0n;

function lowerEcn(given: GivenModule, rule: RuleContext): readonly Statement[] {
  if (!hasOption(given, "ecn-tcp-remove"))
    return [{ kind: "opaqueAction", text: describeModule(given) }];
  requireTcp(given, rule);
  const value = binary("and", selector("tcp flags"), MAX_8 ^ ECN_FLAGS);
  return [{ kind: "write", target: "tcp flags", value }];
}

function requireTcp(given: GivenModule, rule: RuleContext): void {
  if (rule.protocol?.value === 6 && !rule.protocol.negated) return;
  misplaced(
    rule,
    given.span,
    `\`-j ${given.name}\` needs \`-p tcp\``,
    "write `-p tcp` in front of it",
  );
}

/** TCPMSS only ever lowers the size that a SYN announces. */
function lowerTcpmss(given: GivenModule, rule: RuleContext): readonly Statement[] {
  requireTcp(given, rule);
  const target = "tcp option maxseg size";
  const option = optionOf(given, "set-mss");
  if (option === null) {
    if (!hasOption(given, "clamp-mss-to-pmtu"))
      misplaced(rule, given.span, "`-j TCPMSS` sets nothing", "add `--clamp-mss-to-pmtu`");
    return [{ kind: "write", target, value: selector("rt mtu"), lowersOnly: true }];
  }
  const size = parseUnsigned(option.values[0] ?? "", MAX_16);
  if (size === null) return [unreadable(rule, option, "a number up to 65535")];
  return [{ kind: "write", target, value: constant(size, 16), lowersOnly: true }];
}

function lowerClassify(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const option = optionOf(given, "set-class");
  const parts = /^([0-9a-fA-F]{1,4}):([0-9a-fA-F]{1,4})$/.exec(option?.values[0] ?? "");
  if (option === null || parts === null)
    return option === null ? [] : [unreadable(rule, option, "`MAJOR:MINOR`")];
  const value = (BigInt(`0x${parts[1]}`) << 16n) | BigInt(`0x${parts[2]}`);
  return [{ kind: "write", target: "meta priority", value: constant(value & MAX_32, 32) }];
}

function nameOnly(given: GivenModule): readonly Statement[] {
  return [{ kind: "opaqueAction", text: describeModule(given) }];
}

const MANGLE = ["mangle"];

export const REWRITE_TARGETS: Readonly<Record<string, TargetSpec>> = {
  TTL: {
    ...defineModule("ttl-set=1 ttl-inc=1 ttl-dec=1", lowerLife("ip ttl"), "ip"),
    tables: MANGLE,
  },
  HL: {
    ...defineModule("hl-set=1 hl-inc=1 hl-dec=1", lowerLife("ip6 hoplimit"), "ip6"),
    tables: MANGLE,
  },
  TOS: { ...defineModule("set-tos=1 and-tos=1 or-tos=1 xor-tos=1", lowerTos), tables: MANGLE },
  DSCP: { ...defineModule("set-dscp=1 set-dscp-class=1", lowerDscp), tables: MANGLE },
  ECN: {
    ...defineModule("ecn-tcp-remove ecn-tcp-cwr=1 ecn-tcp-ece=1 ecn-ip-ect=1", lowerEcn, "ip"),
    tables: MANGLE,
  },
  TCPMSS: defineModule("set-mss=1 clamp-mss-to-pmtu", lowerTcpmss),
  TCPOPTSTRIP: { ...defineModule("strip-options=1", nameOnly), tables: MANGLE },
  CLASSIFY: {
    ...defineModule("set-class=1", lowerClassify),
    chains: ["OUTPUT", "FORWARD", "POSTROUTING"],
  },
  SNPT: { ...defineModule("src-pfx=1 dst-pfx=1", nameOnly, "ip6"), tables: MANGLE },
  DNPT: { ...defineModule("src-pfx=1 dst-pfx=1", nameOnly, "ip6"), tables: MANGLE },
};
