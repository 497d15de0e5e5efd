import type { HeldSet } from "../held.ts";

/** How an apply stands on the device. */
export type Marker = "none" | "armed" | "confirmed" | "restoring" | "restored" | "superseded";

/** What the device has on record of one apply. */
export interface ApplyRecord {
  readonly id: number;
  /** By their names: tables, base, candidate, load, restore, live, carried, lost, refilled. */
  readonly sections: ReadonlyMap<string, string>;
  /** Both states, as listed when they were planned and as the kernel lists them once loaded. */
  readonly forms: Readonly<Record<"base" | "candidate", readonly string[]>>;
  marker: Marker;
  hasLoaded: boolean;
  /** What live sets held right before the load; null: nothing was loaded yet. */
  saved: {
    readonly lost: readonly HeldSet[];
    readonly carried: readonly HeldSet[];
    readonly atMs: number;
  } | null;
  /** Ends the dead-man. */
  stopDeadMan: () => void;
}

/** What was sent, and waits to be kept. */
export interface Guard {
  readonly hash: string;
  /** Commands that take it back. */
  readonly wayBack: string;
  readonly stop: () => void;
}

/** One folder of records: what an apply has to remember. */
export interface Records {
  newest: number;
  readonly applies: Map<number, ApplyRecord>;
  guard: Guard | null;
}

export function emptyRecords(): Records {
  return { newest: 0, applies: new Map(), guard: null };
}

/** What has come to its end keeps it on record when a newer one comes. */
export function markerOf({ newest, applies }: Records, id: number): Marker {
  const found = applies.get(id)?.marker ?? "none";
  const isOver = found === "confirmed" || found === "restored";
  return !isOver && newest > id ? "superseded" : found;
}
