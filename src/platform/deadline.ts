/**
 * A deadline that counts the time in which this process could hear an answer. Whoever computes for a second
 * holds up everything here, and behind it timers come before what the kernel has kept for us: by wall time
 * everybody would be late, though all have answered.
 */
export interface Deadline {
  /** Resolves when the time is over; never, once it was ended. */
  readonly over: Promise<void>;
  /** Milliseconds until now in which this process heard nothing. */
  deafMs(): number;
  end(): void;
}

/** Milliseconds between two looks at the clock. */
const STEP_MS = 20;
/** Steps that may come late once the time is over: behind one that does not, what lay there was heard. */
const MAXIMUM_LATE_TURNS = 3;

/** `mostMs`: of wall time, after which it is over however busy this process was. */
export function openDeadline(ms: number, mostMs: number): Deadline {
  const beganMs = performance.now();
  let lastMs = beganMs;
  let deafMs = 0;
  let lateTurns = 0;
  let timer: NodeJS.Timeout;
  let tell: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const restMs = () => Math.min(ms + deafMs, mostMs) - (lastMs - beganMs);
  const wait = () => {
    const stepMs = restMs() > 0 ? Math.min(STEP_MS, restMs()) : STEP_MS;
    timer = setTimeout(() => look(stepMs), stepMs);
  };
  const look = (stepMs: number) => {
    const nowMs = performance.now();
    const lateMs = nowMs - lastMs - stepMs;
    lastMs = nowMs;
    const isLate = lateMs > STEP_MS;
    if (isLate) deafMs += lateMs;
    const isOver = restMs() <= 0 && (!isLate || lateTurns++ === MAXIMUM_LATE_TURNS);
    if (isOver) tell();
    else wait();
  };
  wait();
  return { over, deafMs: () => deafMs, end: () => clearTimeout(timer) };
}
