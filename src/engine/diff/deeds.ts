import { FALSE, type Node } from "../bdd/index.ts";
import { type Analysis, canonicalText, type Deed } from "../compile/index.ts";
import type { Statement } from "../device/statement.ts";
import { contentsOf } from "./contents.ts";
import { lasts } from "./effects.ts";
import { type AlterationKind, kindOf } from "./finalFields.ts";
import type { Side } from "./side.ts";

/*
 * What rules do to packets that no field keeps: a helper, a copy, an offload, a value without a form. They are
 * compared by what is done, as written with the contents of what it names, and to which packets.
 */

/** Something that only one side does to some packets. */
export interface DeedDifference {
  readonly kind: AlterationKind;
  readonly name: string;
  readonly packets: Node;
  readonly isBefore: boolean;
  /** False: it has no model, and may come to the same. */
  readonly isSure: boolean;
}

interface Done {
  readonly statement: Statement;
  packets: Node;
}

export interface ComparedDeeds {
  readonly differences: readonly DeedDifference[];
  /** Both do the same to these, and which of it wins hangs on an order that is not compared. */
  readonly contested: Node;
}

/** `asked` narrows down which packets count. */
export function compareDeeds(
  { arena }: Analysis,
  [before, after]: readonly [Side, Side],
  [first, second]: readonly [readonly Deed[], readonly Deed[]],
  asked: Node,
  isLasting: boolean,
): ComparedDeeds {
  const counted = (deeds: readonly Deed[]) =>
    deeds.filter(({ statement }) => !isLasting || lasts(statement));
  const mine = gather(before, counted(first));
  const theirs = gather(after, counted(second));
  const differences: DeedDifference[] = [];
  for (const name of new Set([...mine.keys(), ...theirs.keys()])) {
    const [a, b] = [mine.get(name), theirs.get(name)];
    const { statement } = a ?? b ?? { statement: null };
    if (statement === null) continue;
    const only = (one: Done | undefined, other: Done | undefined, isBefore: boolean) => {
      const packets = arena.and(
        asked,
        arena.difference(one?.packets ?? FALSE, other?.packets ?? FALSE),
      );
      if (packets === FALSE) return;
      differences.push({ ...wordsOf(statement), packets, isBefore });
    };
    only(a, b, true);
    only(b, a, false);
  }
  return { differences, contested: arena.and(asked, contested(first, second)) };

  function gather(side: Side, deeds: readonly Deed[]): ReadonlyMap<string, Done> {
    const found = new Map<string, Done>();
    for (const { statement, table, hook, packets } of deeds) {
      const place = statement.kind === "ctObject" ? "" : `${hook} `;
      const name = `${place}${canonicalText(statement)}${contentsOf(side.device, table, [statement])}`;
      const done = found.get(name) ?? { statement, packets: FALSE };
      done.packets = arena.or(done.packets, packets);
      found.set(name, done);
    }
    return found;
  }

  /** Packets that meet two deeds of one kind, where the sides do not do all in the same order. */
  function contested(first: readonly Deed[], second: readonly Deed[]): Node {
    const text = (deeds: readonly Deed[]) =>
      deeds.map(({ statement, packets }) => `${canonicalText(statement)} ${packets}`).join("\n");
    if (text(first) === text(second)) return FALSE;
    return arena.or(metTwice(first), metTwice(second));
  }

  function metTwice(deeds: readonly Deed[]): Node {
    const met = new Map<string, Node>();
    let twice: Node = FALSE;
    for (const { statement, packets } of deeds) {
      const subject = subjectOf(statement);
      const earlier = met.get(subject) ?? FALSE;
      twice = arena.or(twice, arena.and(earlier, packets));
      met.set(subject, arena.or(earlier, packets));
    }
    return twice;
  }
}

/** Deeds with one subject undo or forestall each other. */
function subjectOf(statement: Statement): string {
  if (statement.kind === "ctObject") return `ct ${statement.what}`;
  return statement.kind === "write" ? statement.target : statement.kind;
}

type Words = Pick<DeedDifference, "kind" | "name" | "isSure">;

function wordsOf(statement: Statement): Words {
  switch (statement.kind) {
    case "ctObject":
      return { kind: "tracking", name: `${statement.what} \`${statement.name}\``, isSure: true };
    case "flowOffload":
      return { kind: "tracking", name: `offload by \`${statement.flowtable}\``, isSure: true };
    case "duplicate":
      /* A map says for each packet where its copy goes: those that it does not hold have none. */
      return {
        kind: "translation",
        name: statement.text,
        isSure: !/@|\bmap\b/.test(statement.text),
      };
    case "nat":
      return {
        kind: "translation",
        name: statement.random ? "port at random" : "one address for each source (persistent)",
        isSure: statement.random,
      };
    case "write":
      return {
        kind: kindOf(statement.target),
        name: `${statement.target} ${statement.lowersOnly === true ? "lowered" : "set"}`,
        isSure: statement.lowersOnly === true,
      };
    default:
      return {
        kind: "translation",
        name: "text" in statement ? statement.text : statement.kind,
        isSure: false,
      };
  }
}
