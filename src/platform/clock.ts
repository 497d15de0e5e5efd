import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds since 1970, UTC. It is handed in, so that a test can say what time it is. */
export type Clock = () => number;

export const systemClock: Clock = Date.now;

/** Resolves after a while, or at once where it is not wanted any more. Handed in, so that no test has to sleep. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

export const systemWait: Wait = (ms, signal) =>
  sleep(ms, undefined, { signal }).catch(() => undefined);
