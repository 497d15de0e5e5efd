import type { Kernel } from "../../kernel/kernel.ts";
import type { SimulatedTime } from "../../model.ts";
import type { Records } from "./records.ts";

/** What the device's part works on. */
export interface Part {
  readonly kernel: Kernel;
  readonly time: SimulatedTime;
  readonly records: Records;
  /** An empty namespace with interfaces of the same names. */
  elsewhere(): Kernel;
}

/** Exit codes of premortem-device.sh. */
export const EXIT = {
  changed: 10,
  cannotRestore: 11,
  notLoaded: 12,
  tooLate: 13,
  superseded: 14,
  another: 15,
  busy: 16,
  usage: 64,
} as const;

/** Milliseconds between two attempts of the dead-man. */
export const AGAIN_MS = 1_000;
