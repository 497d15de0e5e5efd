import type { DiffAnswer, DiffClass, DiffIntent } from "../../engine/answer/diff.ts";
import { isKept } from "../../engine/intents/model.ts";
import { shown } from "../formats/text/style.ts";
import { mendOf } from "../mend.ts";
import { type Fact, fingerprintOf, type Place, type Result, type RuleWords } from "../result.ts";

/* What a difference does to what the network file promises: what breaks comes first. */

const BREAKS: RuleWords = {
  id: "diff/breaks",
  title: "BREAKS",
  explanation: "What the network file promises is kept before, and is not any more.",
};
const MAY_BREAK: RuleWords = {
  id: "diff/may-break",
  title: "MAY BREAK",
  explanation: "Whether what the network file promises is still kept could not be proved.",
};
const BROKEN: RuleWords = {
  id: "diff/broken-already",
  title: "BROKEN ALREADY",
  explanation: "What the network file promises is not kept before, nor after.",
};
const MENDS: RuleWords = {
  id: "diff/mends",
  title: "MENDS",
  explanation: "What the network file promises is kept again.",
};

/** Promises whose answer is another one than before, or that are broken; the worst first. */
export function promiseResults(
  { intents, classes, repairs }: DiffAnswer,
  placeOf: (one: DiffClass) => Place,
): readonly Result[] {
  const meant = intents.filter(({ before, after }) => before !== after || after === "broken");
  const results = meant.map((intent): Result => {
    const rule = ruleOf(intent);
    const hits = classes.filter((one) => one.intents.broken.includes(intent.id));
    /* Of a connection the first packet says most. */
    const hit = hits.find(({ states }) => states.includes("new")) ?? hits[0];
    const mend = mendOf(intent.id, repairs);
    return {
      rule,
      ...standingOf(rule),
      subject: shown(`${intent.id}: ${intent.before} → ${intent.after}`),
      facts: [...packetFacts(hit), ...reasonFacts(intent), ...mend.facts],
      place: hit === undefined ? null : placeOf(hit),
      related: [],
      help: helpOf(rule, mend.facts.length > 0),
      ...(mend.fix === undefined ? {} : { fix: mend.fix }),
      fingerprint: fingerprintOf(rule.id, intent.id),
    };
  });
  return ORDER.flatMap((rule) => results.filter((result) => result.rule === rule));
}

const ORDER: readonly RuleWords[] = [BREAKS, MAY_BREAK, BROKEN, MENDS];

function ruleOf({ before, after }: DiffIntent): RuleWords {
  if (after === "broken") return before === "broken" ? BROKEN : BREAKS;
  return isKept(after) && !isKept(before) ? MENDS : MAY_BREAK;
}

function standingOf(rule: RuleWords): Pick<Result, "outcome" | "level"> {
  if (rule === MENDS) return { outcome: "pass", level: "note" };
  if (rule === MAY_BREAK) return { outcome: "undecided", level: "warning" };
  return { outcome: "fail", level: rule === BREAKS ? "error" : "warning" };
}

function packetFacts(hit: DiffClass | undefined): readonly Fact[] {
  return hit === undefined ? [] : [{ label: "packet", text: shown(hit.example) }];
}

function reasonFacts({ reasons }: DiffIntent): readonly Fact[] {
  return reasons.length === 0 ? [] : [{ label: "because", text: shown(reasons.join("; ")) }];
}

function helpOf(rule: RuleWords, isMended: boolean): string {
  if (rule === MENDS) return "";
  if (isMended)
    return "make the edit, which was tried and judged with all intents, and compare again";
  if (rule === MAY_BREAK) return "settle what it depends on, or ask its owner";
  return "take the change back, or ask the owner of the intent";
}
