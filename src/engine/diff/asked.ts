import { type Range, single } from "../base/range.ts";
import type { Rule, Table, TableFamily } from "../device/device.ts";
import type { SetReference } from "../device/expression.ts";
import { limitsElements } from "../device/limitedSet.ts";
import { decidesByPacket, isOfPacket } from "../device/ofPacket.ts";
import type { SetElement } from "../device/set.ts";
import type { Statement } from "../device/statement.ts";
import { NFPROTO_IPV4, NFPROTO_IPV6 } from "../packet/selectors/index.ts";

/* Which packets a rule asks for, as far as can be said without running it. */

/** Selectors that say the same of a packet wherever it is on its way. */
export const FIELDS: ReadonlySet<string> = new Set([
  "meta nfproto",
  "meta l4proto",
  "ip protocol",
  "ip6 nexthdr",
]);

/** Those that NAT makes others of. */
export const TRANSLATED: ReadonlySet<string> = new Set([
  ...["ip", "ip6"].flatMap((family) => [`${family} saddr`, `${family} daddr`]),
  ...["tcp", "udp", "th"].flatMap((protocol) => [`${protocol} sport`, `${protocol} dport`]),
]);

/** Those that hooks see otherwise: there is no way out before routing. */
const INTERFACES: ReadonlySet<string> = new Set(["iifname", "oifname"]);

/** Elements of a set up to which they are looked at one by one; of more, only the least and the greatest. */
const MAXIMUM_ELEMENTS = 32;

/** What packets of a rule have to be, by selector; an empty map: nothing is known of them. */
export type Asked = ReadonlyMap<string, readonly Range[]>;

/** What a rule asks for, and where. */
export interface Placed {
  readonly questions: Asked;
  /** The one base chain from which it is come to; null: there are several, or none. */
  readonly root: string | null;
}

/** Whether no packet can match both. Below one base chain, nothing of a packet moves but its marks. */
export function areApart(own: Placed, other: Placed, isTranslated: boolean): boolean {
  const isSamePlace = own.root !== null && own.root === other.root;
  for (const [id, ranges] of other.questions) {
    const mine = own.questions.get(id);
    if (mine === undefined || overlaps(mine, ranges)) continue;
    if (isSamePlace || FIELDS.has(id) || (TRANSLATED.has(id) && !isTranslated)) return true;
  }
  return false;
}

/**
 * The same of a rule that is plain: any of its matches may keep it apart, and all that it asks for need not be worked
 * out. Each packet that it is about passes all of them.
 */
export function isPlainApart(
  { statements }: Rule,
  root: string | null,
  others: readonly Placed[],
  isTranslated: boolean,
): boolean {
  for (const other of others) {
    const isSamePlace = root !== null && root === other.root;
    const isApart = statements.some((statement) => {
      if (statement.kind !== "match") return false;
      const { left, test } = statement;
      if (left.kind !== "selector" || test.kind !== "ranges") return false;
      const theirs = other.questions.get(left.id);
      if (theirs === undefined || overlaps(test.ranges, theirs)) return false;
      return isSamePlace || FIELDS.has(left.id) || (TRANSLATED.has(left.id) && !isTranslated);
    });
    if (!isApart) return false;
  }
  return statements[0]?.kind === "match";
}

function overlaps(some: readonly Range[], others: readonly Range[]): boolean {
  return some.some((one) => others.some(({ from, to }) => one.from <= to && from <= one.to));
}

/** Whether a rule only decides, by what it sees of the packet: it remembers nothing and writes nothing. */
export function isPlain(rule: Rule, table: Table): boolean {
  return isPlainEverywhere(rule) || rule.statements.every((one) => isPlainStatement(one, table));
}

/** Whether a rule is plain in every table: it asks no set by name. */
export function isPlainEverywhere({ statements, isPlain }: Rule): boolean {
  if (isPlain) return true;
  const known = PLAIN.get(statements) ?? statements.every((one) => isPlainStatement(one, null));
  PLAIN.set(statements, known);
  return known;
}

/** Statements never change, and are asked for each comparison. */
const PLAIN = new WeakMap<readonly Statement[], boolean>();

function isPlainStatement(statement: Statement, table: Table | null): boolean {
  if (decidesByPacket(statement))
    return !(statement.kind === "verdict" && statement.verdict.kind === "queue");
  if (statement.kind === "harmless") return true;
  if (statement.kind !== "match" || table === null || !isOfPacket(statement.left)) return false;
  return statement.test.kind === "set" && fixedElements(statement.test.set, table) !== null;
}

/** What the matches in front of everything else let through. */
export function questionsOf(rule: Rule, table: Table): Asked {
  const { statements } = rule;
  if (!isPlainEverywhere(rule)) return workOutQuestions(statements, table);
  const byFamily = QUESTIONS.get(statements) ?? new Map<TableFamily, Asked>();
  QUESTIONS.set(statements, byFamily);
  const known = byFamily.get(table.family) ?? workOutQuestions(statements, table);
  byFamily.set(table.family, known);
  return known;
}

const QUESTIONS = new WeakMap<readonly Statement[], Map<TableFamily, Asked>>();

function workOutQuestions(statements: readonly Statement[], table: Table): Asked {
  const found = new Map<string, readonly Range[]>();
  if (table.family === "ip") found.set("meta nfproto", [single(NFPROTO_IPV4)]);
  if (table.family === "ip6") found.set("meta nfproto", [single(NFPROTO_IPV6)]);
  for (const statement of statements) {
    if (statement.kind !== "match") {
      if (isTransparent(statement)) continue;
      break;
    }
    /* What it drops for want of a header has met the rule, whatever stands behind. */
    if (statement.whenAbsent === "drops") break;
    const { left, test, whenAbsent } = statement;
    if (left.kind !== "selector" || test.negated || whenAbsent !== undefined) continue;
    if (!(FIELDS.has(left.id) || TRANSLATED.has(left.id) || INTERFACES.has(left.id))) continue;
    const ranges = test.kind === "ranges" ? test.ranges : rangesOf(test.set, table);
    if (ranges !== null && !found.has(left.id)) found.set(left.id, ranges);
  }
  return found;
}

function isTransparent({ kind }: Statement): boolean {
  return kind === "harmless" || kind === "noEffect";
}

/** Null: they are not of one field, or others can come. */
function rangesOf(set: SetReference, table: Table): readonly Range[] | null {
  const elements = fixedElements(set, table);
  if (elements === null) return null;
  const ranges: Range[] = [];
  for (const { key, catchAll, exception } of elements) {
    const [range, second] = key;
    if (range === undefined || second !== undefined || catchAll || exception) return null;
    ranges.push(range);
  }
  return ranges.length <= MAXIMUM_ELEMENTS ? ranges : hull(ranges);
}

function hull(ranges: readonly Range[]): readonly Range[] {
  const [first] = ranges;
  if (first === undefined) return [];
  let { from, to } = first;
  for (const range of ranges) {
    if (range.from < from) from = range.from;
    if (range.to > to) to = range.to;
  }
  return [{ from, to }];
}

/** Elements of a set to which packets add none; null: they may, or nobody knows what it holds. */
function fixedElements(set: SetReference, table: Table): readonly SetElement[] | null {
  if (set.kind === "anonymous") return set.elements;
  if (set.kind !== "named") return null;
  const named = table.sets.find(({ name }) => name === set.name);
  if (named === undefined || named.dynamic || named.unresolved !== undefined) return null;
  return limitsElements(named) ? null : named.elements;
}
