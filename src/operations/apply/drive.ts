import type { Transport } from "../../platform/transport/transport.ts";
import type { Network } from "../inventory/model.ts";
import type { LoadPromise } from "./checkLoaded.ts";
import type { ApplyEnd } from "./model.ts";
import { type Arms, devicePartOf } from "./options.ts";
import { type Journal, runApply, type Silence } from "./run.ts";

/*
 * What every load needs that outlives its server, an apply or a revert: it is brought to its end however often
 * something of ours fails, and the device restores by itself meanwhile.
 */

/** Milliseconds before a device that cannot be reached is asked again. */
const PAUSE_MS = 1_000;
/** Times that a load is taken up again soon behind a fault of our own, such as a database that was away … */
const SOON = 5;
/** … and milliseconds between two later ones: what gave up would keep its device from everybody. */
const LONG_PAUSE_MS = 15_000;

/** What a load is led with from outside. */
export interface Reins {
  /** Somebody wants it back. */
  readonly asked: AbortSignal;
  /** The server ends: what is under way is taken up by the next one. */
  readonly closing: AbortSignal;
}

/** Thrown where the server ends while a device cannot be reached. */
class Closing extends Error {}

export interface Driving extends Pick<Arms, "clock" | "time" | "deviceFolder"> {
  readonly devices: {
    readonly network: () => Network;
    readonly transportOf: (device: string) => Transport;
  };
  /** Told of what must not keep a load from going on. */
  readonly onFault: (fault: unknown) => void;
}

/** Does it again behind each fault. Null: the server ends. */
export async function untilDone<Result>(
  { time, onFault }: Pick<Driving, "time" | "onFault">,
  closing: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result | null> {
  for (let faults = 1; ; faults++)
    try {
      return await work();
    } catch (fault) {
      if (fault instanceof Closing) return null;
      onFault(fault);
      await time.wait(faults < SOON ? PAUSE_MS : LONG_PAUSE_MS, closing);
      if (closing.aborted) return null;
    }
}

/** One load, with where its states are kept. */
export interface Driven {
  readonly promise: Pick<LoadPromise, "device" | "startedMs" | "plan">;
  readonly journal: Journal;
  readonly check: (transport: Transport, stop: AbortSignal) => Promise<boolean>;
  /** As `ApplyRun` has it. */
  readonly heard: (silence: Silence | null) => Promise<void>;
}

/** Brings a load to its end, from wherever its journal stands. To be called within `untilDone`. */
export async function driveToEnd(
  driving: Driving,
  { promise, journal, check, heard }: Driven,
  { asked, closing }: Reins,
): Promise<ApplyEnd> {
  const { time, clock } = driving;
  const { device, plan, startedMs } = promise;
  const pause = async () => {
    await time.wait(PAUSE_MS, closing);
    if (closing.aborted) throw new Closing();
  };
  for (;;) {
    const transport = transportOf(driving, device);
    if (transport !== null) {
      const end = await runApply({
        transport,
        device: devicePartOf(driving, device),
        plan,
        journal,
        check: (stop) => check(transport, stop),
        asked,
        isLate: () => clock() - startedMs > plan.windowS * 1_000,
        pause,
        heard,
      });
      if (end !== null) return end;
    }
    await pause();
  }
}

/** Null: the network file does not name it any more; its dead-man restores without us. */
function transportOf({ devices }: Driving, device: string): Transport | null {
  return devices.network().devices.has(device) ? devices.transportOf(device) : null;
}
