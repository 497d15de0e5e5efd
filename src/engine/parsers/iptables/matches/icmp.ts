import { single } from "../../../base/range.ts";
import type { Statement } from "../../../device/statement.ts";
import { PROTOCOL } from "../../../packet/selectors/index.ts";
import { matchRanges, matchTuples, matchValue } from "../build.ts";
import {
  defineModule,
  type GivenModule,
  type ModuleSpec,
  misplaced,
  optionOf,
  type RuleContext,
  unreadable,
} from "../module.ts";
import { MAX_8, parseUnsigned } from "../values.ts";
import { transportGuard } from "./guards.ts";
import { ICMP_NAMES, ICMPV6_NAMES, type IcmpName } from "./icmpTypes.ts";

/** Bytes of `struct icmphdr`. */
const HEADER_BYTES = 8;
/** icmp_type_code_match takes it for every type. */
const ANY_TYPE = 255n;

interface TypeAndCode {
  readonly type: bigint;
  /** Null: any. */
  readonly code: bigint | null;
}

/** `TYPE`, `TYPE/CODE` or a name; a unique beginning of a name is enough. */
function parseType(text: string, names: readonly IcmpName[]): TypeAndCode | null {
  const lower = text.toLowerCase();
  const found = names.filter(([name]) => name.toLowerCase().startsWith(lower));
  const [only] = found;
  if (text !== "" && only !== undefined) {
    const [, type, code] = only;
    return found.length > 1
      ? null
      : { type: BigInt(type), code: code === null ? null : BigInt(code) };
  }
  const slash = text.indexOf("/");
  const type = parseUnsigned(slash < 0 ? text : text.slice(0, slash), MAX_8);
  const code = slash < 0 ? null : parseUnsigned(text.slice(slash + 1), MAX_8);
  return type === null || (slash >= 0 && code === null) ? null : { type, code };
}

function lowerIcmp(version: 4 | 6): ModuleSpec["lower"] {
  const header = version === 4 ? "icmp" : "icmpv6";
  const option = version === 4 ? "icmp-type" : "icmpv6-type";
  const names = version === 4 ? ICMP_NAMES : ICMPV6_NAMES;
  return (given, rule) => {
    requireProtocol(given, rule, version === 4 ? PROTOCOL.icmp : PROTOCOL.icmpv6, header);
    const type = optionOf(given, option);
    if (type === null) {
      misplaced(rule, given.span, `\`${given.name}\` has no \`--${option}\``, "add the type");
      return [];
    }
    const asked = parseType(type.values[0] ?? "", names);
    if (asked === null)
      return [
        unreadable(rule, type, "a type, `TYPE/CODE` or the full name, such as `echo-request`"),
      ];
    return [...transportGuard(rule, HEADER_BYTES), ...typeTests(header, asked, type, version)];
  };
}

function requireProtocol(
  given: GivenModule,
  rule: RuleContext,
  number: number,
  name: string,
): void {
  if (rule.protocol?.value === number && !rule.protocol.negated) return;
  misplaced(
    rule,
    given.span,
    `the match \`${given.name}\` needs \`-p ${name}\``,
    `write \`-p ${name}\` in front of it`,
  );
}

function typeTests(
  header: string,
  asked: TypeAndCode,
  option: { readonly negated: boolean; readonly span: GivenModule["span"] },
  version: 4 | 6,
): readonly Statement[] {
  const { negated } = option;
  if (version === 4 && asked.type === ANY_TYPE)
    return negated ? [matchRanges(`${header} type`, [])] : [];
  const { type, code } = asked;
  if (code === null) return [matchValue(`${header} type`, type, { negated })];
  if (!negated) return [matchValue(`${header} type`, type), matchValue(`${header} code`, code)];
  const tuple = [single(type), single(code)];
  return [matchTuples([`${header} type`, `${header} code`], [tuple], option.span, { negated })];
}

export const ICMP_MATCHES: Readonly<Record<string, ModuleSpec>> = {
  icmp: defineModule("!icmp-type=1", lowerIcmp(4), "ip"),
  icmp6: defineModule("!icmpv6-type=1", lowerIcmp(6), "ip6"),
};
