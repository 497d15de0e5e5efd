import { type Channel, openChannel } from "../../platform/channel.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import type { SeenDifference, WatchState } from "../audit/model.ts";
import type { Actor, Refusal } from "../change/model.ts";
import type { Network } from "../inventory/model.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import type { TrailEvent } from "../trail/model.ts";
import { IncidentDesk } from "./desk.ts";
import type { Incident, IncidentNote, Symptom, Wellness } from "./model.ts";
import type { Attribute } from "./takeBack.ts";
import type { ProposedUndo } from "./undoing.ts";

export interface IncidentOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly network: () => Network;
  readonly transportOf: (device: string) => Transport;
  readonly differencesSince: (atMs: number) => Promise<readonly SeenDifference[]>;
  readonly difference: (id: number) => Promise<SeenDifference | null>;
  /** Whether a change on the device would be seen now. */
  readonly isSeen: (device: string) => boolean;
  readonly snapshotOf: (hash: string) => Promise<Snapshot | null>;
  /** Why nothing is undone on a device now: something is being loaded there; null: nothing is. */
  readonly taken: (device: string) => Promise<Refusal | null>;
  /** Text of `premortem-device.sh`, and the folder of a device that keeps its records. */
  readonly devicePart: string;
  readonly deviceFolder: (device: string) => string;
  /** What comes while we send is our own work. */
  readonly attribute: Attribute;
  /** On the trail, with the transaction of what it tells of. */
  readonly record: (event: TrailEvent, transaction: Database) => Promise<unknown>;
  /** What has to be done once a cause is gone (queues, dead sessions): sentences for the timeline. */
  readonly recover: (incident: Incident) => Promise<readonly string[]>;
  readonly onFault: (fault: unknown) => void;
}

export interface IncidentEvent {
  readonly kind: "opened" | "changed" | "causeFound" | "undone" | "recovered" | "closed";
  readonly incident: Incident;
}

/** Opens incidents by itself, finds their cause, and takes it back when somebody says so. */
export interface Incidents {
  readonly events: Channel<IncidentEvent>;
  symptom(symptom: Symptom): Promise<void>;
  symptomOver(id: string): Promise<void>;
  /** A connection that worked. */
  well(wellness: Wellness): void;
  /** What runs on a device against what was approved. */
  drifted(device: string, state: WatchState): Promise<void>;
  /** A difference was seen: causes may be others now. */
  differenceSeen(): Promise<void>;
  /** Takes the cause back; where none is proved, the difference that a person names. */
  undo(id: number, actor: Actor, difference?: string | null): Promise<Incident | Refusal>;
  /** What an undo would do on what runs now; nothing is sent. */
  proposeUndo(id: number, difference?: string | null): Promise<ProposedUndo | Refusal>;
  note(id: number, actor: Actor, text: string): Promise<Incident | Refusal>;
  close(id: number, actor: Actor): Promise<Incident | Refusal>;
  /** Adds what others did for it to the timeline; what stands there already is not added again. */
  tell(id: number, notes: readonly IncidentNote[]): Promise<void>;
  list(limit: number, before: number | null): Promise<readonly Incident[]>;
  /** Those that are not closed, oldest first. */
  open(): Promise<readonly Incident[]>;
  find(id: number): Promise<Incident | null>;
  /** Ends what a server before has begun; called once, before anything is started. */
  resume(): Promise<void>;
  /** Until nothing is under way any more. */
  settled(): Promise<void>;
}

export function openIncidents(options: IncidentOptions): Incidents {
  const events = openChannel<IncidentEvent>(options.onFault);
  const desk = new IncidentDesk(options, events);
  return {
    events,
    symptom: (symptom) => desk.symptom(symptom),
    symptomOver: (id) => desk.symptomOver(id),
    well: (wellness) => desk.well(wellness),
    drifted: (device, state) => desk.drifted(device, state),
    differenceSeen: () => desk.differenceSeen(),
    undo: (id, actor, difference = null) => desk.undo(id, actor, difference),
    proposeUndo: (id, difference = null) => desk.proposeUndo(id, difference),
    note: (id, actor, text) => desk.note(id, actor, text),
    close: (id, actor) => desk.close(id, actor),
    tell: (id, notes) => desk.tell(id, notes),
    list: (limit, before) => desk.list(limit, before),
    open: () => desk.open(),
    find: (id) => desk.find(id),
    resume: () => desk.resume(),
    settled: () => desk.settled(),
  };
}
