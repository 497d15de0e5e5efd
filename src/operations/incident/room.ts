import type { IncidentSymptom, Symptom } from "./model.ts";

/** Symptoms of one incident: a storm must not fill the store. */
export const MAXIMUM_SYMPTOMS = 200;

/** What is proved, or was asked by us, is worth most; what may be anything, least. */
function worthOf({ id, intent, weight }: Symptom): 0 | 1 | 2 {
  if (intent !== null || id.startsWith("probe/")) return 2;
  return weight === undefined ? 1 : 0;
}

/**
 * The symptoms among which another one has its place: all of them, or without one that is worth no more and is
 * over, or one that is worth less. Null: all of them are worth more.
 */
export function withRoomFor(
  symptoms: readonly IncidentSymptom[],
  symptom: Symptom,
): readonly IncidentSymptom[] | null {
  if (symptoms.length < MAXIMUM_SYMPTOMS) return symptoms;
  const worth = worthOf(symptom);
  const [oldest] = symptoms
    .flatMap((one) => (one.endedMs === null || worthOf(one) > worth ? [] : [one]))
    .sort((a, b) => (a.endedMs ?? 0) - (b.endedMs ?? 0));
  const [vaguest] = symptoms
    .filter((one) => worthOf(one) < worth)
    .sort((a, b) => worthOf(a) - worthOf(b) || a.sinceMs - b.sinceMs);
  const leaving = oldest ?? vaguest;
  return leaving === undefined ? null : symptoms.filter((one) => one !== leaving);
}
