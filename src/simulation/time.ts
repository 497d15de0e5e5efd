import type { SimulatedTime } from "./model.ts";

interface Due {
  readonly atMs: number;
  /** What is due at the same moment runs in the order in which it was asked for. */
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/** Time that stands still until somebody moves it on. */
export function openTime(startMs: number): SimulatedTime {
  const heap: Due[] = [];
  let nowMs = startMs;
  let orders = 0;
  return {
    nowMs: () => nowMs,
    after(ms, run) {
      const due = { atMs: nowMs + Math.max(0, ms), order: orders++, run, isCancelled: false };
      push(heap, due);
      return () => {
        due.isCancelled = true;
      };
    },
    advance(ms) {
      const endMs = nowMs + ms;
      for (let next = heap[0]; next !== undefined && next.atMs <= endMs; next = heap[0]) {
        popFirst(heap);
        if (next.isCancelled) continue;
        nowMs = Math.max(nowMs, next.atMs);
        next.run();
      }
      nowMs = endMs;
    },
  };
}

/** Milliseconds of a gap that are caught up; what is more was no time for the simulation: the machine slept. */
const MAXIMUM_GAP_MS = 10_000;

/** Milliseconds of work at a time: where flows cost more than they last, the simulation lags, and the server still answers. */
const WORK_MS = 20;

/** Lets simulated time go by as the clock on the wall does; what it returns stops it. */
export function runInRealTime(
  time: SimulatedTime,
  everyMs: number,
  onFault: (fault: unknown) => void,
): () => void {
  let lastMs = performance.now();
  let owedMs = 0;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    /* Whole ones, as the clock of a machine is read; the rest is not lost. */
    const passedMs = Math.floor(nowMs - lastMs);
    lastMs += passedMs;
    owedMs = Math.min(MAXIMUM_GAP_MS, owedMs + passedMs);
    while (owedMs > 0 && performance.now() < nowMs + WORK_MS) {
      const stepMs = Math.min(everyMs, owedMs);
      owedMs -= stepMs;
      try {
        time.advance(stepMs);
      } catch (fault) {
        onFault(fault);
      }
    }
  }, everyMs);
  return () => clearInterval(timer);
}

function isBefore(a: Due, b: Due): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/* A binary heap (Williams 1964): thousands of mails wait at any moment of an outage. */

function push(heap: Due[], due: Due): void {
  let at = heap.length;
  heap.push(due);
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !isBefore(due, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = due;
}

function popFirst(heap: Due[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const [one, other] = [heap[left], heap[left + 1]];
    if (one === undefined) break;
    const [child, place] =
      other !== undefined && isBefore(other, one) ? [other, left + 1] : [one, left];
    if (!isBefore(child, last)) break;
    heap[at] = child;
    at = place;
  }
  heap[at] = last;
}
