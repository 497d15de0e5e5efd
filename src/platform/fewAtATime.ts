/** Lets a few through at a time, the others in the order in which they came. */
export interface FewAtATime {
  /** Does the work once it is its turn. */
  take<Result>(work: () => Promise<Result>): Promise<Result>;
  /** How many wait for theirs. */
  waiting(): number;
}

export function openFewAtATime(most: number): FewAtATime {
  let running = 0;
  const waiting: (() => void)[] = [];
  return {
    async take(work) {
      if (running < most) running++;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        /* Whoever waits takes the place over. */
        const next = waiting.shift();
        if (next === undefined) running--;
        else next();
      }
    },
    waiting: () => waiting.length,
  };
}
