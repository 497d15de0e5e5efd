import type { MonitorFlow } from "../inventory/monitors.ts";
import type { ActiveSymptom, Sighting } from "./model.ts";

/** What hurts now, by id. */
export type Symptoms = ReadonlyMap<string, ActiveSymptom>;

/** Symptoms at once: beyond them a log in disarray would fill the memory. Told where it is reached. */
export const MAXIMUM_SYMPTOMS = 1_000;
/** Connections of one symptom that are kept. */
const MAXIMUM_FLOWS = 50;

export interface Seen {
  readonly symptoms: Symptoms;
  readonly symptom: ActiveSymptom;
  /** `again`: nothing new; `full`: there are too many, and it was not taken. */
  readonly news: "began" | "grew" | "again" | "full";
}

/** Takes one look in. */
export function see(symptoms: Symptoms, sighting: Sighting): Seen {
  const known = symptoms.get(sighting.key);
  const { key, atMs, ...rest } = sighting;
  if (known === undefined) {
    const symptom = { ...rest, id: key, sinceMs: atMs, lastMs: atMs, count: 1 };
    if (symptoms.size >= MAXIMUM_SYMPTOMS) return { symptoms, symptom, news: "full" };
    return { symptoms: new Map(symptoms).set(key, symptom), symptom, news: "began" };
  }
  const flows = joined(known.flows, sighting.flows);
  const lastMs = Math.max(known.lastMs, atMs);
  const isLouder = known.weight !== undefined && rest.weight === undefined;
  const { weight, ...base } = known;
  const worth = isLouder || weight === undefined ? {} : { weight };
  const isSaidAgain = rest.weight === "hearsay";
  const text = isLouder || isSaidAgain ? rest.text : known.text;
  const { quietMs } = rest;
  const symptom = { ...base, ...worth, text, flows, lastMs, count: known.count + 1, quietMs };
  const hasGrown = isLouder || isSaidAgain || flows.length > known.flows.length;
  const news = hasGrown ? "grew" : "again";
  return { symptoms: new Map(symptoms).set(key, symptom), symptom, news };
}

function joined(
  known: readonly MonitorFlow[],
  more: readonly MonitorFlow[],
): readonly MonitorFlow[] {
  const names = new Set(known.map(nameOf));
  const fresh = more.filter((flow) => !names.has(nameOf(flow)));
  return fresh.length === 0 ? known : [...known, ...fresh].slice(0, MAXIMUM_FLOWS);
}

function nameOf({ from, to, service }: MonitorFlow): string {
  return JSON.stringify([from, to, service]);
}

export interface Ended {
  readonly symptoms: Symptoms;
  readonly ended: readonly ActiveSymptom[];
}

/** Ends what was told to be over. */
export function over(symptoms: Symptoms, ids: readonly string[]): Ended {
  const ended = ids.flatMap((id) => symptoms.get(id) ?? []);
  if (ended.length === 0) return { symptoms, ended };
  const left = new Map(symptoms);
  for (const { id } of ended) left.delete(id);
  return { symptoms: left, ended };
}

/** Milliseconds in which a watcher that began anew sees again what it alone could end. */
export const DOUBTED_MS = 120_000;

/** Ends what is of none of these monitors; what only a watcher of before could end falls silent by itself. */
export function beginAnew(symptoms: Symptoms, monitors: ReadonlySet<string>, nowMs: number): Ended {
  const doubted = [...symptoms].map(([id, one]): [string, ActiveSymptom] => [
    id,
    one.quietMs === null ? { ...one, quietMs: DOUBTED_MS, lastMs: nowMs } : one,
  ]);
  const gone = [...symptoms.values()].filter(({ monitor }) => !monitors.has(monitor));
  return over(
    new Map(doubted),
    gone.map(({ id }) => id),
  );
}

/**
 * Ends what has been silent for long enough, while its monitor was seeing: one that is blind hears nothing,
 * whatever still hurts. `seeingSince` has the monitors that see now.
 */
export function expire(
  symptoms: Symptoms,
  seeingSince: ReadonlyMap<string, number>,
  nowMs: number,
): Ended {
  const silent = [...symptoms.values()].filter(({ monitor, quietMs, lastMs }) => {
    const sinceMs = seeingSince.get(monitor);
    if (quietMs === null || sinceMs === undefined) return false;
    return nowMs - Math.max(lastMs, sinceMs) > quietMs;
  });
  return over(
    symptoms,
    silent.map(({ id }) => id),
  );
}
