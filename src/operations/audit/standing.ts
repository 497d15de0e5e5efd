import type { CheckAnswer, CheckedIntent } from "../../engine/answer/check.ts";
import { checkDevice } from "../inventory/checkDevice.ts";
import type { Network } from "../inventory/model.ts";
import { readBefore, runningDevice } from "../inventory/runningDevice.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import type { WatchState } from "./model.ts";

/** What is promised of a device, on what was read of it last. */
export interface Standing {
  readonly device: string;
  /** The snapshot that was judged; null: nothing was read that could be. */
  readonly hash: string | null;
  /** Since when exactly this runs, as far as was seen. */
  readonly sinceMs: number | null;
  readonly intents: readonly CheckedIntent[];
  readonly assumptions: readonly string[];
  /** What nobody sees of it, in words: no answer reaches there. */
  readonly notSeen: readonly string[];
}

export interface StandingOptions {
  readonly network: () => Network;
  readonly states: () => ReadonlyMap<string, WatchState>;
  readonly snapshotOf: (hash: string) => Promise<Snapshot | null>;
}

/** Judges the promises of devices as they run. */
export function openStanding(options: StandingOptions): (device: string) => Promise<Standing> {
  const readStored = async (hash: string) => {
    const snapshot = await options.snapshotOf(hash);
    return snapshot === null ? null : runningDevice(snapshot);
  };
  const judge = async (device: string, hash: string): Promise<CheckAnswer | null> => {
    const running = readBefore(hash) ?? (await readStored(hash));
    return running === null ? null : checkDevice(options.network(), device, running.device);
  };
  return async (device) => {
    const state = options.states().get(device) ?? { kind: "noBaseline" as const };
    if (state.kind !== "watching") return unseen(device, state);
    const answer = await judge(device, state.snapshot);
    return {
      device,
      hash: state.snapshot,
      sinceMs: state.drift.isDrift ? state.drift.atMs : state.sinceMs,
      intents: answer?.intents ?? [],
      assumptions: answer?.assumptions ?? [],
      notSeen: state.drift.isWhole ? [] : [`part of what runs on ${device} could not be read`],
    };
  };
}

function unseen(device: string, state: Exclude<WatchState, { kind: "watching" }>): Standing {
  const why =
    state.kind === "blind" ? state.reason : "nobody has adopted a baseline, so it is not watched";
  const nothing = { hash: null, sinceMs: null, intents: [], assumptions: [] };
  return { device, ...nothing, notSeen: [`${device}: ${why}`] };
}
