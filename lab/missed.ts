import { intersectRanges, maximum, normalizeRanges, type Range } from "../src/engine/base/range.ts";
import type { Chain, Device, Rule, Table } from "../src/engine/device/device.ts";
import type { Expression } from "../src/engine/device/expression.ts";
import type { Statement } from "../src/engine/device/statement.ts";
import { SELECTORS } from "../src/engine/packet/selectors/index.ts";
import { findTargets, type Target } from "./aim/targets.ts";
import { elementsOf } from "./visit.ts";

/** Why no packet matched a rule. */
export interface Missed {
  readonly rule: Rule;
  readonly reason: string;
  /** No packet can: it follows from the ruleset. */
  readonly isProved: boolean;
}

/** The reason for each of `missed`, the strongest that is known. */
export function explainMissed(device: Device, missed: readonly Rule[]): readonly Missed[] {
  const targets = findTargets(device);
  return missed.map((rule) => ({ rule, ...explain(device, rule, targets.get(rule) ?? []) }));
}

type Reason = Omit<Missed, "rule">;

const proved = (reason: string): Reason => ({ reason, isProved: true });
const open = (reason: string): Reason => ({ reason, isProved: false });

function explain(device: Device, rule: Rule, ways: readonly Target[]): Reason {
  const [first] = ways;
  if (first === undefined) return proved("no packet comes to its chain");
  if (ways.every((way) => isCutOff(way))) return proved("a rule before it takes every packet");
  if (ways.every((way) => isContradictory(way)))
    return proved("it asks for what cannot be together");
  const statements = [...rule.statements, ...first.way.flatMap((turn) => turn.rule.statements)];
  if (statements.some((statement) => hasEmptySet(first.table, statement)))
    return proved("its set is empty");
  const outside = statements.map((statement) => outOfReach(device, statement)).find(isText);
  return open(outside ?? "rules before it take what was aimed at it");
}

function isText(text: string | null): text is string {
  return text !== null;
}

/** Whether a rule that matches everything ends the chain before the rule, or before a jump to it. */
function isCutOff({ chain, rule, way, table }: Target): boolean {
  const places = [...way.map((turn) => turn.rule), rule];
  const holders: readonly (Chain | undefined)[] = places.map((place) =>
    place === rule ? chain : table.chains.find(({ rules }) => rules.includes(place)),
  );
  return places.some((place, index) => {
    const rules = holders[index]?.rules ?? [];
    return rules.slice(0, rules.indexOf(place)).some(takesAll);
  });
}

function takesAll({ statements }: Rule): boolean {
  const [first, ...others] = statements.filter(({ kind }) => kind !== "harmless");
  if (first === undefined || others.length > 0) return false;
  if (first.kind === "reject") return first.with.kind === "icmp" && first.with.family === "both";
  if (first.kind !== "verdict") return false;
  return ["accept", "drop", "return", "goto"].includes(first.verdict.kind);
}

/** Whether the rule and those that lead to it ask one selector for values that do not meet. */
function isContradictory({ rule, way }: Target): boolean {
  const allowed = new Map<string, readonly Range[]>();
  for (const { statements } of [...way.map((turn) => turn.rule), rule])
    for (const statement of statements) {
      if (statement.kind !== "match" || statement.test.kind !== "ranges") continue;
      const { left, test } = statement;
      if (left.kind !== "selector" || test.negated || statement.whenAbsent !== undefined) continue;
      const width = SELECTORS.get(left.id)?.width ?? 32;
      const before = allowed.get(left.id) ?? [{ from: 0n, to: maximum(width) }];
      const both = intersectRanges(before, normalizeRanges(test.ranges));
      if (both.length === 0 && !CHANGES.test(left.id)) return true;
      allowed.set(left.id, both);
    }
  return false;
}

/** What rules write: a later rule may see another value. */
const CHANGES = /mark|priority|dscp|ttl|hoplimit|ct |addr|port|pkttype/;

function hasEmptySet(table: Table, statement: Statement): boolean {
  const reference =
    statement.kind === "verdictMap"
      ? statement.map
      : statement.kind === "match" && statement.test.kind === "set" && !statement.test.negated
        ? statement.test.set
        : null;
  if (reference === null || reference.kind === "ipset") return false;
  if (reference.kind === "named") {
    const set = table.sets.find(({ name }) => name === reference.name);
    if (set === undefined || set.dynamic) return false;
  }
  return elementsOf(table, reference).length === 0;
}

/** What the harness does not make: words of selectors, and what they need. */
const NOT_MADE: readonly (readonly [RegExp, string])[] = [
  [/^(ether|vlan|arp)\b/, "needs an Ethernet header (devices are TUN)"],
  [/^meta (iiftype|oiftype|iifgroup|oifgroup)|^[io]if(type|group)/, "needs another kind of device"],
  [/^meta pkttype/, "needs a packet type that a TUN device does not give"],
  [/^meta (hour|day|time)/, "needs another time of day"],
  [
    /^meta (cgroup|secmark|rtclassid|cpu|random|priority)|^socket|^rt /,
    "hangs on more than the packet",
  ],
  [/^meta (secpath|ipsec)|^ipsec/, "needs IPsec"],
  [/^meta mark/, "needs a mark that nothing sets"],
  [/^ct mark/, "needs a connection mark that nothing sets"],
  [
    /^ct (helper|status|expiration|label|zone|bytes|packets|avgpkt)/,
    "needs a connection of another kind",
  ],
  [
    /^(dccp|mh|srh|comp|igmp|ah|esp|rt|hbh|dst|frag|ip option|tcp option)\b/,
    "needs a header that is not made",
  ],
  [/^fib /, "needs other routes"],
];

function outOfReach(device: Device, statement: Statement): string | null {
  switch (statement.kind) {
    case "match": {
      if (statement.test.kind === "set" && statement.test.set.kind === "ipset")
        return "needs members of an ipset";
      const words = wordsOf(statement.left);
      const found = NOT_MADE.find(([pattern]) => words.some((word) => pattern.test(word)));
      return found?.[1] ?? null;
    }
    case "limit":
    case "hashLimit":
    case "quota":
    case "connectionCount":
    case "recent":
    case "statistic":
      return "needs a rate or a count that is not produced";
    case "payloadSearch":
    case "u32":
    case "opaqueMatch":
      return "hangs on more than the packet's fields";
    case "dynamicSet":
      return device.tables.length === 0 ? null : "needs what a set holds at run time";
    default:
      return null;
  }
}

function wordsOf(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case "selector":
      return [expression.id];
    case "binary":
      return [...wordsOf(expression.left), ...wordsOf(expression.right)];
    case "concatenation":
      return expression.parts.flatMap(wordsOf);
    case "lookup":
      return wordsOf(expression.key);
    case "fib":
      return ["fib "];
    case "opaque":
      return [expression.text];
    default:
      return [];
  }
}
