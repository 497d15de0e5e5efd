/** One thing to wait for: the earliest moment that somebody asked for, but no earlier than is allowed. */
export interface Alarm {
  /** Within so many milliseconds, unless it is set earlier already. */
  set(withinMs: number): void;
  /** Not before so many milliseconds have passed, whoever asks for it. */
  notWithin(ms: number): void;
  /** Somebody waits for it, and it is not set. */
  isQuiet(): boolean;
  /** Waits until it rings, and takes it back; false: it is closed. */
  rings(): Promise<boolean>;
  close(): void;
}

export function openAlarm(now: () => number = () => performance.now()): Alarm {
  let dueMs: number | null = null;
  let earliestMs = 0;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let waiting: ((isRinging: boolean) => void) | null = null;

  const look = () => {
    clearTimeout(timer);
    if (waiting === null) return;
    if (isClosed) return answer(waiting, false);
    if (dueMs === null) return;
    const restMs = Math.max(dueMs, earliestMs) - now();
    if (restMs > 0) timer = setTimeout(look, Math.ceil(restMs));
    else answer(waiting, true);
  };
  const answer = (resolve: (isRinging: boolean) => void, isRinging: boolean) => {
    waiting = null;
    dueMs = null;
    resolve(isRinging);
  };
  return {
    set(withinMs) {
      dueMs = Math.min(dueMs ?? Number.POSITIVE_INFINITY, now() + withinMs);
      look();
    },
    notWithin(ms) {
      earliestMs = Math.max(earliestMs, now() + ms);
      look();
    },
    isQuiet: () => waiting !== null && dueMs === null,
    rings: () =>
      new Promise((resolve) => {
        waiting = resolve;
        look();
      }),
    close() {
      isClosed = true;
      look();
    },
  };
}
