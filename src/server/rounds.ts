import { openTurns } from "../platform/turns.ts";
/** Milliseconds from one round to the next. */
export const ROUND_EVERY_MS = 60_000;

export interface Rounds {
  /** Begins with one at once. */
  start(): void;
  /** One more, behind the one that may be under way; resolves when it is over. */
  now(): Promise<void>;
  /** Resolves when none is under way any more. */
  stop(): Promise<void>;
}

/** Does work again and again, never twice at once. */
export function openRounds(
  work: () => Promise<void>,
  onFault: (fault: unknown) => void,
  everyMs = ROUND_EVERY_MS,
): Rounds {
  let timer: NodeJS.Timeout | null = null;
  const turns = openTurns();
  const now = (): Promise<void> => turns.take(work).catch(onFault);
  return {
    now,
    start() {
      if (timer !== null) return;
      void now();
      timer = setInterval(() => void now(), everyMs);
      timer.unref();
    },
    async stop() {
      if (timer !== null) clearInterval(timer);
      timer = null;
      await turns.settled();
    },
  };
}
