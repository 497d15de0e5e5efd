import { setImmediate } from "node:timers/promises";
import { type Loss, lossesOf } from "../../engine/diff/losses.ts";
import type { IntentAnswer } from "../../engine/intents/model.ts";
import type { Network } from "../inventory/model.ts";
import { type Asked, askFlow, mayStandBetween, statusOn } from "./asked.ts";
import type {
  Candidate,
  CauseAnswer,
  ObservedDifference,
  Symptom,
  SymptomFlow,
  Tie,
  Wellness,
} from "./model.ts";
import { Proofs } from "./proofs.ts";

/**
 * Which of the differences explains the symptoms: each is asked what it breaks, on the model. It is
 * ranked by symptoms explained, then contradictions, then how shortly before the symptoms it came.
 * A difference that comes after a symptom does not explain it.
 */
export function findCause(
  network: Network,
  differences: readonly ObservedDifference[],
  symptoms: readonly Symptom[],
  wellness: readonly Wellness[],
  proofs = new Proofs(),
): CauseAnswer {
  const speaking = speakingOf(symptoms);
  const question = { network, differences, symptoms: speaking, wellness, proofs };
  const judged = differences.map((difference) => judge(question, difference));
  const began = Math.min(...symptoms.map(({ sinceMs }) => sinceMs));
  const candidates = judged
    .filter(({ explained, unknown }) => explained.length + unknown.length > 0)
    .sort((a, b) => compare(a, b, began));
  const explained = new Set(candidates.flatMap((candidate) => candidate.explained));
  const [first] = candidates;
  return {
    kind: first === undefined ? "notByRules" : first.explained.length > 0 ? "explained" : "unclear",
    candidates,
    /* What came after all of it was not asked, and is not proved to be harmless. */
    ruledOut: judged
      .filter((one) => one.explained.length + one.unknown.length === 0)
      .map(({ difference }) => difference)
      .filter(({ atMs }) => speaking.some(({ sinceMs }) => atMs <= sinceMs)),
    unexplained: symptoms.map(({ id }) => id).filter((id) => !explained.has(id)),
  };
}

/**
 * What is vague by its nature (complaints, fewer mails) points at no rule: it counts where nothing else does.
 * What speaks of connections that nobody could name is not vague: any rule may have cut them.
 */
function speakingOf(symptoms: readonly Symptom[]): readonly Symptom[] {
  const isVague = ({ weight }: Symptom) => weight === "vague" || weight === "hint";
  const speaking = symptoms.filter(
    (one) => one.flows.length > 0 || one.intent !== null || !isVague(one),
  );
  return speaking.length > 0 ? speaking : symptoms;
}

/** Of these devices those whose rules may be the cause; all of them where it is not known who stands between. */
export function mayHoldCause(
  network: Network,
  symptoms: readonly Symptom[],
  devices: readonly string[],
): readonly string[] {
  return devices.filter((device) =>
    speakingOf(symptoms).some(({ flows, intent }) => {
      if (intent !== null) return intent.device === device;
      return flows.length === 0 || flows.some((flow) => mayStandBetween(network, device, flow));
    }),
  );
}

/**
 * Proves ahead what `findCause` is going to ask, and lets others have their turn in between: a proof takes
 * tens of milliseconds, and a device that is being applied to cannot wait for hundreds of them.
 */
export async function proveFlows(
  network: Network,
  differences: readonly ObservedDifference[],
  symptoms: readonly Symptom[],
  proofs: Proofs,
): Promise<void> {
  for (const difference of differences)
    for (const flow of symptoms.flatMap(({ flows }) => flows)) {
      breaksFlow(network, difference, flow, proofs);
      await setImmediate();
    }
}

function compare(a: Candidate, b: Candidate, began: number): number {
  return (
    b.explained.length - a.explained.length ||
    a.contradicted.length - b.contradicted.length ||
    b.unknown.length - a.unknown.length ||
    Math.abs(began - a.difference.atMs) - Math.abs(began - b.difference.atMs)
  );
}

interface Question {
  readonly network: Network;
  readonly differences: readonly ObservedDifference[];
  readonly symptoms: readonly Symptom[];
  readonly wellness: readonly Wellness[];
  readonly proofs: Proofs;
}

