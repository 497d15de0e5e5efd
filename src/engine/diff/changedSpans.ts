import type { NamedRule, Span } from "../compile/index.ts";
import type { Chain, Rule } from "../device/device.ts";
import { type ChangedRules, chainsOf } from "./changedRules.ts";
import { decidesAlone } from "./contents.ts";
import type { Side } from "./side.ts";

/** For each changed chain of one side what stands between the rules that both sides have; see `spansOf`. */
export type Spans = ReadonlyMap<Chain, Span>;

/** Rules that a span has at most: of more, all packets that meet a changed one are looked at. */
const MAXIMUM_RULES = 64;

/**
 * From the first changed rule of a chain to the last, where all rules between decide by the packet alone: what comes out
 * of both sides alike need not be followed any further. Chains of other spans are left out.
 */
export function spansOf(own: Side, other: Side, changed: ChangedRules): Spans {
  const isChanged = (rule: Rule) => changed.before.has(rule) || changed.after.has(rule);
  const others = chainsOf(other.device);
  const spans = new Map<Chain, Span>();
  for (const [place, { chain }] of chainsOf(own.device)) {
    const twin = others.get(place)?.chain.rules ?? [];
    if (!chain.rules.some(isChanged) && !twin.some(isChanged)) continue;
    const begin = Math.min(kept(chain.rules, isChanged), kept(twin, isChanged));
    const end = Math.min(
      kept([...chain.rules].reverse(), isChanged),
      kept([...twin].reverse(), isChanged),
    );
    const [mine, theirs] = [chain.rules, twin].map((rules) =>
      rules.slice(begin, Math.max(begin, rules.length - end)),
    );
    const all = [...(mine ?? []), ...(theirs ?? [])];
    if (all.length > MAXIMUM_RULES) continue;
    if (!all.every(({ statements, isPlain }) => isPlain === true || decidesAlone(statements)))
      continue;
    spans.set(chain, { own: named(mine, own), other: named(theirs, other) });
  }
  return spans;
}

/** Rules from the first one on that have not changed: as many of the other side are the same. */
function kept(rules: readonly Rule[], isChanged: (rule: Rule) => boolean): number {
  const at = rules.findIndex(isChanged);
  return at < 0 ? rules.length : at;
}

function named(rules: readonly Rule[] = [], { nameOf }: Side): readonly NamedRule[] {
  return rules.map((rule) => ({ rule, name: nameOf(rule) }));
}
