import type { SeenDifference } from "../audit/model.ts";
import { whoText } from "../audit/who.ts";
import type { Network } from "../inventory/model.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import { findCause, mayHoldCause, proveFlows } from "./cause.ts";
import { decisiveRules } from "./decisive.ts";
import type {
  CauseAnswer,
  IncidentCause,
  ObservedDifference,
  Symptom,
  SymptomFlow,
  ToldDifference,
  Wellness,
} from "./model.ts";
import type { Proofs } from "./proofs.ts";

/** Differences that are asked what they break: the last ones; each costs two compilations. */
export const MAXIMUM_EXAMINED = 40;

export interface ToExplain {
  readonly network: Network;
  readonly differences: readonly SeenDifference[];
  readonly symptoms: readonly Symptom[];
  readonly wellness: readonly Wellness[];
  /** Devices that are not watched now: what changed there is among no differences. */
  readonly notSeen: readonly string[];
  readonly snapshotOf: (hash: string) => Promise<Snapshot | null>;
  readonly proofs: Proofs;
}

/** Which of the differences explains the symptoms, as it is told. */
export async function explain(question: ToExplain): Promise<IncidentCause> {
  const examined = question.differences.slice(-MAXIMUM_EXAMINED);
  const observed: ObservedDifference[] = [];
  for (const difference of examined) {
    const one = await observe(difference, question);
    if (one !== null) observed.push(one);
  }
  const { network, symptoms, wellness, proofs } = question;
  await proveFlows(network, observed, symptoms, proofs);
  const answer = findCause(network, observed, symptoms, wellness, proofs);
  const seen = new Map(examined.map((one) => [String(one.id), one]));
  const left: NotAsked = {
    notExamined: question.differences.length - observed.length,
    notSeen: mayHoldCause(network, symptoms, question.notSeen),
  };
  const cause = tell(answer, seen, left);
  return cause.kind === "explained"
    ? { ...cause, rules: await rulesOf(question, answer, seen) }
    : cause;
}

/** The rules of the first candidate that do it by themselves. */
async function rulesOf(
  { network, symptoms, snapshotOf, proofs }: ToExplain,
  { candidates }: CauseAnswer,
  seen: ReadonlyMap<string, SeenDifference>,
): Promise<readonly string[]> {
  const [first] = candidates;
  const difference = first === undefined ? undefined : seen.get(first.difference.id);
  if (first === undefined || difference === undefined) return [];
  const before = await snapshotOf(difference.before);
  const after = await snapshotOf(difference.after);
  if (before === null || after === null) return [];
  const explained = symptoms.filter(({ id }) => first.explained.includes(id));
  return decisiveRules(network, first.difference, [before, after], explained, proofs);
}

/** Null: a snapshot of it is not there any more. */
async function observe(
  { id, device, atMs, sinceMs, before, after, broken, doubtful, repaired }: SeenDifference,
  { snapshotOf, proofs }: ToExplain,
): Promise<ObservedDifference | null> {
  const [first, second] = [await snapshotOf(before), await snapshotOf(after)];
  if (first === null || second === null) return null;
  return {
    id: String(id),
    device,
    /* It may have come at any time since it was last looked: as early as it can explain. */
    atMs: sinceMs ?? atMs,
    before: proofs.deviceOf(first),
    after: proofs.deviceOf(second),
    broken,
    doubtful,
    repaired,
  };
}

/** What an answer does not speak of. */
interface NotAsked {
  readonly notExamined: number;
  readonly notSeen: readonly string[];
}

function tell(
  answer: CauseAnswer,
  seen: ReadonlyMap<string, SeenDifference>,
  { notExamined, notSeen }: NotAsked,
): IncidentCause {
  const told = ({ id }: ObservedDifference): readonly ToldDifference[] => {
    const one = seen.get(id);
    return one === undefined ? [] : [toldDifference(one)];
  };
  /* What we took back ourselves is no suspect. */
  const isSuspect = ({ id }: ObservedDifference) => {
    const by = seen.get(id)?.by.kind;
    return by !== "undo" && by !== "revert";
  };
  const ruledOut = answer.ruledOut.filter(isSuspect).flatMap(told);
  const [first] = answer.candidates;
  const [difference] = first === undefined ? [] : told(first.difference);
  if (answer.kind === "explained" && first !== undefined && difference !== undefined)
    return {
      kind: "explained",
      difference,
      rules: [],
      explains: first.explained,
      unexplained: answer.unexplained,
      contradicted: first.contradicted.map(flowText),
      ruledOut,
      notExamined,
    };
  if (answer.kind === "notByRules" && notExamined + notSeen.length === 0)
    return { kind: "notByRules", ruledOut };
  const candidates = answer.candidates.flatMap((one) => told(one.difference));
  return { kind: "unclear", candidates, ruledOut, notExamined, notSeen };
}

function toldDifference(seen: SeenDifference): ToldDifference {
  const { id, device, atMs, sinceMs, added, removed, by } = seen;
  return {
    id: String(id),
    device,
    atMs,
    sinceMs,
    added,
    removed,
    by: whoText(by),
    change: by.kind === "change" ? by.change : null,
  };
}

/** `mail-servers → internet, smtp`. */
export function flowText({ from, to, service }: SymptomFlow): string {
  return `${from} → ${to}, ${service}`;
}
