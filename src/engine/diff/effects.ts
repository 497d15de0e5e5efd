import { FALSE, type Node } from "../bdd/index.ts";
import { type Analysis, canonicalStatements, type RuleVisit } from "../compile/index.ts";
import type { Rule } from "../device/device.ts";
import type { Statement } from "../device/statement.ts";
import { type Side, walkSide } from "./side.ts";

/** A rule that changes packets, and the packets that it changes. */
interface Effect {
  readonly rule: Rule;
  packets: Node;
}

/**
 * What rules do to packets beside the verdict, where the two sides differ in it, in words; empty
 * where packets that both sides accept are changed alike. `accepted`: those packets.
 */
export function unlikeEffects(
  analysis: Analysis,
  before: Side,
  after: Side,
  accepted: Node,
): readonly string[] {
  if (!hasEffects(before) && !hasEffects(after)) return [];
  const first = effectsOf(analysis, before, accepted);
  const second = effectsOf(analysis, after, accepted);
  const reasons = [...first].flatMap(([key, effect]) =>
    second.get(key)?.packets === effect.packets ? [] : [tell(effect, "before")],
  );
  for (const [key, effect] of second)
    if (first.get(key)?.packets !== effect.packets) reasons.push(tell(effect, "after"));
  if (reasons.length > 0) return reasons;
  const order = (effects: ReadonlyMap<string, Effect>) => [...effects.keys()].join("\n");
  return order(first) === order(second) ? [] : ["rules that change packets run in another order"];
}

function tell({ rule }: Effect, side: string): string {
  const { file, line } = rule.span;
  return `${file}:${line} (${side}) changes packets that the other side does not change alike`;
}

const CHANGES: ReadonlySet<Statement["kind"]> = new Set<Statement["kind"]>([
  "write",
  "nat",
  "notrack",
  "ctObject",
  "tproxy",
  "synproxy",
  "duplicate",
  "forwardTo",
  "flowOffload",
  "opaqueAction",
]);

function hasEffects({ device }: Side): boolean {
  return device.tables.some(({ chains }) =>
    chains.some(({ rules }) => rules.some((rule) => changesOf(rule).length > 0)),
  );
}

/** Statements of a rule that change packets, or do something else than decide. */
export function changesOf({ statements }: Rule): readonly Statement[] {
  return statements.filter(({ kind }) => CHANGES.has(kind));
}

/** By hook and change, in the order run. */
function effectsOf(analysis: Analysis, side: Side, accepted: Node): ReadonlyMap<string, Effect> {
  const { arena } = analysis;
  const effects = new Map<string, Effect>();
  walkSide(analysis, side, accepted, ({ rule, run, hook, isTracked }: RuleVisit) => {
    const changes = changesOf(rule);
    if (changes.length === 0 || run.hit === FALSE) return;
    const key = `${hook} ${isTracked} ${canonicalStatements(changes)}`;
    const known = effects.get(key);
    if (known === undefined) effects.set(key, { rule, packets: run.hit });
    else known.packets = arena.or(known.packets, run.hit);
  });
  return effects;
}
