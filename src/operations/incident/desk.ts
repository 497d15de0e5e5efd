import type { Channel } from "../../platform/channel.ts";
import { openTurns } from "../../platform/turns.ts";
import { isMended } from "../audit/drift.ts";
import type { WatchState } from "../audit/model.ts";
import type { Actor, Refusal } from "../change/model.ts";
import { unknownIncident, whyFixed, whyOpen } from "./allowed.ts";
import { IncidentBook } from "./book.ts";
import { Evidence, isEvidence } from "./evidence.ts";
import { explain, type ToExplain } from "./explain.ts";
import { intentSymptom } from "./felt.ts";
import { Helping } from "./helping.ts";
import {
  addSymptom,
  close,
  cutOffUndo,
  endSymptom,
  isHealed,
  note,
  openIncident,
  presentSymptoms,
  setCause,
  waitingFor,
} from "./life.ts";
import type { Incident, IncidentNote, Symptom, Wellness } from "./model.ts";
import { Proofs } from "./proofs.ts";
import { Seeking } from "./seeking.ts";
import type { IncidentEvent, IncidentOptions } from "./service.ts";
import type { IncidentStore } from "./store.ts";
import { flowText } from "./tell.ts";
import { type ProposedUndo, Undoing } from "./undoing.ts";

/** Milliseconds before the first symptom from which on differences are asked: a week. */
export const HISTORY_MS = 7 * 24 * 3_600_000;
/** Milliseconds after which a new symptom of a recovered incident is a new incident. */
export const REOPEN_MS = 10 * 60_000;
/** Connections that worked that are kept: the last of each. */
export const MAXIMUM_WELLNESS = 1_000;

type Watching = Extract<WatchState, { kind: "watching" }>;

/** What nobody asked for. */
const OURS = { actor: "premortem" };

/** Who writes to incidents: one step after the other, so that none is lost. */
export class IncidentDesk {
  private readonly options: IncidentOptions;
  private readonly book: IncidentBook;
  private readonly store: IncidentStore;
  private readonly wellness = new Map<string, Wellness>();
  private readonly proofs = new Proofs();
  private readonly turns = openTurns();
  private readonly evidence: Evidence;
  private readonly helping: Helping;
  private readonly undoing: Undoing;
  private readonly seeking: Seeking;

  constructor(options: IncidentOptions, events: Channel<IncidentEvent>) {
    this.options = options;
    this.book = new IncidentBook(options, events);
    this.store = this.book.store;
    this.undoing = new Undoing(options, this.book);
    this.seeking = new Seeking({
      turns: this.turns,
      seek: (id) => this.seek(id),
      onFault: options.onFault,
    });
    this.evidence = new Evidence({
      explained: (symptoms) => this.explainedOf(symptoms),
      proved: (symptoms) => this.turns.take(() => this.take(symptoms, "proved")),
      onFault: options.onFault,
    });
    this.helping = new Helping({
      recover: options.recover,
      told: (incident, said) => this.noteAll(incident, said),
      onFault: options.onFault,
    });
  }

  /** Nobody knows how far the undos came that a server before has begun. */
  resume(): Promise<void> {
    return this.turns.take(async () => {
      for (const incident of await this.store.open()) {
        const next = cutOffUndo(incident, this.options.clock());
        if (next === incident) continue;
        const details = { text: next.undo?.text ?? "" };
        await this.book.enter(next, "undone", { ...OURS, kind: "incident.undoFailed", details });
      }
    });
  }

  async settled(): Promise<void> {
    await this.evidence.settled();
    await this.turns.settled();
    await this.helping.settled();
  }

  /** Resolves once its cause was sought. */
  async symptom(symptom: Symptom): Promise<void> {
    await this.turns.take(() => this.take([symptom]));
    await this.seeking.done();
  }

  symptomOver(id: string): Promise<void> {
    return this.turns.take(() => {
      this.evidence.drop(id);
      return this.end([id]);
    });
  }

  well(wellness: Wellness): void {
    const key = flowText(wellness);
    this.wellness.delete(key);
    this.wellness.set(key, wellness);
    const [oldest] = this.wellness.keys();
    if (this.wellness.size > MAXIMUM_WELLNESS && oldest !== undefined) this.wellness.delete(oldest);
  }

