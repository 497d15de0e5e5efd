import { FALSE, type Node } from "../bdd/index.ts";
import type { Decider, Ending, RuleVisit } from "../compile/index.ts";
import type { Hook } from "../device/device.ts";
import type { Statement } from "../device/statement.ts";
import type { Alteration, Altered } from "./alteration.ts";
import type { ComparedPath } from "./comparePath.ts";
import { changesOf } from "./effects.ts";
import type { Differing } from "./endingPairs.ts";
import { kindOf } from "./finalFields.ts";
import { type Side, walkSide } from "./side.ts";

/** Packets of one pair of endings, with what becomes of them beside the verdict. */
export interface ToldPair extends Differing {
  /** Empty: the verdict is another one. */
  readonly alterations: readonly Alteration[];
  /** False: something without a model is done on one side only, or it hangs on what an earlier packet left. */
  readonly isSure: boolean;
}

export function asUnaltered(differing: Differing): ToldPair {
  return { ...differing, alterations: [], isSure: true };
}

/**
 * Packets with one verdict that are altered otherwise; on each side by the rule that alters them, else by what
 * decides some of them.
 */
export function alteredPairs(compared: ComparedPath): readonly ToldPair[] {
  const { analysis, before, after, alterations, alike } = compared;
  const { arena } = analysis;
  const { altered } = alterations;
  if (altered.length === 0) return [];
  const all = altered.reduce<Node>((sum, { packets }) => arena.or(sum, packets), FALSE);
  const alterersBefore = alterersOn(compared, before, all);
  const alterersAfter = alterersOn(compared, after, all);
  return altered.map((one) => {
    const { packets, fate, alterations: told, isSure } = one;
    const decided = alike.find((pair) => arena.intersects(pair.packets, packets));
    const endOf = (alterers: readonly Alterer[], otherwise: Decider | null): Ending => ({
      fate,
      packets,
      by: alterers.find((alterer) => alters(compared, alterer, one))?.by ?? otherwise,
    });
    return {
      packets,
      alterations: told,
      isSure,
      before: endOf(alterersBefore, decided?.before.by ?? null),
      after: endOf(alterersAfter, decided?.after.by ?? null),
    };
  });
}

/** A rule that changes some packets. */
interface Alterer {
  readonly by: Decider;
  readonly changes: (alteration: Alteration) => boolean;
  readonly packets: Node;
}

function alters(
  { analysis }: ComparedPath,
  { changes, packets: hit }: Alterer,
  { packets, alterations }: Altered,
): boolean {
  return alterations.some(changes) && analysis.arena.intersects(hit, packets);
}

/** The last one first: what it writes is what is left. */
function alterersOn({ analysis }: ComparedPath, side: Side, packets: Node): readonly Alterer[] {
  const found: Alterer[] = [];
  walkSide(analysis, side, packets, ({ rule, table, chain, hook, run }: RuleVisit) => {
    const statements = changesOf(rule);
    if (statements.length === 0 || run.hit === FALSE) return;
    const by = { kind: "rule", rule, table, chain } as const;
    const changes = (alteration: Alteration) =>
      statements.some((statement) => isChange(statement, hook, alteration));
    found.push({ by, changes, packets: run.hit });
  });
  return found.reverse();
}

/** NAT changes destinations where packets come from, and sources where they go to. */
function isChange(statement: Statement, hook: Hook, { kind, what }: Alteration): boolean {
  if (statement.kind === "nat")
    return what.startsWith(/^(prerouting|output)$/.test(hook) ? "destination" : "source");
  if (statement.kind === "write") return kindOf(statement.target) === kind;
  return (
    (/^(notrack|ctObject|flowOffload)$/.test(statement.kind) ? "tracking" : "translation") === kind
  );
}
