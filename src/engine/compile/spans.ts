import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { Rule, Table } from "../device/device.ts";
import type { Exit } from "./ruleProgress.ts";
import { runRule } from "./runRule.ts";
import { forkWorld, type World } from "./world.ts";

/** A rule with its name among those of its chain. */
export interface NamedRule {
  readonly rule: Rule;
  readonly name: string;
}

/** What two sides have between the same rules of one chain. All of it decides by the packet alone. */
export interface Span {
  readonly own: readonly NamedRule[];
  readonly other: readonly NamedRule[];
}

/**
 * Packets that leave the two sides of a span by other ways: by another verdict, through other chains or through them
 * in another order. All others come out of both alike, and nothing but rules could tell them apart.
 */
export function unlikeOutcomes(world: World, table: Table, { own, other }: Span): Node {
  const { arena } = world;
  const [first, second] = [waysThrough(world, table, own), waysThrough(world, table, other)];
  let alike: Node = FALSE;
  for (const [way, packets] of first)
    alike = arena.or(alike, arena.and(packets, second.get(way) ?? FALSE));
  return arena.not(alike);
}

/** All packets by what becomes of them: which chains they are sent to, in order, and how they leave. */
function waysThrough(
  world: World,
  table: Table,
  rules: readonly NamedRule[],
): ReadonlyMap<string, Node> {
  const { arena } = world;
  let inside: ReadonlyMap<string, Node> = new Map([["", TRUE]]);
  const left = new Map<string, Node>();
  for (const { rule, name } of rules) {
    const asker = { table, rule, instance: `span ${name}` };
    const { exits } = runRule(forkWorld(world), asker, rule, TRUE);
    const next = new Map<string, Node>();
    for (const [way, packets] of inside) {
      let rest = packets;
      for (const exit of exits) {
        const gone = arena.and(packets, exit.packets);
        rest = arena.difference(rest, exit.packets);
        const comesBack = exit.kind === "jump";
        add(world, comesBack ? next : left, `${way} ${wordOf(exit)}`, gone);
      }
      add(world, next, way, rest);
    }
    inside = next;
  }
  for (const [way, packets] of inside) add(world, left, `${way} on`, packets);
  return left;
}

function wordOf(exit: Exit): string {
  switch (exit.kind) {
    case "fate":
      return `fate ${exit.fate}`;
    case "return":
      return "return";
    case "jump":
    case "goto":
      return `${exit.kind} ${exit.chain}`;
  }
}

function add({ arena }: World, ways: Map<string, Node>, way: string, packets: Node): void {
  if (packets === FALSE) return;
  ways.set(way, arena.or(ways.get(way) ?? FALSE, packets));
}
