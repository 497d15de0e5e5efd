import { canonicalText, ruleNames, tableName } from "../compile/index.ts";
import type { Chain, Device, Rule } from "../device/device.ts";
import { decidesByPacket } from "../device/ofPacket.ts";
import type { StatefulRule } from "./stateGroups.ts";

/*
 * Rules with a memory are paired by what they say. Another dialect asks the same in other words, so those that are
 * left over are paired by what they remember, and those that call a chain by the chain. A pair that is guessed wrongly
 * does no harm: its memory is fed by other packets, and kept apart.
 */

/** Names of rules, with which they stand for a rule of the other side. */
export type Twins = ReadonlyMap<Rule, string>;

/** A device with its rules that have a memory. */
export interface Remembering {
  readonly device: Device;
  readonly rules: readonly StatefulRule[];
}

/** For rules of `after`, where both sides remember something. */
export function twinsOf(before: Remembering, after: Remembering): Twins {
  const twins = new Map<Rule, string>();
  if (before.rules.length === 0 || after.rules.length === 0) return twins;
  const [nameBefore, nameAfter] = [ruleNames(before.device), ruleNames(after.device)];
  const [old, fresh] = [ruleSet(before), ruleSet(after)];
  const chains = chainsByPlace(before.device);
  for (const [place, chain] of chainsByPlace(after.device)) {
    const [first, second] = [chains.get(place), chain].map(pairedRules);
    const names = new Set(second?.map(nameAfter));
    const known = new Set(first?.map(nameBefore));
    const waiting = new Map<string, Rule[]>();
    for (const rule of first ?? [])
      if (!names.has(nameBefore(rule))) push(waiting, whatStays(rule, old), rule);
    if (waiting.size === 0) continue;
    for (const rule of second ?? []) {
      if (known.has(nameAfter(rule))) continue;
      const twin = waiting.get(whatStays(rule, fresh) ?? "")?.shift();
      if (twin !== undefined) twins.set(rule, nameBefore(twin));
    }
  }
  return twins;
}

function ruleSet({ rules }: Remembering): ReadonlySet<Rule> {
  return new Set(rules.map(({ rule }) => rule));
}

/** Plain rules remember nothing and call nobody. */
function pairedRules(chain: Chain | undefined): readonly Rule[] {
  return chain?.rules.filter(({ isPlain }) => isPlain !== true) ?? [];
}

function chainsByPlace(device: Device): ReadonlyMap<string, Chain> {
  return new Map(
    device.tables.flatMap((table) =>
      table.chains.map((chain) => [`${tableName(device, table)} ${chain.name}`, chain] as const),
    ),
  );
}

function push(waiting: Map<string, Rule[]>, key: string | null, rule: Rule): void {
  if (key === null) return;
  const known = waiting.get(key);
  if (known === undefined) waiting.set(key, [rule]);
  else known.push(rule);
}

/** What a rule does apart from asking the packet; null: it has nothing that is paired. */
function whatStays(rule: Rule, memories: ReadonlySet<Rule>): string | null {
  if (memories.has(rule))
    return canonicalText(rule.statements.filter((statement) => !decidesByPacket(statement)));
  const last = rule.statements.at(-1);
  if (last?.kind !== "verdict") return null;
  const { verdict } = last;
  return verdict.kind === "jump" || verdict.kind === "goto" ? canonicalText(verdict) : null;
}