function judge(question: Question, difference: ObservedDifference): Candidate {
  const { symptoms } = question;
  const ties = symptoms.map((symptom) => ({
    id: symptom.id,
    tie: tieOf(question, difference, symptom),
  }));
  const idsOf = (wanted: Tie) => ties.filter(({ tie }) => tie === wanted).map(({ id }) => id);
  const [explained, unknown] = [idsOf("explained"), idsOf("unknown")];
  const isCandidate = explained.length + unknown.length > 0;
  return {
    difference,
    explained,
    unknown,
    contradicted: isCandidate
      ? question.wellness.filter((well) => contradicts(question, difference, well))
      : [],
  };
}

/** Whether a connection worked that was cut all the time: once a difference is taken back it is not. */
function contradicts(
  { network, differences, proofs }: Question,
  difference: ObservedDifference,
  well: Wellness,
): boolean {
  if (well.atMs <= difference.atMs) return false;
  if (breaksFlow(network, difference, well, proofs) !== "explained") return false;
  return differences
    .filter(({ device, atMs }) => device === difference.device && atMs > difference.atMs)
    .filter(({ atMs }) => atMs <= well.endMs)
    .every((later) => statusOf(network, later, "after", well, proofs) === "broken");
}

function tieOf(question: Question, difference: ObservedDifference, symptom: Symptom): Tie {
  const { flows, sinceMs, intent } = symptom;
  if (difference.atMs > sinceMs) return "notExplained";
  const since = question.differences.filter(
    ({ device, atMs }) => device === difference.device && atMs > difference.atMs && atMs <= sinceMs,
  );
  if (intent !== null) {
    if (difference.device !== intent.device) return "notExplained";
    if (since.some(({ repaired }) => repaired.includes(intent.id))) return "notExplained";
    if (difference.broken.includes(intent.id)) return "explained";
    return difference.doubtful.includes(intent.id) ? "unknown" : "notExplained";
  }
  if (flows.length === 0) return "unknown";
  const ties = flows.map((flow) => stillBreaks(question, difference, since, flow));
  if (ties.includes("explained")) return "explained";
  return ties.includes("unknown") ? "unknown" : "notExplained";
}

/** What was taken back before a symptom began did not cause it. */
function stillBreaks(
  { network, proofs }: Question,
  difference: ObservedDifference,
  since: readonly ObservedDifference[],
  flow: SymptomFlow,
): Tie {
  const tie = breaksFlow(network, difference, flow, proofs);
  if (tie === "notExplained") return tie;
  const isMended = since.some(
    (later) =>
      statusOf(network, later, "before", flow, proofs) === "broken" &&
      statusOf(network, later, "after", flow, proofs) === "holds",
  );
  return isMended ? "notExplained" : tie;
}

/** Whether connections that were possible are so no more. */
function breaksFlow(
  network: Network,
  difference: ObservedDifference,
  flow: SymptomFlow,
  proofs: Proofs,
): Tie {
  const asked = askFlow(network, difference.device, flow);
  if (asked.kind !== "asked") return asked.kind === "notAsked" ? "notExplained" : "unknown";
  const after = statusOn(network, difference.after, asked, proofs);
  if (after === "holds") return "notExplained";
  const before = statusOn(network, difference.before, asked, proofs);
  if (after === "broken" && before !== "broken") return "explained";
  return before === "holds" ? "unknown" : LOST[lossOf(network, difference, asked, proofs)];
}

const LOST = { none: "notExplained", some: "explained", unknown: "unknown" } as const;

/** Of what does not hold on either side: whether connections got through before that do not after. */
function lossOf(
  network: Network,
  { before, after }: ObservedDifference,
  { key, intent }: Extract<Asked, { kind: "asked" }>,
  proofs: Proofs,
): Loss {
  const prove = () => lossesOf(before, after, [intent])[0] ?? "unknown";
  return proofs.loss(network, [before, after], key, prove);
}

/** Null: this device has no say, or it is not known whether it has. */
function statusOf(
  network: Network,
  difference: ObservedDifference,
  side: "before" | "after",
  flow: SymptomFlow,
  proofs: Proofs,
): IntentAnswer["status"] | null {
  const asked = askFlow(network, difference.device, flow);
  return asked.kind === "asked" ? statusOn(network, difference[side], asked, proofs) : null;
}
