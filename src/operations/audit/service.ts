import { type Channel, openChannel } from "../../platform/channel.ts";
import type { Clock, Wait } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import type { Network } from "../inventory/model.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import type { Trail } from "../trail/service.ts";
import { Attribution, GRACE_MS } from "./attribution.ts";
import { Decisions } from "./decisions.ts";
import { DeviceAudit } from "./deviceAudit.ts";
import { Gaps } from "./gaps.ts";
import type { AuditEvent, SeenDifference, WatchState } from "./model.ts";
import { auditStore } from "./store.ts";
import type { OwnWork } from "./who.ts";

/** What an audit has to know of the rest; each is asked anew, since a network file changes. */
export interface AuditOptions {
  readonly database: Database;
  readonly trail: Pick<Trail, "append">;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly network: () => Network;
  readonly transportOf: (device: string) => Transport;
  readonly baselineOf: (device: string) => Promise<Snapshot | null>;
  readonly snapshotOf: (hash: string) => Promise<Snapshot | null>;
  readonly keep: (snapshot: Snapshot) => Promise<void>;
  readonly onFault: (fault: unknown) => void;
}

/** Watches every device that has a baseline, and says what differs, since when, and what it means. */
export interface Audit {
  readonly events: Channel<AuditEvent>;
  /** Begins to watch; devices that are watched already begin anew, with the baseline of now. */
  start(device: string): Promise<void>;
  /** Begins anew with a baseline that was adopted just now: what our work has done is in it. */
  rebase(device: string): Promise<void>;
  /** The network file has it no more. */
  stop(device: string): Promise<void>;
  /** Reads all devices that are watched now: what has no events may have changed since the last time. */
  lookNow(): void;
  states(): ReadonlyMap<string, WatchState>;
  /** From now on, differences of a device are our own work, until what is returned is called. */
  attribute(device: string, work: OwnWork): () => void;
  /** A load of ours waits for its decision, until what is returned is called: what it changed is told behind it. */
  deciding(device: string): () => void;
  since(atMs: number): Promise<readonly SeenDifference[]>;
  find(id: number): Promise<SeenDifference | null>;
  close(): Promise<void>;
}

export function openAudit(options: AuditOptions): Audit {
  const events = openChannel<AuditEvent>(options.onFault);
  const store = auditStore(options.database, options.trail);
  const watchers = new Map<string, DeviceAudit>();
  const attributions = eachDevice(() => new Attribution());
  const decisions = eachDevice(() => new Decisions());
  const gaps = eachDevice((device) => new Gaps(device, store, options.clock));
  const stop = async (device: string) => {
    const watcher = watchers.get(device);
    watchers.delete(device);
    await watcher?.stop();
  };
  const start = async (name: string, base: OwnWork | null) => {
    const stopped = stop(name);
    /* Put in at once, so that one who begins anew in the meantime stops this one. */
    const watched = {
      name,
      attribution: attributions.of(name),
      decisions: decisions.of(name),
      base,
      gaps: gaps.of(name),
    };
    const watcher = new DeviceAudit(watched, options, store, events);
    watchers.set(name, watcher);
    await stopped;
    watcher.start();
  };
  return {
    events,
    start: (name) => start(name, null),
    async stop(name) {
      await stop(name);
      /* Whoever watches it next finds the gap, as after another run of the server. */
      gaps.forget(name);
    },
    rebase: (name) => start(name, attributions.of(name).at(options.clock())),
    lookNow() {
      for (const watcher of watchers.values()) watcher.lookNow();
    },
    states: () => new Map([...watchers].map(([name, { state }]) => [name, state])),
    attribute(device, work) {
      const end = attributions.of(device).begin(work);
      return () => {
        end(options.clock());
        /* What drifts then is nobody's any more, and has to be told anew. */
        const timer = setTimeout(() => watchers.get(device)?.reconsider(), GRACE_MS + 1);
        timer.unref();
      };
    },
    deciding: (device) => decisions.of(device).begin(),
    since: (atMs) => store.since(atMs),
    find: (id) => store.find(id),
    async close() {
      await Promise.all([...watchers.keys()].map(stop));
    },
  };
}

/** Something of each device, made when it is first asked for. */
function eachDevice<T>(make: (device: string) => T) {
  const all = new Map<string, T>();
  return {
    of(device: string): T {
      const known = all.get(device) ?? make(device);
      all.set(device, known);
      return known;
    },
    forget: (device: string) => void all.delete(device),
  };
}
