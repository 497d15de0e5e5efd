import type { Turns } from "../../platform/turns.ts";

export interface SeekingOptions {
  readonly turns: Turns;
  /** Seeks the cause of one incident, within a turn. */
  readonly seek: (incident: number) => Promise<void>;
  readonly onFault: (fault: unknown) => void;
}

/**
 * When causes are sought. In an outage twenty symptoms come within a second, and to seek takes a good part of one: it is
 * done once for all that came meanwhile, and whoever wants to note, undo or close waits for one of them at most.
 */
export class Seeking {
  private readonly due = new Set<number>();
  private turn: Promise<void> | null = null;
  private readonly options: SeekingOptions;

  constructor(options: SeekingOptions) {
    this.options = options;
  }

  /** There is something new to be explained: in a turn of its own, behind those that wait already. */
  mark(incident: number): void {
    this.due.add(incident);
    this.turn ??= this.options.turns
      .take(() => {
        this.turn = null;
        return this.now();
      })
      .catch(this.options.onFault);
  }

  /** Within a turn: at once, since what comes next changes what there is to explain. */
  async now(): Promise<void> {
    for (const incident of this.due) {
      this.due.delete(incident);
      await this.options.seek(incident);
    }
  }

  /** Resolves once all that was marked so far has been sought. */
  async done(): Promise<void> {
    await this.turn;
  }
}
