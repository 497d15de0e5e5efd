import type { Channel } from "../../platform/channel.ts";
import type { Clock } from "../../platform/clock.ts";
import type { MonitorFlow } from "../inventory/monitors.ts";
import type { ActiveSymptom, MonitorEvent, Sighting } from "./model.ts";
import { beginAnew, type Ended, expire, over, type Symptoms, see } from "./symptoms.ts";

/** Milliseconds in which a connection is told once as working: a mail server makes hundreds a second. */
const WELL_EVERY_MS = 1_000;
/** Connections that are remembered for that. */
const MAXIMUM_WELL = 5_000;

/** Takes in what monitors see, and tells what is new of it. */
export class SymptomDesk {
  private symptoms: Symptoms = new Map();
  private readonly toldWellMs = new Map<string, number>();
  private readonly events: Channel<MonitorEvent>;
  private readonly clock: Clock;
  /** Sightings that found no place among too many. */
  notTaken = 0;

  constructor(events: Channel<MonitorEvent>, clock: Clock) {
    this.events = events;
    this.clock = clock;
  }

  active(): readonly ActiveSymptom[] {
    return [...this.symptoms.values()];
  }

  see(sighting: Sighting): void {
    const { symptoms, symptom, news } = see(this.symptoms, sighting);
    this.symptoms = symptoms;
    if (news === "full") this.notTaken++;
    else if (news !== "again") this.events.publish({ kind: news, symptom });
  }

  /** What was told to be over. */
  over(...ids: readonly string[]): void {
    this.end(over(this.symptoms, ids));
  }

  /** Watchers begin anew, for these monitors. */
  begin(monitors: ReadonlySet<string>): void {
    this.end(beginAnew(this.symptoms, monitors, this.clock()));
  }

  /** Ends what has been silent for long enough, of monitors that see since these moments. */
  expire(seeingSince: ReadonlyMap<string, number>): void {
    this.end(expire(this.symptoms, seeingSince, this.clock()));
  }

  /** Connections that worked when they began, at `atMs`. */
  well(flows: readonly MonitorFlow[], atMs: number): void {
    const fresh = flows.filter((flow) => this.isNews(flow, atMs));
    if (fresh.length > 0) this.events.publish({ kind: "well", flows: fresh, atMs });
  }

  private isNews({ from, to, service }: MonitorFlow, atMs: number): boolean {
    const name = JSON.stringify([from, to, service]);
    const toldMs = this.toldWellMs.get(name);
    if (toldMs !== undefined && atMs - toldMs < WELL_EVERY_MS) return false;
    this.toldWellMs.delete(name);
    this.toldWellMs.set(name, atMs);
    const [oldest] = this.toldWellMs.keys();
    if (this.toldWellMs.size > MAXIMUM_WELL && oldest !== undefined) this.toldWellMs.delete(oldest);
    return true;
  }

  private end({ symptoms, ended }: Ended): void {
    this.symptoms = symptoms;
    const atMs = this.clock();
    for (const symptom of ended) this.events.publish({ kind: "ended", symptom, atMs });
  }
}
