import { isReadWhole } from "../audit/meaning.ts";
import type { SeenDifference } from "../audit/model.ts";
import { placeOf, placeText } from "../audit/rulePlace.ts";
import { toldRules } from "../audit/told.ts";
import type { Network } from "../inventory/model.ts";
import { runningDevice } from "../inventory/runningDevice.ts";
import { RULESET_PARTS, type Snapshot } from "../inventory/snapshot.ts";
import { alsoCutting, type Recorded } from "./also.ts";
import { findCause, mayHoldCause, proveFlows } from "./cause.ts";
import { decisiveRules } from "./decisive.ts";
import { REMOVED } from "./edits.ts";
import type { IncidentCause, ObservedDifference, Symptom, Wellness } from "./model.ts";
import type { Proofs } from "./proofs.ts";
import { ruleLines } from "./ruleLines.ts";
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
  const { network, symptoms, wellness, proofs } = question;
  /* What no ruleset has any part in is neither to blame by proof nor ruled out by it. */
  const differences = question.differences.filter(isOfRules);
  const { asked, later, harmless, notAsked } = choose({ ...question, differences });
  const records = await recordsOf(question, [...asked, ...later]);
  const observed = [...records.values()].map((record) => observe(record));
  await proveFlows(network, observed, symptoms, wellness, proofs);
  const answer = findCause(network, observed, symptoms, wellness, proofs);
  const [candidate] = answer.kind === "explained" ? answer.candidates : [];
  const first = records.get(candidate?.difference.id ?? "");
  const running = await runningOf(question);
  /* Also those that are harmless: what cuts again what is cut changes the fate of no packet. */
  const newest = await recordsOf(question, differences.slice(-MAXIMUM_EXAMINED));
  const all = new Map([...newest, ...records]);
  const cause = tellCause({
    answer,
    seen: new Map(differences.map((one) => [String(one.id), one])),
    also: first === undefined ? new Map() : await alsoOf(question, all, running, first),
    takenBack: takenBackOf(all, running),
    harmless,
    notExamined: notAsked + asked.filter(({ id }) => !records.has(String(id))).length,
    notSeen: mayHoldCause(network, symptoms, question.notSeen),
  });
  const named = cause.kind === "explained" ? all.get(cause.difference.id) : undefined;
  if (cause.kind !== "explained" || named === undefined) return cause;
  const rules = await rulesOf(question, named, cause);
  return { ...cause, rules, place: placeIn(named, rules) };
}

interface Chosen {
  /** Those that may explain something: the last ones, and what is named already. */
  readonly asked: readonly SeenDifference[];
  /** Those that came after all of it: they may have mended it. */
  readonly later: readonly SeenDifference[];
  /** Those that are proved to change the fate of no packet; the last ones. */
  readonly harmless: readonly SeenDifference[];
  /** How many more may explain something. */
  readonly notAsked: number;
}

function choose({ differences, symptoms, known }: ToExplain): Chosen {
  const newestMs = Math.max(...symptoms.map(({ sinceMs }) => sinceMs));
  const isBefore = ({ atMs, sinceMs }: SeenDifference) => (sinceMs ?? atMs) <= newestMs;
  const isHarmless = ({ meaning }: SeenDifference) => meaning === "harmless";
  const before = differences.filter(isBefore);
  const telling = before.filter((one) => !isHarmless(one));
  const named = namedBy(known);
  const asked = telling.filter(
    ({ id }, place) => telling.length - place <= MAXIMUM_EXAMINED || named.has(String(id)),
  );
  return {
    asked,
    later: differences.filter((one) => !isBefore(one)).slice(-MAXIMUM_EXAMINED),
    harmless: before.filter(isHarmless).slice(-MAXIMUM_EXAMINED),
    notAsked: telling.length - asked.length,
  };
}

function namedBy(known: IncidentCause | null): ReadonlySet<string> {
  if (known?.kind !== "explained") return new Set();
  return new Set([known, ...known.others].map(({ difference }) => difference.id));
}

function isOfRules({ parts }: SeenDifference): boolean {
  return parts.some((part) => RULESET_PARTS.includes(part));
}

/** A difference with its snapshots. */
interface Kept extends Recorded {
  readonly seen: SeenDifference;
}

type Records = ReadonlyMap<string, Kept>;

/** By id; without those of which a snapshot is not there any more. */
async function recordsOf(
  { snapshotOf }: Pick<ToExplain, "snapshotOf">,
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

function observe({ id, seen, before, after }: Kept): ObservedDifference {
  const { device, atMs, sinceMs, meaning, broken, doubtful, repaired } = seen;
  const [first, second] = [runningDevice(before), runningDevice(after)];
  return {
    id,
    device,
    /* It may have come at any time since it was last looked: as early as it can explain. */
    atMs: sinceMs ?? atMs,
    before: first.device,
    after: second.device,
    meaning,
    readWhole: { before: isReadWhole(first), after: isReadWhole(second) },
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
  all: Records,
  running: ReadonlyMap<string, Snapshot>,
  first: Kept,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const differences = [...all.values()]
    .filter(({ seen }) => isSuspect(seen.by))
    .sort((a, b) => a.seen.id - b.seen.id);
  return alsoCutting({ network, waiting, running, differences, proofs }, first);
}

/** Of a rule that went, where it stood. */
function placeIn({ before, after }: Kept, rules: readonly string[]): string | null {
  const { added, removed } = toldRules(before, after);
  const [first = ruleLines(added)[0] ?? added[0] ?? ruleLines(removed)[0] ?? removed[0]] = rules;
  if (first === undefined) return null;
  return first.startsWith(REMOVED)
    ? placeText(placeOf(first.slice(REMOVED.length), before))
    : placeText(placeOf(first, rules.length > 0 || added.length > 0 ? after : before));
}

/** The rules of a cause that do it by themselves. */
function rulesOf(
  { network, symptoms, proofs }: ToExplain,
  { before, after, ...record }: Kept,
  { explains }: Extract<IncidentCause, { kind: "explained" }>,
): Promise<readonly string[]> {
  const difference = observe({ before, after, ...record });
  const explained = symptoms.filter(({ id }) => explains.includes(id));
  return decisiveRules(network, difference, [before, after], explained, proofs);
}
