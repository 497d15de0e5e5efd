import type { SeenDifference } from "../audit/model.ts";
import type { Network } from "../inventory/model.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import { alsoCutting, type Recorded } from "./also.ts";
import { findCause, mayHoldCause, proveFlows } from "./cause.ts";
import { decisiveRules } from "./decisive.ts";
import type { IncidentCause, ObservedDifference, Symptom, Wellness } from "./model.ts";
import type { Proofs } from "./proofs.ts";
import { takeBack } from "./running.ts";
import { isSuspect, tellCause } from "./tell.ts";

/** Differences that are asked what they break: the last ones; each costs two compilations. */
export const MAXIMUM_EXAMINED = 40;

export interface ToExplain {
  readonly network: Network;
  readonly differences: readonly SeenDifference[];
  readonly symptoms: readonly Symptom[];
  /** Of these what hurts still. */
  readonly waiting: readonly Symptom[];
  readonly wellness: readonly Wellness[];
  /** Devices that are not watched now: what changed there is among no differences. */
  readonly notSeen: readonly string[];
  /** What was found before: what is named stays asked about, however much comes after it. */
  readonly known: IncidentCause | null;
  readonly snapshotOf: (hash: string) => Promise<Snapshot | null>;
  readonly proofs: Proofs;
}

/** Which of the differences explains the symptoms, as it is told. */
export async function explain(question: ToExplain): Promise<IncidentCause> {
  const { network, symptoms, wellness, proofs, differences } = question;
  const asked = differences.slice(-MAXIMUM_EXAMINED);
  const records = await recordsOf(question, asked);
  const observed = [...records.values()].map((record) => observe(record, proofs));
  await proveFlows(network, observed, symptoms, proofs);
  const answer = findCause(network, observed, symptoms, wellness, proofs);
  const [candidate] = answer.kind === "explained" ? answer.candidates : [];
  const first = records.get(candidate?.difference.id ?? "");
  const running = await runningOf(question);
  const cause = tellCause({
    answer,
    seen: new Map(differences.map((one) => [String(one.id), one])),
    also: first === undefined ? new Map() : await alsoOf(question, records, running, first),
    takenBack: takenBackOf(records, running),
    harmless: [],
    notExamined: differences.length - records.size,
    notSeen: mayHoldCause(network, symptoms, question.notSeen),
  });
  if (cause.kind !== "explained") return cause;
  const named = records.get(cause.difference.id);
  return named === undefined ? cause : { ...cause, rules: await rulesOf(question, named, cause) };
}

/** A difference with its snapshots. */
interface Kept extends Recorded {
  readonly seen: SeenDifference;
}

type Records = ReadonlyMap<string, Kept>;

/** By id; without those of which a snapshot is not there any more. */
async function recordsOf(
  { snapshotOf }: ToExplain,
  differences: readonly SeenDifference[],
): Promise<Records> {
  const records = new Map<string, Kept>();
  for (const seen of differences) {
    const [before, after] = [await snapshotOf(seen.before), await snapshotOf(seen.after)];
    if (before === null || after === null) continue;
    const id = String(seen.id);
    records.set(id, { id, device: seen.device, before, after, seen });
  }
  return records;
}

function observe({ id, seen, before, after }: Kept, proofs: Proofs): ObservedDifference {
  const { device, atMs, sinceMs, broken, doubtful, repaired } = seen;
  return {
    id,
    device,
    /* It may have come at any time since it was last looked: as early as it can explain. */
    atMs: sinceMs ?? atMs,
    before: proofs.read(before).device,
    after: proofs.read(after).device,
    broken,
    doubtful,
    repaired,
  };
}

/** What each device runs, as far as its differences tell. */
async function runningOf({
  differences,
  snapshotOf,
}: ToExplain): Promise<ReadonlyMap<string, Snapshot>> {
  const running = new Map<string, Snapshot>();
  const last = new Map(differences.map(({ device, after }) => [device, after]));
  for (const [device, after] of last) {
    const snapshot = await snapshotOf(after);
    if (snapshot !== null) running.set(device, snapshot);
  }
  return running;
}

function takenBackOf(
  records: Records,
  running: ReadonlyMap<string, Snapshot>,
): ReadonlySet<string> {
  const isGone = (record: Kept) => {
    const now = running.get(record.device);
    return now !== undefined && takeBack(record, now).kind === "gone";
  };
  return new Set([...records.values()].filter(isGone).map(({ id }) => id));
}

function alsoOf(
  { network, waiting, proofs }: ToExplain,
  records: Records,
  running: ReadonlyMap<string, Snapshot>,
  first: Kept,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const differences = [...records.values()].filter(({ seen }) => isSuspect(seen.by));
  return alsoCutting({ network, waiting, running, differences, proofs }, first);
}

/** The rules of a cause that do it by themselves. */
function rulesOf(
  { network, symptoms, proofs }: ToExplain,
  { before, after, ...record }: Kept,
  { explains }: Extract<IncidentCause, { kind: "explained" }>,
): Promise<readonly string[]> {
  const difference = observe({ before, after, ...record }, proofs);
  const explained = symptoms.filter(({ id }) => explains.includes(id));
  return decisiveRules(network, difference, [before, after], explained, proofs);
}
