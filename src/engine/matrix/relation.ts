import { type Arena, FALSE, type Node, support } from "../bdd/index.ts";
import { dependencesOf, pairsThatHang } from "./dependences.ts";
import { levelsOf, type PairLevels } from "./ends.ts";
import type { MatrixQuestion, Reach } from "./model.ts";
import type { AskedPackets } from "./packets.ts";

/** Who reaches whom, of one family: a diagram over the two ends alone. */
export interface Relation {
  /** Places in `reaches`, from 1; 0: the pair sends no packets. */
  readonly diagram: Node;
  readonly reaches: readonly Reach[];
}

const NO = 1;
const YES = 2;

/** `beyond`: what may take away packets that all rules accept. */
export function relate(
  asked: AskedPackets,
  levels: PairLevels,
  unknown: MatrixQuestion["unknown"],
  beyond: readonly string[],
): Relation {
  const { arena } = asked.analysis;
  const own = ofFamily(asked, levels.family);
  const ends = new Set([...levelsOf(levels.source), ...levelsOf(levels.destination)]);
  const rest = support(arena, own.all, own.ordinary, own.accepted, own.perhaps).filter(
    (level) => !ends.has(level),
  );
  const pairs = arena.exists(own.all, rest);
  const can = arena.exists(arena.or(own.accepted, own.perhaps), rest);
  const always = arena.or(
    alwaysAccepted(arena, own.ordinary, own.accepted, rest),
    alwaysAccepted(arena, own.all, own.accepted, rest),
  );
  const counted = { allow: YES, deny: NO };
  const words = new Words();
  const open = arena.difference(can, always);
  const hanging =
    unknown === null
      ? hangingOn(own, open, rest, ends, words)
      : arena.and(open, arena.terminal(counted[unknown]));
  const whenAlways =
    beyond.length === 0 ? YES : unknown === null ? words.number(beyond) : counted[unknown];
  const diagram = arena.orElse(
    arena.and(always, arena.terminal(whenAlways)),
    arena.orElse(hanging, arena.and(pairs, arena.terminal(NO))),
  );
  return { diagram, reaches: words.reaches };
}

/** Pairs all of whose packets in `some` are accepted, whatever is not known; those without any are none. */
function alwaysAccepted(arena: Arena, some: Node, accepted: Node, rest: readonly number[]): Node {
  const lost = arena.exists(arena.difference(some, accepted), rest);
  return arena.difference(arena.exists(some, rest), lost);
}

function ofFamily(asked: AskedPackets, family: PairLevels["family"]): AskedPackets {
  const { arena, layout } = asked.analysis;
  const [six = FALSE] = layout.bits("family", 0, 1);
  const own = (set: Node) => arena.and(set, family === "ip6" ? six : arena.not(six));
  return {
    ...asked,
    all: own(asked.all),
    ordinary: own(asked.ordinary),
    accepted: own(asked.accepted),
    perhaps: own(asked.perhaps),
  };
}

/** Ordinary packets come first: what only strange ones hang on is told where nothing else is. */
function hangingOn(
  asked: AskedPackets,
  open: Node,
  rest: readonly number[],
  ends: ReadonlySet<number>,
  words: Words,
): Node {
  const { arena } = asked.analysis;
  let diagram = arena.and(open, arena.terminal(words.number([])));
  if (open === FALSE) return FALSE;
  const add = (name: string, pairs: Node): void => {
    const operation = arena.defineOperation((number, isInside) =>
      number === 0 || isInside === 0 ? number : words.with(number, name),
    );
    diagram = arena.apply(operation, diagram, pairs);
  };
  const dependences = dependencesOf(asked, ends);
  let left = open;
  for (const among of [asked.ordinary, asked.all]) {
    let found: Node = FALSE;
    const some = arena.and(among, left);
    for (const dependence of dependences) {
      const beside = rest.filter((level) => !dependence.levels.includes(level));
      const pairs = pairsThatHang(arena, dependence, some, asked.accepted, beside);
      if (pairs === FALSE) continue;
      add(dependence.name, pairs);
      found = arena.or(found, pairs);
    }
    left = arena.difference(left, found);
  }
  const undecided = arena.and(arena.exists(asked.perhaps, rest), open);
  if (undecided !== FALSE) add(UNDECIDED, undecided);
  const unnamed = arena.difference(left, undecided);
  if (unnamed !== FALSE) add(SEVERAL, unnamed);
  return diagram;
}

const UNDECIDED =
  "what a rule says that premortem has no model for, or a program that takes the packets";
const SEVERAL = "several fields of the packet at once";

/** Numbers of what is said of pairs. */
class Words {
  private readonly all: Reach[] = [{ kind: "no" }, { kind: "no" }, { kind: "yes" }];
  private readonly numbers = new Map<string, number>();

  get reaches(): readonly Reach[] {
    return this.all;
  }

  number(names: readonly string[]): number {
    const on = [...new Set(names)].sort();
    const key = on.join("\n");
    const number = this.numbers.get(key) ?? this.all.length;
    if (number === this.all.length) this.all.push({ kind: "depends", on });
    this.numbers.set(key, number);
    return number;
  }

  with(number: number, name: string): number {
    const reach = this.all[number];
    return reach?.kind === "depends" ? this.number([...reach.on, name]) : number;
  }
}
