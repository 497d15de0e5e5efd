import type { CheckedIntent } from "../../../src/engine/answer/check.ts";
import { inside } from "../processes.ts";
import { fatalRule, type RulePosition } from "../ruleset.ts";
import { approve, type Proof, proposeFatal } from "./changes.ts";
import type { Rig } from "./rig.ts";

/** A change that is not let through. */
export interface GateResult {
  readonly kind: "gate";
  readonly position: RulePosition;
  readonly provedMs: number;
  /** Source line of the rule that breaks most of what is broken, with its text. */
  readonly rule: string | null;
  readonly broken: readonly string[];
  /** What was said to who wanted to apply it, although it was approved; null: it was let through. */
  readonly refusal: string | null;
  readonly problems: readonly string[];
}

/** The rule comes as a change of the source file: it is proved, approved by mistake, and refused. */
export async function gate(rig: Rig, position: RulePosition): Promise<GateResult> {
  const { lab, server } = rig;
  const before = await rulesetOf(rig);
  const { change, proof, provedMs } = await proposeFatal(rig, position);
  await approve(rig, change);
  const answer = await server.tryAsk("ana", "POST", `/v1/changes/${change.id}/apply`, {});
  await server.tryAsk("ana", "POST", `/v1/changes/${change.id}/withdraw`);
  const rule = decidingRule(proof);
  const broken = proof.broken.filter(({ critical }) => critical).map(({ id }) => id);
  const refusal = answer.kind === "refused" ? answer.message : null;
  const isNamed = rule?.includes(fatalRule(lab.plan, position)) === true;
  const isTold = broken.length > 0 && broken.every((id) => refusal?.includes(id) === true);
  return {
    kind: "gate",
    position,
    provedMs,
    rule,
    broken,
    refusal,
    problems: [
      ...(isNamed ? [] : [`it names ${rule ?? "no rule"}`]),
      ...(isTold ? [] : [`it was not refused for what it breaks: ${refusal ?? "let through"}`]),
      ...(before === (await rulesetOf(rig)) ? [] : ["something was loaded"]),
    ],
  };
}

function rulesetOf({ lab }: Rig): Promise<string> {
  return inside(lab, "firewall", ["nft", "-s", "list", "ruleset"]);
}

/** The rule that decides the first of the broken intents. */
function decidingRule({ broken }: Proof): string | null {
  const [first] = broken.flatMap(placeOf);
  return first ?? null;
}

function placeOf({ by }: CheckedIntent): readonly string[] {
  if (by === null || !("rule" in by)) return [];
  const { file, line, text } = by.rule;
  return [`${file}:${line}  ${text}`];
}
