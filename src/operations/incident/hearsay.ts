import { isEvidence } from "./evidence.ts";
import type { Incident, Symptom } from "./model.ts";

/** Whether people say it, who go on saying it when it is over. */
export function isHearsay({ weight }: Pick<Symptom, "weight">): boolean {
  return weight === "hearsay";
}

/**
 * Whether it tells of what premortem knew before: it ends with that. What people said first stands for itself,
 * whatever else comes and goes.
 */
export function isEcho({ symptoms, beganMs }: Incident, symptom: Symptom): boolean {
  return (
    isHearsay(symptom) &&
    symptom.sinceMs > beganMs &&
    symptoms.some((one) => !isEvidence(one) && !isHearsay(one))
  );
}