  /** Intents that a drift breaks are symptoms that nobody has had to feel yet. */
  async drifted(device: string, state: WatchState): Promise<void> {
    if (state.kind !== "watching") return;
    await this.takeDrift(device, state);
    await this.seeking.done();
  }

  private takeDrift(device: string, { drift }: Watching): Promise<void> {
    if (drift.change !== null) return this.turns.take(() => this.nowSeen(device));
    const symptoms = drift.broken.map((intent) => intentSymptom(device, intent, drift.atMs));
    const isOver = ({ intent }: Symptom) => intent?.device === device && isMended(drift, intent.id);
    return this.turns.take(async () => {
      await this.take(symptoms);
      const waiting = (await this.store.open()).flatMap(waitingFor);
      await this.end(waiting.filter(isOver).map(({ id }) => id));
      await this.nowSeen(device);
    });
  }

  /** What was not decided because nobody saw the device may be so now. */
  private async nowSeen(device: string): Promise<void> {
    for (const incident of await this.store.open()) {
      const { cause } = incident;
      const wasMissed = cause?.kind === "unclear" && cause.notSeen.includes(device);
      if (wasMissed && waitingFor(incident).length > 0) this.seeking.mark(incident.id);
    }
  }

  async differenceSeen(): Promise<void> {
    this.evidence.askAgain();
    await this.turns.take(async () => {
      for (const incident of await this.store.open())
        if (waitingFor(incident).length > 0) this.seeking.mark(incident.id);
    });
    await this.seeking.done();
  }

  list(limit: number, before: number | null): Promise<readonly Incident[]> {
    return this.store.list(limit, before);
  }

  open(): Promise<readonly Incident[]> {
    return this.store.open();
  }

  find(id: number): Promise<Incident | null> {
    return this.store.find(id);
  }

  note(id: number, actor: Actor, text: string): Promise<Incident | Refusal> {
    return this.change(id, actor, async (incident) =>
      this.book.save(note(incident, this.options.clock(), `${actor.login}: ${text}`), "changed"),
    );
  }

  /** Also of one that is closed: the story of it is written from what stands there. */
  tell(id: number, notes: readonly IncidentNote[]): Promise<void> {
    return this.turns.take(async () => {
      const found = await this.store.find(id);
      if (found === null) return;
      const isThere = ({ atMs, text }: IncidentNote) =>
        found.timeline.some((one) => one.atMs === atMs && one.text === text);
      const news = notes.filter((one) => !isThere(one));
      if (news.length === 0) return;
      const next = news.reduce((told, { atMs, text }) => note(told, atMs, text), found);
      await this.book.save(next, "changed");
    });
  }

  async close(id: number, actor: Actor): Promise<Incident | Refusal> {
    /* What is refused as it stands is refused at once: the turns in front of this one may look for causes for seconds. */
    const seen = await this.store.find(id);
    const refused = seen === null ? null : (whyFixed(seen, actor) ?? whyOpen(seen));
    if (refused !== null) return refused;
    return this.change(id, actor, async (incident) => {
      const obstacle = whyOpen(incident);
      if (obstacle !== null) return obstacle;
      const closed = close(incident, actor.login, this.options.clock());
      const entry = { actor: actor.login, kind: "incident.closed", details: {} };
      return this.book.enter(closed, "closed", entry);
    });
  }

  /** Takes the cause back, by whoever may operate: knowing and not doing costs the most time. */
  undo(id: number, actor: Actor, difference: string | null): Promise<Incident | Refusal> {
    return this.change(id, actor, (incident) =>
      this.undoing.run(incident, actor.login, difference),
    );
  }

  /** What an undo would do. Symptoms go on coming in meanwhile. */
  async proposeUndo(id: number, difference: string | null): Promise<ProposedUndo | Refusal> {
    const incident = await this.store.find(id);
    if (incident === null) return unknownIncident(id);
    return this.undoing.propose(incident, difference);
  }

  private change(
    id: number,
    actor: Actor,
    work: (incident: Incident) => Promise<Incident | Refusal>,
  ): Promise<Incident | Refusal> {
    return this.turns.take(async () => {
      const incident = await this.store.find(id);
      if (incident === null) return unknownIncident(id);
      return whyFixed(incident, actor) ?? work(incident);
    });
  }

