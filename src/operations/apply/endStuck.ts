import type { Baseline } from "../inventory/store.ts";
import type { ApplyOptions } from "./options.ts";
import { stuckApplies } from "./store.ts";
import { whyText } from "./words.ts";

/**
 * Whether somebody has approved what was read of the device after an apply was stuck there. What was read before
 * says nothing of what runs since.
 */
export function isLookedAt(stuckMs: number, baseline: Pick<Baseline, "readMs"> | null): boolean {
  return baseline !== null && baseline.readMs !== null && baseline.readMs > stuckMs;
}

/** Ends the changes that stuck applies have left on a device, where what runs there was approved since. */
export async function endStuck(
  { database, changes, devices }: Pick<ApplyOptions, "database" | "changes" | "devices">,
  device: string,
): Promise<void> {
  const applying = await changes.applying(device);
  const baseline = applying.length === 0 ? null : await devices.baselineOf(device);
  if (baseline === null || baseline.readMs === null) return;
  for (const { id, order, state } of await stuckApplies(database, device, baseline.readMs)) {
    if (!applying.includes(order.changeId)) continue;
    const details = { end: "stuck", apply: id, reason: whyText(state), adopted: baseline.hash };
    await changes.endStuck(order.changeId, baseline.login, details);
  }
}
