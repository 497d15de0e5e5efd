/** Work that is done one after the other, in the order in which it is asked for. */
export interface Turns {
  /** Resolves or rejects as the work does; what rejects holds up nobody behind it. */
  take<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Resolves when nothing is under way or waits any more, also what was asked for meanwhile. */
  settled(): Promise<void>;
}

export function openTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    take(work) {
      const turn = last.then(work);
      last = turn.catch(() => undefined);
      return turn;
    },
    async settled() {
      for (let seen: unknown = null; seen !== last; ) {
        seen = last;
        await seen;
      }
    },
  };
}
