import type { Channel } from "../../platform/channel.ts";
import type { Clock } from "../../platform/clock.ts";
import type { MonitorEvent, MonitorView } from "./model.ts";

type About = Pick<MonitorView, "monitor" | "kind" | "device">;

/** Whether one monitor sees, since when, and what it has seen; tells when that turns. */
export class Sight {
  private state: MonitorView["state"] = "starting";
  private sinceMs: number;
  private reason = "it has not looked yet";
  private lastMs: number | null = null;
  private readonly counts = new Map<string, number>();
  private readonly about: About;
  private readonly events: Channel<MonitorEvent>;
  private readonly clock: Clock;

  constructor(about: About, events: Channel<MonitorEvent>, clock: Clock) {
    this.about = about;
    this.events = events;
    this.clock = clock;
    this.sinceMs = clock();
  }

  get isSeeing(): boolean {
    return this.state === "seeing";
  }

  turn(state: "seeing" | "blind", reason: string): void {
    const isNew = this.state !== state;
    this.state = state;
    this.reason = reason;
    if (!isNew) return;
    const atMs = this.clock();
    this.sinceMs = atMs;
    this.events.publish({ kind: state, monitor: this.about.monitor, atMs, reason });
  }

  /** A line, a look or a message came. */
  heard(): void {
    this.lastMs = this.clock();
  }

  count(name: string, more = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + more);
  }

  view(notes: readonly string[]): MonitorView {
    const { state, sinceMs, reason, lastMs } = this;
    const counts = Object.fromEntries(this.counts);
    return { ...this.about, state, sinceMs, reason, lastMs, counts, notes };
  }
}
