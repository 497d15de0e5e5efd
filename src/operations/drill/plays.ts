import type { DrillRun } from "./model.ts";
import { openPlay, type Play } from "./play/play.ts";

/** Plays that are held in memory; another one is made again from its journal when somebody goes on with it. */
const MAXIMUM_PLAYS = 6;

/** The plays of runs. A play is what its journal makes of its drill, so that it may be forgotten at any moment. */
export interface Plays {
  of(run: DrillRun): Play;
  /** A play that has gone on by one action. */
  keep(run: DrillRun, play: Play): void;
  forget(run: number): void;
}

export function openPlays(): Plays {
  const held = new Map<number, { readonly entries: number; readonly play: Play }>();
  const keep = ({ id, entries }: DrillRun, play: Play) => {
    held.delete(id);
    held.set(id, { entries: entries.length, play });
    const [oldest] = held.keys();
    if (held.size > MAXIMUM_PLAYS && oldest !== undefined) held.delete(oldest);
  };
  return {
    of(run) {
      const known = held.get(run.id);
      const play = known?.entries === run.entries.length ? known.play : replay(run);
      keep(run, play);
      return play;
    },
    keep,
    forget: (run) => {
      held.delete(run);
    },
  };
}

/** Does again what was done, at the same moments. */
export function replay({ drill, entries, login }: DrillRun): Play {
  const play = openPlay(drill);
  for (const { action, atMs } of entries) {
    play.advanceTo(atMs);
    play.act(action, login);
  }
  return play;
}