  /** Symptoms join the incident that is going on, or begin one; mere evidence joins what hurts, or waits. */
  private async take(symptoms: readonly Symptom[], worth?: "proved"): Promise<void> {
    const { clock } = this.options;
    for (const symptom of symptoms) {
      const current = (await this.store.open()).find((one) => isGoingOn(one, clock()));
      const isMere = worth !== "proved" && isEvidence(symptom);
      if (isMere && current?.recoveredMs !== null) {
        this.evidence.hold(symptom);
        continue;
      }
      if (current === undefined) {
        await this.book.open(openIncident(0, symptom, clock()), symptom.text);
        continue;
      }
      const next = addSymptom(current, symptom, clock());
      if (next !== current) await this.book.save(next, "changed");
    }
    const isHurting = (one: Incident) => one.recoveredMs === null;
    const current = (await this.store.open()).find(isHurting);
    if (symptoms.length > 0 && current !== undefined)
      this.seeking.mark((await this.joined(current)).id);
  }

  /** With the evidence that waited for an incident. */
  private async joined(incident: Incident): Promise<Incident> {
    const { clock } = this.options;
    const held = this.evidence.release();
    const next = held.reduce((all, symptom) => addSymptom(all, symptom, clock()), incident);
    return next === incident ? incident : this.book.save(next, "changed");
  }

  /** Ids of evidence that a difference explains. */
  private async explainedOf(symptoms: readonly Symptom[]): Promise<readonly string[]> {
    const began = Math.min(...symptoms.map(({ sinceMs }) => sinceMs));
    const cause = await this.causeOf({ symptoms, waiting: symptoms, known: null, sinceMs: began });
    return cause.kind === "explained" ? cause.explains : [];
  }

  private async end(ids: readonly string[]): Promise<void> {
    const without = (incident: Incident) =>
      ids.reduce((left, id) => endSymptom(left, id, this.options.clock()), incident);
    for (const open of await this.store.open()) {
      if (without(open) === open) continue;
      /* What is over explains nothing any more: its cause is sought while it is there. */
      await this.seeking.now();
      const incident = (await this.store.find(open.id)) ?? open;
      const next = without(incident);
      const isOver = next.recoveredMs !== null && incident.recoveredMs === null;
      await this.book.save(next, isOver ? "recovered" : "changed");
      /* Whoever has taken the cause out; an undo helps by itself. */
      if (isHealed(incident, next)) this.helping.begin(next);
    }
  }

  private noteAll({ id }: Incident, said: readonly string[]): Promise<void> {
    return this.turns.take(async () => {
      const found = await this.store.find(id);
      if (found === null || found.status === "closed") return;
      const nowMs = this.options.clock();
      await this.book.save(
        said.reduce((told, text) => note(told, nowMs, text), found),
        "changed",
      );
    });
  }

  private async seek(id: number): Promise<void> {
    const incident = await this.store.find(id);
    if (incident !== null && incident.recoveredMs === null) await this.seekCause(incident);
  }

  private async seekCause(incident: Incident): Promise<void> {
    const cause = await this.causeOf({
      symptoms: presentSymptoms(incident),
      waiting: waitingFor(incident),
      known: incident.cause,
      sinceMs: incident.beganMs,
    });
    const next = setCause(incident, cause, this.options.clock());
    if (JSON.stringify(next.cause) === JSON.stringify(incident.cause)) return;
    const isNew = next.timeline.length > incident.timeline.length;
    const entry = { ...OURS, kind: "incident.cause", details: { cause: cause.kind } };
    if (isNew) await this.book.enter(next, "causeFound", entry);
    else await this.book.save(next, "changed");
  }

  private async causeOf({
    sinceMs,
    ...asked
  }: Pick<ToExplain, "symptoms" | "waiting" | "known"> & { readonly sinceMs: number }) {
    const { network, differencesSince, snapshotOf, isSeen } = this.options;
    return explain({
      ...asked,
      network: network(),
      notSeen: [...network().devices.keys()].filter((name) => !isSeen(name)),
      differences: await differencesSince(sinceMs - HISTORY_MS),
      wellness: [...this.wellness.values()],
      snapshotOf,
      proofs: this.proofs,
    });
  }
}

function isGoingOn({ recoveredMs }: Incident, nowMs: number): boolean {
  return recoveredMs === null || nowMs - recoveredMs < REOPEN_MS;
}
