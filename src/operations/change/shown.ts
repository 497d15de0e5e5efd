import { createHash } from "node:crypto";
import { type Refusal, refuse } from "../../platform/refusal.ts";
import type { ChangeFacts, Shown } from "./model.ts";

/** What somebody who looks at the change is shown; null: it is not proved as it is now. */
export function shownOf({ proof, contentHash }: ChangeFacts): Shown | null {
  if (proof === null || proof.contentHash !== contentHash) return null;
  const { runningHash, networkHash, brokenBefore } = proof;
  const broken = [...proof.brokenCritical, ...proof.broken];
  const undecided = [...proof.undecidedCritical, ...proof.undecided];
  return { contentHash, runningHash, networkHash, broken, brokenBefore, undecided };
}

/** Names what is shown, so that an approval can say what it is of; null: there is nothing to approve yet. */
export function shownHashOf(change: ChangeFacts): string | null {
  const shown = shownOf(change);
  if (shown === null) return null;
  const { contentHash, runningHash, networkHash, broken, brokenBefore, undecided } = shown;
  const parts = [
    contentHash,
    runningHash,
    networkHash,
    ...[broken, brokenBefore, undecided].map(inOrder),
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** Why the change is not as it was shown; null: it is. `consent`: what was given to it then. */
export function whyOther(change: ChangeFacts, shown: Shown, consent: string): string | null {
  if (shown.contentHash !== change.contentHash) return `it was edited after ${consent}`;
  const now = shownOf(change);
  if (now === null) return "it is not proved as it is now";
  if (shown.runningHash !== now.runningHash)
    return `the running state of ${change.device} changed after ${consent}`;
  if (shown.networkHash !== now.networkHash)
    return `what the network file says of ${change.device} changed after ${consent}`;
  return (
    whyOthers(shown.broken, now.broken, "breaks", consent) ??
    whyOthers(shown.brokenBefore, now.brokenBefore, "finds broken", consent) ??
    whyOthers(shown.undecided, now.undecided, "leaves undecided", consent)
  );
}

function whyOthers(
  before: readonly string[],
  after: readonly string[],
  verb: string,
  consent: string,
): string | null {
  if (inOrder(before).join() === inOrder(after).join()) return null;
  const [was, is] = [before, after].map((ids) => (ids.length === 0 ? "nothing" : ids.join(", ")));
  return `it ${verb} ${is}, where ${was} was shown at ${consent}`;
}

function inOrder(ids: readonly string[]): readonly string[] {
  return [...ids].sort();
}

/** What somebody has looked at, where it is still what the change does. `help`: what to do where it is not. */
export function stillShown(change: ChangeFacts, shownHash: string, help: string): Shown | Refusal {
  const shown = shownOf(change);
  if (shown === null)
    return refuse("it is not proved as it is now", "prove it, and look at what it does");
  if (shownHash === shownHashOf(change)) return shown;
  return refuse("it was edited since you looked, or proved anew with another result", help);
}
