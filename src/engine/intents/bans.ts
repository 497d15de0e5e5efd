import { FALSE, type Node } from "../bdd/index.ts";
import type { Ending } from "../compile/index.ts";
import type { Device, Rule, Table } from "../device/device.ts";
import type { Expression } from "../device/expression.ts";
import type { NamedSet } from "../device/set.ts";
import type { Addresses, FlowPattern } from "./model.ts";
import type { Walked } from "./weigh.ts";

/*
 * Lists of hosts that something else fills while the ruleset stays: fail2ban, crowdsec, a rule that adds who knocks too
 * often. Who is on it now is no mistake of the ruleset, as long as it is one among many.
 */

/** Packets of hosts that are banned at the moment, and by what, in words. */
export interface Banned {
  readonly packets: Node;
  readonly words: readonly string[];
}

/** Hosts of an end, from which on one of them that is banned is one among many. */
const MANY_HOSTS = 1n << 16n;

/** What lists of banned hosts take away at the moment. */
export function bannedNow({ analysis, device, pattern }: Walked, bad: readonly Ending[]): Banned {
  const { arena } = analysis;
  const words = new Set<string>();
  let packets: Node = FALSE;
  for (const { by, packets: some } of bad) {
    if (by?.kind !== "rule") continue;
    const told = banOf(device, by.table, by.chain.name, by.rule, pattern);
    if (told === null) continue;
    words.add(told);
    packets = arena.or(packets, some);
  }
  return { packets, words: [...words].sort() };
}

function banOf(
  device: Device,
  table: Table,
  chain: string,
  rule: Rule,
  pattern: FlowPattern,
): string | null {
  const place = `${rule.span.file}:${rule.span.line}`;
  for (const statement of rule.statements) {
    if (statement.kind !== "match" || !isManyHosts(statement.left, pattern)) continue;
    const { test } = statement;
    if (test.kind === "ranges" && !test.negated && /^f2b-/.test(chain))
      return `but for hosts in chain ${chain} now (${place})`;
    if (test.kind !== "set" || test.negated || test.set.kind === "anonymous") continue;
    const { name } = test.set;
    const set =
      test.set.kind === "ipset"
        ? device.ipsets.get(name)
        : table.sets.find((one) => one.name === name);
    if (set === undefined || !isFilledMeanwhile(set)) continue;
    const count = set.elements.length;
    return `but for ${count} ${count === 1 ? "element" : "elements"} of @${name} now (${place})`;
  }
  return null;
}

function isFilledMeanwhile(set: NamedSet): boolean {
  return set.dynamic || set.timeout === true || set.defaultTimeoutMs !== null || set.ipset !== null;
}

/** Whether the match asks for an end that has so many hosts that one of them is nobody in particular. */
function isManyHosts(left: Expression, pattern: FlowPattern): boolean {
  const { from, to } = pattern;
  if (left.kind === "concatenation") return left.parts.some((part) => isManyHosts(part, pattern));
  if (left.kind !== "selector") return false;
  if (/^ip6? saddr$/.test(left.id)) return sizeOf(from.addresses) >= MANY_HOSTS;
  if (/^ip6? daddr$/.test(left.id)) return sizeOf(to.addresses) >= MANY_HOSTS;
  return false;
}

function sizeOf(addresses: Addresses): bigint {
  return [...addresses.values()].flat().reduce((sum, { from, to }) => sum + to - from + 1n, 0n);
}
