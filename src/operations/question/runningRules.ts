import type { Device } from "../../engine/device/device.ts";
import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import { runningDevice } from "../inventory/runningDevice.ts";
import { RULESET_PARTS, type Snapshot } from "../inventory/snapshot.ts";

export interface RulesOptions {
  /** What was read of a device last; null: nothing. */
  readonly running: (device: string) => Promise<Running | null>;
  readonly snapshotOf: (hash: string, device: string) => Promise<Snapshot | null>;
}

export interface Running {
  readonly hash: string;
  readonly notSeen: readonly string[];
}

/** The rules of a device as they were read last. */
export interface RunningRules extends Running {
  readonly kind: "rules";
  readonly device: Device;
  readonly snapshot: Snapshot;
}

/** Characters of a ruleset that is asked about: a larger one is read for seconds, and everybody would wait. */
export const MAXIMUM_CHARACTERS = 1_000_000;

/** Null: it is too large to be asked about. */
export function askableDevice(snapshot: Snapshot): Device | null {
  return charactersOf(snapshot) > MAXIMUM_CHARACTERS ? null : runningDevice(snapshot).device;
}

export async function runningRules(
  { running, snapshotOf }: RulesOptions,
  name: string,
): Promise<RunningRules | Refusal> {
  const last = await running(name);
  const snapshot = last === null ? null : await snapshotOf(last.hash, name);
  if (last === null || snapshot === null)
    return refuseUnknown(
      `nothing was read of \`${name}\` yet`,
      `\`premortem pull ${name}\` reads it`,
    );
  const device = askableDevice(snapshot);
  if (device === null)
    return refuse(
      `the ruleset of \`${name}\` has more than ${MAXIMUM_CHARACTERS} characters`,
      "ask where the rules lie: `premortem trace FILE PACKET`",
    );
  return { kind: "rules", ...last, device, snapshot };
}

function charactersOf({ parts }: Snapshot): number {
  return parts
    .filter(({ name }) => RULESET_PARTS.includes(name))
    .reduce((all, { text }) => all + (text?.length ?? 0), 0);
}
