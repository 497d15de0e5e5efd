import { prefixRange } from "../../../base/address.ts";
import { type Range, single } from "../../../base/range.ts";
import type { Span } from "../../../base/span.ts";
import type { Expression } from "../../../device/expression.ts";
import type { SetElement } from "../../../device/set.ts";
import type { Statement } from "../../../device/statement.ts";
import { binary, matchRanges, matchValue, selector, setElement } from "../build.ts";
import type { RuleContext } from "../module.ts";

/** Bits of `ip frag-off` that are the offset, in units of eight bytes (RFC 791). */
const IPV4_OFFSET = 0x1fffn;

/** `par->fragoff == 0`: transport matches of xtables refuse later fragments (measured). */
export function firstFragmentOnly(rule: RuleContext): Statement {
  if (rule.family === "ip")
    return matchValue(binary("and", selector("ip frag-off"), IPV4_OFFSET), 0n, { implied: true });
  return matchValue("frag frag-off", 0n, { implied: true, whenAbsent: "matches" });
}

/** A transport header shorter than `bytes` is a hotdrop in xtables. */
export function wholeHeader(bytes: number): Statement {
  const last: Expression = {
    kind: "payload",
    base: "transport",
    offset: (bytes - 1) * 8,
    width: 8,
  };
  return matchRanges(last, [prefixRange(0n, 0, 8)], { implied: true, whenAbsent: "drops" });
}

/** What a transport match of xtables asks before it looks at ports. */
export function transportGuard(rule: RuleContext, bytes: number): readonly Statement[] {
  return [firstFragmentOnly(rule), wholeHeader(bytes)];
}

/**
 * tcp_mt drops a fragment at offset 8: it would overwrite the flags (RFC 1858; measured). The map has
 * every other offset, so only this one has no value.
 */
export function dropTinyFragment(rule: RuleContext, span: Span): readonly Statement[] {
  if (rule.family !== "ip") return [];
  const harmless = (range: Range): SetElement => ({
    ...setElement([range], span),
    data: { kind: "value", parts: [single(0n)], widths: [8] },
  });
  const left: Expression = {
    kind: "lookup",
    key: binary("and", selector("ip frag-off"), IPV4_OFFSET),
    map: {
      kind: "anonymous",
      elements: [harmless(single(0n)), harmless({ from: 2n, to: IPV4_OFFSET })],
      keyWidths: [16],
    },
  };
  return [matchRanges(left, [single(0n)], { implied: true, whenAbsent: "drops" })];
}
