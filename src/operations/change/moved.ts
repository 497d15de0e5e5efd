import type { Device } from "../../engine/device/device.ts";
import { compareFlows } from "../../engine/diff/flowComparison.ts";
import { movedOtherwise } from "../../engine/diff/flowEffects.ts";
import type { Difference } from "../../engine/diff/index.ts";
import { isKept } from "../../engine/intents/model.ts";
import type { ChangedIntent } from "../inventory/checkChange.ts";
import { type Checked, plannedOn } from "./checkAll.ts";

/**
 * What is accepted as before, and sent elsewhere or from another address than before, is no proof of a promise: a
 * person who knows who answers there has to say so.
 */
export function withMoved(
  checked: Checked,
  [before, after]: readonly [before: Device, after: Device],
  { effects }: Difference,
  changed: readonly ChangedIntent[],
): readonly ChangedIntent[] {
  if (effects.length === 0) return changed;
  const comparison = compareFlows(before, after);
  const planned = plannedOn(checked);
  return changed.map((one) => {
    const asked = planned.get(one.intent.id);
    if (asked === undefined || !isKept(one.intent.status)) return one;
    const moved = movedOtherwise(comparison, asked);
    if (moved.length === 0) return one;
    const reasons = [...one.intent.reasons, ...moved];
    return { ...one, intent: { ...one.intent, status: "undecided", reasons }, becomes: "mayBreak" };
  });
}
