import type { Clock } from "../../platform/clock.ts";
import { isDrifted, type Snapshot } from "../inventory/snapshot.ts";
import type { DriftEnd } from "./entries.ts";
import type { AuditStore, OpenDifference } from "./store.ts";
import type { Who } from "./who.ts";

interface Ending {
  readonly store: Pick<AuditStore, "openDifferences" | "lastBy" | "end">;
  readonly clock: Clock;
  readonly snapshotOf: (hash: string) => Promise<Snapshot | null>;
}

/**
 * Notes what has ended of a device's drift: what a new baseline has in it (`isFirst`: a watch begins, as it does with
 * each baseline), and all, where what runs is what was approved. It is asked of the store alone, so that a server
 * that was killed before it was noted notes it now.
 */
export async function endDrift(
  { store, clock, snapshotOf }: Ending,
  base: Snapshot,
  now: Snapshot,
  isFirst: boolean,
): Promise<void> {
  const { device } = base;
  const isOver = !isDrifted(base, now);
  if (!isFirst && !isOver) return;
  const open = await store.openDifferences(device);
  if (open.length === 0) return;
  const end = (how: DriftEnd, ended: readonly OpenDifference[]) => {
    const differences = ended.map(({ id }) => id);
    return store.end({ device, how, differences, baseline: base.hash }, clock());
  };
  const adopted = isFirst ? await adoptedOf(open, base, snapshotOf) : [];
  if (adopted.length > 0) await end("adopted", adopted);
  const left = open.slice(adopted.length);
  if (isOver && left.length > 0) await end(howOf(await store.lastBy(device)), left);
}

/** Those under an older baseline up to the last one that came to what is the baseline now. */
async function adoptedOf(
  open: readonly OpenDifference[],
  base: Snapshot,
  snapshotOf: (hash: string) => Promise<Snapshot | null>,
): Promise<readonly OpenDifference[]> {
  for (let count = open.length; count > 0; count--) {
    const last = open[count - 1];
    if (last === undefined || last.baseline === base.hash) continue;
    const after = await snapshotOf(last.after);
    if (after !== null && !isDrifted(base, after)) return open.slice(0, count);
  }
  return [];
}

/** Who made the last difference brought it back. */
function howOf(by: Who | null): DriftEnd {
  switch (by?.kind) {
    case "revert":
      return "reverted";
    case "undo":
      return "undone";
    case "change":
      return "byChange";
    default:
      return "gone";
  }
}
