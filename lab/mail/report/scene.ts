import { setTimeout as pause } from "node:timers/promises";
import { settleLoad, startLoad } from "../load.ts";
import type { LoadCount } from "../mailCount.ts";
import type { Rig } from "./rig.ts";
import { openSender, type Sender } from "./sender.ts";

/** Mails a second in each direction. */
const LOAD_RATE = 5;
/** Seconds after which a load ends that nobody stopped. */
const LONGEST_LOAD_S = 600;
/** Milliseconds of load before anything happens. */
const WARM_UP_MS = 3_000;
/** Milliseconds until mails of the outage have arrived: Postfix waits half a minute with what it deferred. */
const SETTLE_MS = 120_000;

/** Milliseconds until something is told that should come within seconds. */
export const TOLD_MS = 60_000;
/** Milliseconds in which everything is as it was, after the cause is gone. */
export const RECOVERY_MS = 180_000;

/** Plays something while mails go in both directions, and counts what became of each. */
export async function underLoad<Result>(
  { lab }: Rig,
  play: (sender: Sender) => Promise<Result>,
): Promise<Result & { readonly load: LoadCount }> {
  const sender = openSender(lab);
  const load = startLoad(lab, { seconds: LONGEST_LOAD_S, rate: LOAD_RATE });
  const beganMs = Date.now();
  try {
    await pause(WARM_UP_MS);
    const result = await play(sender);
    await load.stop();
    return { ...result, load: await settleLoad(lab, SETTLE_MS, beganMs) };
  } finally {
    await Promise.all([load.stop(), sender.close()]);
  }
}

/** Mails that nobody has, and nobody was told of. */
export function lostMails({ out, in: into }: LoadCount): readonly string[] {
  const lost = [...out.missing, ...into.missing].length;
  return lost === 0 ? [] : [`${lost} mails are lost`];
}
