import type { Clock } from "../../platform/clock.ts";
import type { Gap } from "./entries.ts";
import type { AuditStore } from "./store.ts";

/** Said of the time before this run of the server watched a device that an earlier one had watched. */
const NOBODY = "premortem did not watch it";

/** When one device was not seen. It outlives the watch, which begins anew with each baseline: that is no gap. */
export class Gaps {
  private readonly device: string;
  private readonly store: Pick<AuditStore, "lastSeen" | "noteBlind" | "noteSeeing">;
  private readonly clock: Clock;
  /** Whether this run has seen it. */
  private isBegun = false;
  /** What is on now, whether it could be written down or not; null: it is seen. */
  private gap: Gap | null = null;

  constructor(
    device: string,
    store: Pick<AuditStore, "lastSeen" | "noteBlind" | "noteSeeing">,
    clock: Clock,
  ) {
    this.device = device;
    this.store = store;
    this.clock = clock;
  }

  /** It is tried again every few seconds, and blind each time: that is one gap. */
  async blind(untilMs: number, reason: string): Promise<void> {
    if (this.gap === null) {
      const seenMs = this.isBegun ? untilMs : await this.lastSeenMs();
      this.gap = { sinceMs: seenMs, reason };
    }
    await this.store.noteBlind(this.device, this.gap, this.clock());
  }

  /** It is watched, from now on; to be called before it is noted as seen. */
  async seeing(): Promise<void> {
    const gap = this.gap ?? (this.isBegun ? null : await this.unwatched());
    await this.store.noteSeeing(this.device, gap, this.clock());
    this.gap = null;
    this.isBegun = true;
  }

  private async unwatched(): Promise<Gap | null> {
    const sinceMs = await this.lastSeenMs();
    return sinceMs === null ? null : { sinceMs, reason: NOBODY };
  }

  private async lastSeenMs(): Promise<number | null> {
    return (await this.store.lastSeen(this.device))?.atMs ?? null;
  }
}
