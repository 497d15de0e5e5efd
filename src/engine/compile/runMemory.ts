import type { Rule } from "../device/device.ts";
import type { SetReference } from "../device/expression.ts";
import { limitsElements } from "../device/limitedSet.ts";
import type { Statement } from "../device/statement.ts";
import { nominalOf } from "./nominal.ts";
import { feed, type Progress, settle } from "./ruleProgress.ts";
import { unknownFlag } from "./unknown.ts";
import type { World } from "./world.ts";

/**
 * Which of the statements with a memory it is, however the rule asks for its packets: the place inside an element of a
 * set counts as it is.
 */
export function memoryPlace({ statements }: Rule, index: number): string {
  if (index >= statements.length) return `${index}`;
  return `${statements.slice(0, index).filter(({ kind }) => kind !== "match").length}`;
}

/** A variable of this rule's own: nobody knows what its bucket holds. */
export function runStateful(
  world: World,
  progress: Progress,
  statement: Statement,
  place: string,
): void {
  const key = `${statement.kind}#${progress.asker.instance}:${place}`;
  feed(progress, key);
  const flag = world.layout.flag(key, "stateful", nominalOf(statement, progress.rule));
  progress.live = world.arena.and(progress.live, world.arena.variable(flag.level));
}

/** Whoever comes to a set with limits of its elements can use them up. */
export function feedLimited(world: World, progress: Progress, reference: SetReference): void {
  const set = world.facts.set(progress.asker.table, reference);
  if (set === null || !limitsElements(set)) return;
  settle(world, progress);
  feed(progress, `@${set.name}`);
}

export function runUnknown(
  world: World,
  progress: Progress,
  key: string,
  negated: boolean,
  kind: "packet" | "moment" | "stateful" = "packet",
): void {
  const written = kind === "packet" ? world.store.writtenBytes() : null;
  if (kind === "stateful") feed(progress, key);
  const variable = unknownFlag(world, key, kind, written);
  const passes = negated ? world.arena.not(variable) : variable;
  progress.live = world.arena.and(progress.live, passes);
}
