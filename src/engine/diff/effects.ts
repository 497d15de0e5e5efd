import { FALSE, type Node } from "../bdd/index.ts";
import { type Analysis, canonicalText, type RuleVisit } from "../compile/index.ts";
import type { Rule } from "../device/device.ts";
import type { Statement } from "../device/statement.ts";
import { contentsOf } from "./contents.ts";
import { type Side, walkSide } from "./side.ts";

/** Something that a rule does to packets, where it runs. */
interface Effect {
  readonly rule: Rule;
  /** The change and the hook; the same text on both sides is the same change. */
  readonly name: string;
  readonly packets: Node;
}

/** Packets whose changes have to be the same on both sides. */
export interface Compared {
  /** Those that both sides accept. */
  readonly accepted: Node;
  /** All others that could fare otherwise: what they do to their connection stays. */
  readonly refused: Node;
}

/** Something that one side does to packets and the other does not. */
export interface UnlikeEffect {
  readonly text: string;
  /** Null: both do the same, in another order. */
  readonly rule: Rule | null;
}

/**
 * What rules do to packets beside the verdict, where the two sides differ in it; empty where packets are changed
 * alike.
 */
export function unlikeEffects(
  analysis: Analysis,
  before: Side,
  after: Side,
  { accepted, refused }: Compared,
): readonly UnlikeEffect[] {
  if (!hasEffects(before) && !hasEffects(after)) return [];
  const found = new Map<string, UnlikeEffect>();
  const compare = (packets: Node, changesOf: ChangesOf) => {
    if (packets === FALSE) return;
    const first = effectsOf(analysis, before, packets, changesOf);
    const second = effectsOf(analysis, after, packets, changesOf);
    for (const effect of unlike(analysis, first, second)) found.set(effect.text, effect);
  };
  compare(accepted, changesOf);
  compare(refused, lastingChangesOf);
  return [...found.values()];
}

function unlike(
  analysis: Analysis,
  first: readonly Effect[],
  second: readonly Effect[],
): readonly UnlikeEffect[] {
  const isSame = ({ name, packets }: Effect, i: number) =>
    second[i]?.name === name && second[i]?.packets === packets;
  if (first.length === second.length && first.every(isSame)) return [];
  const [one, other] = [inTurns(analysis, first), inTurns(analysis, second)];
  const reasons = [
    ...notIn(other, one).map((effect) => tell(effect, "before")),
    ...notIn(one, other).map((effect) => tell(effect, "after")),
  ];
  if (reasons.length > 0) return reasons;
  if (isSameOrder(one, other)) return [];
  return [{ text: "rules that change packets run in another order", rule: null }];
}

function tell({ rule }: Effect, side: string): UnlikeEffect {
  const { file, line } = rule.span;
  const deeds = new Set(changesOf(rule).map(deed));
  const what = `${file}:${line} (${side}) ${[...deeds].join(" and ")}`;
  return { text: `${what}; the other side does not do the same to the same packets`, rule };
}

/** What a statement does, in the words of who reads the rule. */
function deed(statement: Statement): string {
  switch (statement.kind) {
    case "write":
      return `sets ${statement.target}`;
    case "nat":
      return "translates";
    case "notrack":
      return "leaves untracked";
    case "ctObject":
      return `gives connections a ${statement.what}`;
    case "duplicate":
      return "copies packets";
    case "flowOffload":
      return "offloads flows";
    default:
      return "changes packets";
  }
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

export function hasEffects({ device }: Side): boolean {
  return device.tables.some(({ chains }) =>
    chains.some(({ rules }) => rules.some((rule) => changesOf(rule).length > 0)),
  );
}

type ChangesOf = (rule: Rule) => readonly Statement[];

/** Statements of a rule that change packets, or do something else than decide. */
export function changesOf({ statements }: Rule): readonly Statement[] {
  return statements.filter(({ kind }) => CHANGES.has(kind));
}

function lastingChangesOf(rule: Rule): readonly Statement[] {
  return changesOf(rule).filter(lasts);
}

/** What stays with the connection, or is sent elsewhere, even if the packet is lost later. */
export function lasts(statement: Statement): boolean {
  return (
    /^(ctObject|duplicate|flowOffload|opaqueAction)$/.test(statement.kind) ||
    (statement.kind === "write" && statement.target.startsWith("ct "))
  );
}

/** In the order run. */
function effectsOf(
  analysis: Analysis,
  side: Side,
  packets: Node,
  changesOf: ChangesOf,
): readonly Effect[] {
  const effects: Effect[] = [];
  walkSide(analysis, side, packets, ({ rule, table, run, hook, isTracked }: RuleVisit) => {
    const changes = changesOf(rule);
    if (changes.length === 0 || run.hit === FALSE) return;
    const contents = contentsOf(side.device, table, changes);
    const name = `${hook} ${isTracked} ${canonicalText(changes)}${contents}`;
    effects.push({ rule, name, packets: run.hit });
  });
  return effects;
}

/** Effects by change and by how many times the packets have met the same one before. */
interface Turns {
  readonly effects: ReadonlyMap<string, Effect>;
  /** Packets that meet one effect and then another; null: too many to tell. */
  readonly order: ReadonlyMap<string, Node> | null;
}

/** Overlaps of effects that are looked at before their order counts as unknown. */
const MAXIMUM_OVERLAPS = 100_000;

function inTurns({ arena }: Analysis, effects: readonly Effect[]): Turns {
  const turns = new Map<string, Effect>();
  const order = new Map<string, Node>();
  let everybody: Node = FALSE;
  let overlaps = 0;
  for (const { rule, name, packets } of effects) {
    let coming = packets;
    for (let turn = 0; coming !== FALSE; turn++) {
      const key = `${name}#${turn}`;
      const met = turns.get(key)?.packets ?? FALSE;
      const fresh = arena.difference(coming, met);
      if (arena.intersects(everybody, fresh))
        for (const [earlier, effect] of turns) {
          if (earlier === key || ++overlaps > MAXIMUM_OVERLAPS) continue;
          const both = arena.and(effect.packets, fresh);
          const pair = `${earlier}\n${key}`;
          if (both !== FALSE) order.set(pair, arena.or(order.get(pair) ?? FALSE, both));
        }
      turns.set(key, { rule, name: key, packets: arena.or(met, coming) });
      coming = arena.and(met, coming);
    }
    everybody = arena.or(everybody, packets);
  }
  return { effects: turns, order: overlaps > MAXIMUM_OVERLAPS ? null : order };
}

function isSameOrder({ order: first }: Turns, { order: second }: Turns): boolean {
  if (first === null || second === null || first.size !== second.size) return false;
  return [...first].every(([pair, packets]) => second.get(pair) === packets);
}

function notIn(others: Turns, { effects }: Turns): readonly Effect[] {
  return [...effects.values()].filter(
    ({ name, packets }) => others.effects.get(name)?.packets !== packets,
  );
}
