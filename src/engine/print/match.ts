import { maximum, type Range, single } from "../base/range.ts";
import type { Expression, Test } from "../device/expression.ts";
import type { Match } from "../device/statement.ts";
import { setText } from "./elements.ts";
import { expressionText, formsOf } from "./expression.ts";
import type { Page } from "./options.ts";
import { bothEnds, type Form, isFlags, rangeText, valueText } from "./value.ts";

/** A match as nft lists it; one that nft has put in front by itself is not asked for here. */
export function matchText({ left, test, whenAbsent, implied }: Match, page: Page): string {
  if (whenAbsent !== undefined) return page.cannot("a match of xtables");
  const key = expressionText(left, page);
  const forms = formsOf(left);
  if (test.kind === "set")
    return `${key} ${operatorOf(left, test)}${membersText(test, forms, page)}`;
  const [form] = forms;
  const [range] = test.ranges;
  if (form === undefined || forms.length !== 1)
    return page.cannot(`what \`${key}\` is compared with`);
  if (range === undefined) return page.cannot("a match that nothing fits");
  if (test.ranges.length > 1 || (implied && range.from !== range.to)) {
    const ranges = test.ranges.flatMap((one) => (implied ? eachOf(one) : [one]));
    const members = ranges.map((one) => rangeText(one, form)).join(", ");
    return `${key} ${not(test)}{ ${members} }`;
  }
  const prefix = maskedPrefix(left, range);
  if (prefix !== null)
    return plainMatch(
      prefix.left,
      expressionText(prefix.left, page),
      prefix.range,
      form,
      test,
      page,
    );
  return (
    flagsMatch(left, range, test.negated, page) ?? plainMatch(left, key, range, form, test, page)
  );
}

/** Types of ICMP that nft asks for by itself stand one by one. */
function eachOf({ from, to }: Range): readonly Range[] {
  return Array.from({ length: Number(to - from) + 1 }, (_, i) => single(from + BigInt(i)));
}

function not({ negated }: Test): string {
  return negated ? "!= " : "";
}

/** nft names the operator where bits of a value are compared. */
function operatorOf(left: Expression, { negated }: Test): string {
  if (negated) return "!= ";
  return left.kind === "binary" ? "== " : "";
}

/** A set in place with a lone member of one part is a plain comparison. */
function membersText(
  { set }: Extract<Test, { kind: "set" }>,
  forms: readonly Form[],
  page: Page,
): string {
  const [form] = forms;
  const [only] = set.kind === "anonymous" && set.elements.length === 1 ? set.elements : [];
  const [range] = only?.key ?? [];
  const isLone = only?.catchAll === false && range !== undefined && forms.length === 1;
  if (!isLone || form === undefined || isMerged(range, form, page))
    return setText(set, forms, page);
  return rangeText(range, form);
}

/** Several members that became one interval stay a set, until they are loaded again. */
function isMerged(range: Range, form: Form, { written }: Page): boolean {
  const text = rangeText(range, form);
  return written.split(/[{}]/).some((list) => {
    const members = list.split(",").map((member) => member.trim());
    return members.length > 1 && members.includes(text);
  });
}

/** `ip saddr & 255.255.0.0 == 10.0.0.0` is a prefix to nft; null: it is none. */
function maskedPrefix(
  left: Expression,
  { from, to }: Range,
): { readonly left: Expression; readonly range: Range } | null {
  if (left.kind !== "binary" || left.operator !== "and" || left.right.kind !== "constant")
    return null;
  const [form] = formsOf(left);
  if (form === undefined || (form.type !== "ipv4_addr" && form.type !== "ipv6_addr")) return null;
  const host = maximum(form.width) ^ left.right.value;
  const isPrefix = (host & (host + 1n)) === 0n && from === to && (from & host) === 0n;
  return isPrefix ? { left: left.left, range: { from, to: from | host } } : null;
}

/** `tcp flags syn`, `tcp flags syn / fin,syn,rst,ack`, `ct state ! new`; null: it is none of them. */
function flagsMatch(left: Expression, range: Range, negated: boolean, page: Page): string | null {
  if (left.kind !== "binary" || left.operator !== "and" || left.right.kind !== "constant")
    return null;
  const [form] = formsOf(left);
  if (form === undefined || !isFlags(form) || range.from !== range.to) return null;
  const key = expressionText(left.left, page);
  const mask = valueText(left.right.value, form);
  if (range.from === 0n) return negated ? `${key} ${mask}` : `${key} ! ${mask}`;
  const value = valueText(range.from, form);
  const isOneFlag = range.from === left.right.value && (range.from & (range.from - 1n)) === 0n;
  if (isOneFlag) return `${key} & ${mask} ${negated ? "!=" : "=="} ${value}`;
  return `${key} ${negated ? "!= " : ""}${value} / ${mask}`;
}

function plainMatch(
  left: Expression,
  key: string,
  range: Range,
  form: Form,
  test: Test,
  page: Page,
): string {
  if (left.kind === "fib" && left.result === "exists") return presence(key, range, test.negated);
  if (form.type === "boolean" && PRESENCE.test(key)) return presence(key, range, test.negated);
  const order = test.negated ? null : orderText(range, form, page);
  if (order !== null) return `${key} ${order}`;
  if (isWrittenApart(range, form, page)) return `${key} ${not(test)}${bothEnds(range, form)}`;
  const isStated = left.kind === "binary" || isFlags(form);
  const operator = test.negated ? "!= " : isStated ? "== " : "";
  const isSum = isFlags(form) && (range.from & (range.from - 1n)) !== 0n;
  return `${key} ${operator}${isSum ? `0x${range.from.toString(16)}` : rangeText(range, form)}`;
}

const PRESENCE = /^(exthdr|tcp option|ip option|meta ipsec|rt ipsec)/;

function presence(key: string, { from }: Range, negated: boolean): string {
  return `${key} ${(from === 1n) === negated ? "missing" : "exists"}`;
}

function spellings(value: bigint, form: Form): readonly string[] {
  const text = valueText(value, form);
  const whole = form.type === "hour" ? [text.replace(/"$/, ':00"')] : [];
  return [text, String(value), `0x${value.toString(16)}`, ...whole];
}

/** `> 5`: the kernel keeps the comparison that it got, where a range would say the same. */
function orderText({ from, to }: Range, form: Form, { written }: Page): string | null {
  const top = maximum(form.width);
  const isWritten = (sign: string, value: bigint) =>
    spellings(value, form).some((text) =>
      new RegExp(`${sign}\\s*${text.replace(/[^\w]/g, "\\$&")}(?!\\w)`).test(written),
    );
  if (from === 0n && to < top) {
    if (isWritten("<=", to)) return `<= ${valueText(to, form)}`;
    if (isWritten("<", to + 1n)) return `< ${valueText(to + 1n, form)}`;
  }
  if (to === top) {
    if (isWritten(">=", from)) return `>= ${valueText(from, form)}`;
    if (from > 0n && isWritten(">", from - 1n)) return `> ${valueText(from - 1n, form)}`;
  }
  return null;
}

/** `10.0.0.0-10.255.255.255` stays a range, although it is a prefix too. */
function isWrittenApart(range: Range, form: Form, { written }: Page): boolean {
  if (range.from === range.to || form.type === "ifname") return false;
  if (form.type === "mark") return !written.includes("/");
  return written.includes(bothEnds(range, form));
}
