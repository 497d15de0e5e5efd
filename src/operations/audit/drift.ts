import type { DriftState } from "./model.ts";

/**
 * Whether a drift breaks an intent no more: what runs is what was approved, or the intent is proved to hold
 * on all that runs. What is undecided, or was not read, may be broken as before.
 */
export function isMended(
  { isDrift, broken, undecided, isWhole }: DriftState,
  intent: string,
): boolean {
  if (!isDrift) return true;
  return isWhole && !undecided.includes(intent) && !broken.some(({ id }) => id === intent);
}
