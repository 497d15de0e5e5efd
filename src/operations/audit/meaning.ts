import type { CheckAnswer, CheckedIntent } from "../../engine/answer/check.ts";
import type { Device } from "../../engine/device/device.ts";
import { compareDevices, type Difference } from "../../engine/diff/index.ts";
import { isKept } from "../../engine/intents/model.ts";
import type { DeviceResult } from "../../engine/parsers/readDevice.ts";
import { type ChangedIntent, checkChange } from "../inventory/checkChange.ts";
import { checkDevice, intentsOn } from "../inventory/checkDevice.ts";
import type { Network } from "../inventory/model.ts";
import { changedParts, isSurrounding, type Snapshot } from "../inventory/snapshot.ts";

/**
 * What a difference between two states of a device means.
 * `harmless`: proved that no packet fares otherwise. `moves`: packets do, but every intent is as before.
 * `breaks`: an intent is broken, or more of it, that was not. `unclear`: neither could be proved.
 */
export type MeaningKind = "harmless" | "moves" | "breaks" | "unclear";

export interface Meaning {
  readonly kind: MeaningKind;
  /** Intents that are broken after and were not before, or of which more is, as they are after. */
  readonly broken: readonly CheckedIntent[];
  /** Intents that hold after and did not before. */
  readonly repaired: readonly string[];
  /** Intents that may be broken by it: undecided after it, or broken before, and nobody knows how much. */
  readonly doubtful: readonly string[];
  /** Intents that are undecided after, whatever they were before, and those that it may break more of. */
  readonly undecided: readonly string[];
  readonly difference: Difference;
}

/** Says what changes for packets and intents when `before` becomes `after`. */
export function meaningOf(network: Network, name: string, before: Device, after: Device): Meaning {
  const difference = compareDevices(before, after);
  const stateOf = (device: Device) => ({
    device,
    intents: [...byId(checkDevice(network, name, device)).values()],
  });
  const changed = checkChange(stateOf(before), stateOf(after), intentsOn(network, name));
  const intentsThat = (wanted: ChangedIntent["becomes"]) =>
    changed.filter(({ becomes }) => becomes === wanted).map(({ intent }) => intent);
  const [broken, doubtful] = [intentsThat("breaks"), intentsThat("mayBreak")];
  const repaired = changed
    .filter(({ intent, was }) => isKept(intent.status) && !isKept(was))
    .map(({ intent }) => intent);
  const undecided = changed
    .filter(({ intent, becomes }) => intent.status === "undecided" || becomes === "mayBreak")
    .map(({ intent }) => intent);
  const idsOf = (intents: readonly CheckedIntent[]) => intents.map(({ id }) => id);
  return {
    kind: kindOf(difference, broken.length > 0, doubtful.length > 0),
    broken,
    repaired: idsOf(repaired),
    doubtful: idsOf(doubtful),
    undecided: idsOf(undecided),
    difference,
  };
}

/** Whether nothing of what runs was left out: only then a proof is one of all that runs. */
export function isReadWhole({ refused, coverage }: DeviceResult): boolean {
  return refused.length === 0 && coverage.notUnderstood === 0;
}

/** What was not read may break what seems to hold; what is broken stays broken. */
export function asFarAsRead(meaning: Meaning, isWhole: boolean): Meaning {
  return isWhole || meaning.kind === "breaks" ? meaning : { ...meaning, kind: "unclear" };
}

/** Of routes, addresses and links there is no model: what differs there is proved to do nothing by no ruleset. */
export function asFarAsModelled(meaning: Meaning, before: Snapshot, after: Snapshot): Meaning {
  return asFarAsRead(meaning, !changedParts(before, after).some(isSurrounding));
}

function kindOf({ equal }: Difference, breaks: boolean, doubts: boolean): MeaningKind {
  if (breaks) return "breaks";
  if (equal === true) return "harmless";
  return doubts || equal === "undecided" ? "unclear" : "moves";
}

function byId({ intents }: CheckAnswer): ReadonlyMap<string, CheckedIntent> {
  return new Map(intents.map((intent) => [intent.id, intent]));
}
