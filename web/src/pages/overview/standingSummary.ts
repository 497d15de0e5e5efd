import { isKept } from "../../../../src/engine/intents/model.ts";
import type { CheckedIntent, Standing } from "../../api/types.ts";

/** All that is promised, over all devices, with what of it nobody can say. */
export interface Summary {
  /** False: some devices are still being asked. */
  readonly isWhole: boolean;
  /** In any state, or with limits that are told. */
  readonly holds: readonly PlacedIntent[];
  readonly broken: readonly PlacedIntent[];
  readonly undecided: readonly PlacedIntent[];
  readonly notSeen: readonly string[];
  readonly assumptions: readonly string[];
  readonly devices: readonly string[];
  /** When the oldest of what was judged began to run as it is. */
  readonly sinceMs: number | null;
}

export interface PlacedIntent {
  readonly device: string;
  readonly intent: CheckedIntent;
}

export function summaryOf(standings: readonly (Standing | undefined)[]): Summary {
  const known = standings.filter((standing) => standing !== undefined);
  const all = known.flatMap(({ device, intents }) =>
    intents.map((intent): PlacedIntent => ({ device, intent })),
  );
  const times = known.flatMap(({ sinceMs }) => sinceMs ?? []);
  return {
    isWhole: known.length === standings.length,
    holds: all.filter(({ intent }) => isKept(intent.status)),
    broken: all.filter(({ intent }) => intent.status === "broken"),
    undecided: all.filter(({ intent: { status } }) => !isKept(status) && status !== "broken"),
    notSeen: known.flatMap(({ notSeen }) => notSeen),
    assumptions: [...new Set(known.flatMap(({ assumptions }) => assumptions))],
    devices: known.filter(({ hash }) => hash !== null).map(({ device }) => device),
    sinceMs: times.length === 0 ? null : Math.min(...times),
  };
}
