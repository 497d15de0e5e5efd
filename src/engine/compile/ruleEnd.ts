import { FALSE } from "../bdd/index.ts";
import type { Verdict } from "../device/statement.ts";
import { canonicalText } from "./canonical.ts";
import type { Progress } from "./ruleProgress.ts";
import type { Asker, World } from "./world.ts";

/** How a rule ends. */
type Way =
  | { readonly kind: "fate"; readonly fate: number }
  | { readonly kind: "return" }
  | { readonly kind: "jump" | "goto"; readonly chain: string };

/** Ends the rule for all packets that are still in it. */
export function leave(progress: Progress, way: Way | null): void {
  if (way !== null) progress.exits.push({ ...way, packets: progress.live });
  progress.live = FALSE;
}

/** Null: the packet goes on behind the rule (`continue`). */
export function exitOf(world: World, verdict: Verdict, progress: Progress): Way | null {
  switch (verdict.kind) {
    case "accept":
    case "drop":
      return { kind: "fate", fate: world.fates.number({ kind: verdict.kind }) };
    case "queue": {
      const text = queueText(world, verdict, progress.asker);
      return { kind: "fate", fate: world.fates.number({ kind: "queue", text }) };
    }
    case "return":
      return { kind: "return" };
    case "jump":
    case "goto": {
      if (world.facts.chain(progress.asker.table, verdict.chain) !== null) return verdict;
      const text = `${verdict.kind} to \`${verdict.chain}\`, which is not there`;
      return { kind: "fate", fate: undecidedFate(world, progress, text) };
    }
    case "continue":
      return null;
  }
}

/** Which queue it is: with what the map holds that chooses it. */
function queueText(
  { facts }: World,
  { numbers, bypass, fanout, chosenBy = "" }: Extract<Verdict, { kind: "queue" }>,
  { table }: Asker,
): string {
  const name = /@(\S+)/.exec(chosenBy)?.[1];
  const map =
    name === undefined ? null : facts.set(table, { kind: "named", name, span: table.span });
  const held = map === null ? "" : ` ${canonicalText(map.elements)}`;
  const options = `${bypass ? " bypass" : ""}${fanout === true ? " fanout" : ""}`;
  return `${numbers.from}-${numbers.to}${options} ${chosenBy}${held}`.trim();
}

function undecidedFate(world: World, progress: Progress, text: string): number {
  return world.fates.number({ kind: "undecided", text, span: progress.rule.span });
}

/** After what is not modelled everything is possible: also that the packet goes on. */
export function undecide(world: World, progress: Progress, text: string): void {
  const { arena } = world;
  const flag = world.layout.flag(`goes on after ${text}`, "packet");
  const goesOn = arena.variable(flag.level);
  const stopped = arena.and(progress.live, arena.not(goesOn));
  progress.exits.push({
    kind: "fate",
    packets: stopped,
    fate: undecidedFate(world, progress, text),
  });
  progress.live = arena.and(progress.live, goesOn);
}
