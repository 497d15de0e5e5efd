import type { Channel } from "../../platform/channel.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import type { Refusal } from "../../platform/refusal.ts";
import type { Devices } from "../change/onDevice.ts";
import type { Prover } from "../change/prover.ts";
import type { ChangeService } from "../change/service.ts";
import type { Inventory } from "../inventory/service.ts";
import type { Trail } from "../trail/service.ts";
import type { Evidence } from "./checks.ts";
import type { CheckTime } from "./checkTime.ts";
import type { Probes } from "./confirmation.ts";
import type { ApplyState } from "./model.ts";
import type { Flushed } from "./queues.ts";
import type { DevicePart } from "./run.ts";
import type { Aftermath } from "./store.ts";

/** Something that happened to an apply. */
export type ApplyNews = {
  readonly applyId: number;
  readonly changeId: number;
  readonly device: string;
  readonly atMs: number;
  /** Its change was approved by who wrote it: not four eyes. */
  readonly isAlone: boolean;
} & (
  | { readonly kind: "state"; readonly state: ApplyState }
  | { readonly kind: "checked"; readonly passed: boolean; readonly evidence: readonly Evidence[] }
  /** The device does not answer, and why; null: it does again. */
  | { readonly kind: "heard"; readonly why: string | null }
  /** The device answers, and what it was to do broke off there. */
  | { readonly kind: "commandFailed"; readonly why: string }
  /** All is done, also behind the end. */
  | { readonly kind: "over"; readonly state: ApplyState; readonly aftermath: Aftermath }
);

/** What helps services to come back behind a rollback. */
export interface Recovery {
  /** Lets what was deferred be tried: it waits for minutes otherwise. */
  readonly flush: () => Promise<readonly Flushed[]>;
  /** Probes that show that it is over: a real login, a real mail. */
  readonly probes: () => readonly string[];
}

/** What a load needs that a device takes back by itself. */
export interface Arms {
  readonly database: Database;
  readonly clock: Clock;
  readonly probes: Probes;
  readonly time: CheckTime;
  /** Text of `premortem-device.sh`. */
  readonly devicePart: string;
  /** Folder of a device that keeps its records; it outlives a restart. */
  readonly deviceFolder: (device: string) => string;
}

export interface ApplyOptions extends Arms {
  readonly trail: Pick<Trail, "append">;
  readonly devices: Devices & Pick<Inventory, "baselineOf">;
  /** Default: here, while nothing else goes on. */
  readonly prove?: Prover;
  readonly changes: Pick<
    ChangeService,
    "get" | "beginApply" | "endApply" | "applying" | "endStuck"
  >;
  readonly recovery: Recovery;
  readonly events: Channel<ApplyNews>;
  /** Why nothing is applied to a device now: something else is being loaded there; null: nothing is. */
  readonly taken: (device: string) => Promise<Refusal | null>;
  /** Told of what must not keep an apply from going on. */
  readonly onFault: (fault: unknown) => void;
}

/** Where a device keeps its part. */
export function devicePartOf(
  { deviceFolder }: Pick<Arms, "deviceFolder">,
  device: string,
): DevicePart {
  const folder = deviceFolder(device);
  return { script: `${folder}/premortem-device`, state: folder };
}
