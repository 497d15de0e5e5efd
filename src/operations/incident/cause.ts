import { setImmediate } from "node:timers/promises";
import type { Network } from "../inventory/model.ts";
import { askSymptom, mayStandBetween } from "./asked.ts";
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
import {
  asFarAsProved,
  breaksFlow,
  flowStatus,
  isProvedToBreak,
  type Judged,
  NOT_EXPLAINED,
} from "./ties.ts";

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
  const isVague = ({ weight }: Symptom) => weight !== undefined && weight !== "evidence";
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
  wellness: readonly Wellness[],
  proofs: Proofs,
): Promise<void> {
  const speaking = speakingOf(symptoms);
  const question = { network, differences, symptoms: speaking, wellness, proofs };
  for (const difference of differences) {
    let isCandidate = false;
    for (const symptom of speaking) {
      for (const part of partsOf(symptom)) {
        tieOf(question, difference, part);
        await setImmediate();
      }
      isCandidate ||= tieOf(question, difference, symptom).tie !== "notExplained";
    }
    for (const well of isCandidate ? wellness : []) {
      contradicts(question, difference, well);
      await setImmediate();
    }
  }
}

/** What is proved of it one by one. */
function partsOf(symptom: Symptom): readonly Symptom[] {
  const { flows, intent } = symptom;
  return intent === null ? flows.map((flow) => ({ ...symptom, flows: [flow] })) : [symptom];
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
  const judged = question.symptoms.map((symptom) => ({
    id: symptom.id,
    ...tieOf(question, difference, symptom),
  }));
  const idsOf = (wanted: Tie) => judged.filter(({ tie }) => tie === wanted).map(({ id }) => id);
  const [explained, unknown] = [idsOf("explained"), idsOf("unknown")];
  const isCandidate = explained.length + unknown.length > 0;
  return {
    difference,
    explained,
    unknown,
    reasons: [...new Set(judged.flatMap(({ reasons }) => reasons))],
    contradicted: isCandidate
      ? question.wellness.filter((well) => contradicts(question, difference, well))
      : [],
  };
}

/**
 * Whether a connection worked that was cut all the time: once a difference is taken back it is not. What came
 * later is asked first, since it costs least: most differences of a week are over.
 */
function contradicts(
  { network, differences, proofs }: Question,
  difference: ObservedDifference,
  well: Wellness,
): boolean {
  if (well.atMs <= difference.atMs) return false;
  return (
    differences
      .filter(({ device, atMs }) => device === difference.device && atMs > difference.atMs)
      .filter(({ atMs }) => atMs <= well.endMs)
      .every((later) => flowStatus(network, later, "after", well, proofs) === "broken") &&
    isProvedToBreak(network, difference, well, proofs)
  );
}

function tieOf(question: Question, difference: ObservedDifference, symptom: Symptom): Judged {
  const { flows, sinceMs, intent } = symptom;
  if (difference.atMs > sinceMs || difference.meaning === "harmless") return NOT_EXPLAINED;
  const beganMs = symptom.earliestMs ?? sinceMs;
  const since = question.differences.filter(
    ({ device, atMs }) => device === difference.device && atMs > difference.atMs && atMs <= beganMs,
  );
  if (intent !== null) return intentTie(question, difference, since, symptom);
  if (flows.length === 0) return { tie: "unknown", reasons: [] };
  const judged = flows.map((flow) => stillBreaks(question, difference, since, flow));
  const likeliest = (["explained", "unknown"] as const).find((wanted) =>
    judged.some(({ tie }) => tie === wanted),
  );
  if (likeliest === undefined) return NOT_EXPLAINED;
  const reasons = judged.filter(({ tie }) => tie === likeliest).flatMap((one) => one.reasons);
  return { tie: likeliest, reasons };
}

/** Of an intent it was proved when the difference was seen. */
function intentTie(
  { network, proofs }: Question,
  difference: ObservedDifference,
  since: readonly ObservedDifference[],
  { intent, flows }: Symptom,
): Judged {
  const [asked] = askSymptom(network, difference.device, { intent, flows });
  const id = intent?.id ?? "";
  if (asked === undefined || asked.kind === "notAsked") return NOT_EXPLAINED;
  if (since.some(({ repaired }) => repaired.includes(id))) return NOT_EXPLAINED;
  const tie = difference.broken.includes(id)
    ? "explained"
    : difference.doubtful.includes(id)
      ? "unknown"
      : "notExplained";
  if (asked.kind === "notPlanned") return { tie, reasons: [] };
  return asFarAsProved(network, difference, asked, tie, proofs);
}

/** What was taken back before a symptom began did not cause it; that is asked first, since it costs least. */
function stillBreaks(
  { network, proofs }: Question,
  difference: ObservedDifference,
  since: readonly ObservedDifference[],
  flow: SymptomFlow,
): Judged {
  const isMended = since.some(
    (later) =>
      flowStatus(network, later, "before", flow, proofs) === "broken" &&
      flowStatus(network, later, "after", flow, proofs) === "holds",
  );
  if (isMended) return NOT_EXPLAINED;
  const judged = breaksFlow(network, difference, flow, proofs);
  const last = since.at(-1);
  if (judged.tie !== "unknown" || last === undefined) return judged;
  /* Of what could not be proved nothing may be left by then. */
  const readWhole = { before: difference.readWhole.before, after: last.readWhole.after };
  const until = { ...difference, after: last.after, meaning: "unclear", readWhole } as const;
  return breaksFlow(network, until, flow, proofs).tie === "notExplained" ? NOT_EXPLAINED : judged;
}
