import { type Refusal, refuse } from "../../platform/refusal.ts";
import type { DrillAction } from "./actions.ts";
import type { DrillRun } from "./model.ts";
import { LONGEST_MS } from "./play/play.ts";

/** How much faster than on the wall time goes by in a run by the clock. */
const CLOCK_FACTOR = 60;
/** Actions of one run. */
export const MAXIMUM_ENTRIES = 400;

/** When it is, in the simulation of a run. */
export function momentOf({ drill, pace, entries, begunMs }: DrillRun, wallMs: number): number {
  const last = entries.at(-1);
  const lastMs = last?.endMs ?? drill.beginsMs;
  if (pace === "steps") return lastMs;
  const passedMs = Math.max(0, wallMs - (last?.wallMs ?? begunMs)) * CLOCK_FACTOR;
  return Math.min(drill.beginsMs + LONGEST_MS, lastMs + passedMs);
}

/** Why an action may not be done in a run now. */
export function refuseAction(run: DrillRun, _action: DrillAction): Refusal | null {
  if (run.debrief !== null) return refuse("this run is over", "begin another one");
  if (run.entries.length >= MAXIMUM_ENTRIES)
    return refuse(`a run has ${MAXIMUM_ENTRIES} actions at most`, "begin another one");
  return null;
}
