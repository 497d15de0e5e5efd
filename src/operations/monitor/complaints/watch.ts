import type { Clock } from "../../../platform/clock.ts";
import { readSecret } from "../../../platform/secret.ts";
import type { ComplaintsMonitor } from "../../inventory/monitors.ts";
import type { SymptomDesk } from "../desk.ts";
import type { ComplaintAnswer, ComplaintHeaders, MonitorView } from "../model.ts";
import type { Sight } from "../sight.ts";
import type { MonitorStore } from "../store.ts";
import type { Watcher } from "../watcher.ts";
import { authenticate, type Complaint, readComplaint, tooLong } from "./message.ts";
import { QUIET_MS, quoted, saidSurge } from "./said.ts";
import { beginSurgeTest, complained, type SurgeTest } from "./surgeTest.ts";

export interface ComplaintsParts {
  readonly monitor: ComplaintsMonitor;
  readonly clock: Clock;
  readonly desk: SymptomDesk;
  readonly sight: Sight;
  readonly store: MonitorStore;
  /** Milliseconds until a false alarm, in the mean, at least. */
  readonly meanTimeMs: number;
  readonly onFault: (fault: unknown) => void;
}

/** Milliseconds whose complaints are counted for people, and taken in again behind a restart. */
const RECENT_MS = 3_600_000;
/** Complaints of that time that are remembered. */
const MAXIMUM_RECENT = 10_000;
const MS_IN_MINUTE = 60_000;

/** Takes the complaints of one help desk, and says when more come than usual. */
export class ComplaintsWatch implements Watcher {
  readonly monitor: ComplaintsMonitor;
  private readonly parts: ComplaintsParts;
  private surge: SurgeTest;
  private recent: readonly number[] = [];
  private ready: Promise<void> = Promise.resolve();

  constructor(parts: ComplaintsParts) {
    this.parts = parts;
    this.monitor = parts.monitor;
    this.surge = this.begin(parts.clock());
  }

  start(): void {
    this.ready = this.prepare().catch(this.parts.onFault);
  }

  async stop(): Promise<void> {
    await this.ready;
  }

  view(): MonitorView {
    return this.parts.sight.view([]);
  }

  async take(body: Uint8Array, headers: ComplaintHeaders): Promise<ComplaintAnswer> {
    const { clock, store, sight, monitor } = this.parts;
    const secret = await this.secret();
    if (secret === null) return notReady(monitor.id);
    const refused = tooLong(body) ?? authenticate(body, headers, secret, clock());
    if (refused !== null) {
      sight.count("refused");
      return refused;
    }
    const complaint = readComplaint(body);
    if ("kind" in complaint) {
      sight.count("refused");
      return complaint;
    }
    await this.ready;
    const atMs = clock();
    const isNew = await store.addComplaint(monitor.id, complaint, atMs);
    sight.heard();
    sight.count(isNew ? "complaints" : "repeated");
    if (isNew && this.takeIn(atMs)) this.tell(complaint.text, atMs);
    return { kind: "accepted", isNew };
  }

  /** Takes in what somebody who is logged in has heard; `isSurge`: they say themselves that many call. */
  async report(complaint: Complaint, isSurge: boolean): Promise<void> {
    const { clock, store, sight, desk, monitor } = this.parts;
    await this.ready;
    const atMs = clock();
    await store.addComplaint(monitor.id, complaint, atMs, isSurge);
    sight.heard();
    sight.count("reports");
    const isAlarm = this.takeIn(atMs);
    if (isSurge) desk.see(saidSurge(monitor, complaint.text, atMs));
    else if (isAlarm) this.tell(complaint.text, atMs);
  }

  /** What came shortly before a restart still speaks. */
  private async prepare(): Promise<void> {
    await this.secret();
    const { store, clock, desk, monitor } = this.parts;
    const times = await store.complaintTimes(monitor.id, clock() - RECENT_MS);
    this.surge = this.begin(times[0] ?? clock());
    for (const atMs of times) if (this.takeIn(atMs)) this.tell(null, atMs);
    const said = await store.lastSurge(monitor.id, clock() - QUIET_MS);
    if (said !== null) desk.see(saidSurge(monitor, said.text, said.atMs));
  }

  private begin(atMs: number): SurgeTest {
    /* As if it had listened for a while: a surge may be the first that it hears. */
    const { monitor, meanTimeMs } = this.parts;
    return beginSurgeTest(monitor.expectedPerHour, meanTimeMs, atMs - RECENT_MS);
  }

  /** Null: it cannot be read, and that is told. */
  private async secret(): Promise<string | null> {
    const { monitor, sight } = this.parts;
    try {
      const secret = await readSecret(monitor.secretFile);
      sight.turn("seeing", "takes complaints");
      return secret;
    } catch (error) {
      sight.turn("blind", error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  private takeIn(atMs: number): boolean {
    const recent = this.recent.filter((one) => one > atMs - RECENT_MS);
    this.recent = [...recent, atMs].slice(-MAXIMUM_RECENT);
    const { test, isAlarm } = complained(this.surge, atMs);
    this.surge = test;
    return isAlarm;
  }

  /** `text` null: the last one is not at hand any more. */
  private tell(text: string | null, atMs: number): void {
    const { desk, monitor } = this.parts;
    const minutes = Math.ceil((atMs - (this.recent[0] ?? atMs)) / MS_IN_MINUTE);
    const within = minutes <= 1 ? "a minute" : `${minutes} minutes`;
    desk.see({
      key: `${monitor.id}/surge`,
      kind: "complaints",
      weight: "hearsay",
      monitor: monitor.id,
      device: null,
      atMs,
      text: `${this.recent.length} complaints within ${within}, ${monitor.expectedPerHour} an hour is usual${quoted(text)}`,
      flows: monitor.flows,
      quietMs: QUIET_MS,
    });
  }
}

function notReady(name: string): ComplaintAnswer {
  return {
    kind: "notReady",
    reason: `the secret of \`${name}\` cannot be read here, so that nothing can be believed`,
    help: "write it into its `secret-file`, readable for premortem; then send the message again",
  };
}
