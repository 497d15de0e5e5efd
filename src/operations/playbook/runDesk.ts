import { type Actor, mayOperate } from "../../platform/auth/actor.ts";
import type { Channel } from "../../platform/channel.ts";
import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import { openTurns, type Turns } from "../../platform/turns.ts";
import type { PlaybookRun } from "./run.ts";
import type { PlaybookEvent, PlaybookOptions } from "./service.ts";
import { findRun, insertRun, unfinishedRuns, updateRun } from "./store.ts";
import { isAtWork, type StepEvent, takeStep } from "./transition.ts";
import { pressedBefore, pressUndo, type Worked, workOn } from "./work.ts";

/** Who acts where no person does. */
const OURS = "premortem";
const MAXIMUM_TEXT = 4_000;

/** Writes to runs, one step after the other: each is in the database before its work begins. */
export class RunDesk {
  private readonly options: PlaybookOptions;
  private readonly turns: Turns;
  private readonly events: Channel<PlaybookEvent>;
  private readonly working = new Set<Promise<unknown>>();
  /** An incident that is being undone holds its timeline up for seconds: no step waits for that. */
  private readonly telling = openTurns();

  constructor(options: PlaybookOptions, turns: Turns, events: Channel<PlaybookEvent>) {
    this.options = options;
    this.turns = turns;
    this.events = events;
  }

  async begin(run: PlaybookRun): Promise<PlaybookRun> {
    const { database, clock, trail } = this.options;
    const { playbook, incident, begun } = run;
    const added = await database.transaction().execute(async (transaction) => {
      const stored = await insertRun(transaction, run);
      const details = { incident, playbook: playbook.id, version: playbook.version };
      const subject = `playbook-run/${stored.id}`;
      const event = { atMs: clock(), actor: begun.by, kind: "playbook.begun", subject, details };
      await trail.append(event, transaction);
      return stored;
    });
    this.publish("begun", added, 0);
    this.tell(added.id);
    return added;
  }

  /** What a person does; the work that follows from it goes on behind the answer. */
  async change(
    incident: number,
    id: number,
    actor: Actor,
    next: (run: PlaybookRun, atMs: number) => PlaybookRun | Refusal,
    step: string | null,
  ): Promise<PlaybookRun | Refusal> {
    if (!mayOperate(actor))
      return refuse(`\`${actor.login}\` is no operator`, "ask somebody with the role operator");
    const saved = await this.save(id, actor.login, step, (run, atMs) =>
      run.incident === incident ? next(run, atMs) : unknownRun(id),
    );
    if ("reason" in saved || step === null) return saved;
    this.goOn(saved, step, actor);
    return saved;
  }

  /** Begins what a step that was begun or pressed asks of premortem. */
  private goOn(run: PlaybookRun, id: string, actor: Actor): void {
    const step = run.playbook.steps.find((one) => one.id === id);
    const state = run.steps.find((one) => one.id === id)?.state;
    if (step === undefined || state === undefined || step.kind === "person") return;
    if (!isAtWork(step, state) || !("attempt" in state)) return;
    const { attempt } = state;
    const key = `${run.id}/${id}/${attempt}/${state.kind}`;
    if (this.underWay.has(key)) return;
    this.underWay.add(key);
    const work =
      state.kind === "pressed"
        ? pressUndo(this.options, run, actor)
        : workOn(this.options, run, step);
    this.follow(this.finish(run.id, id, attempt, work).finally(() => this.underWay.delete(key)));
  }

  /** A note to a step that is at work begins its work no second time. */
  private readonly underWay = new Set<string>();

  private async finish(
    run: number,
    step: string,
    attempt: number,
    work: Promise<Worked>,
  ): Promise<void> {
    const worked = await work.catch((fault: unknown): Worked => {
      this.options.onFault(fault);
      return { kind: "failed", text: "a defect of premortem: it is in the server's log" };
    });
    const event: StepEvent = { ...worked, text: storable(worked.text), attempt };
    await this.save(run, OURS, step, (found, atMs) => takeStep(found, step, event, atMs));
  }

  private save(
    id: number,
    actor: string,
    step: string | null,
    next: (run: PlaybookRun, atMs: number) => PlaybookRun | Refusal,
  ): Promise<PlaybookRun | Refusal> {
    const { database, clock, trail } = this.options;
    return this.turns.take(async () => {
      let before = 0;
      const saved = await database.transaction().execute(async (transaction) => {
        const found = await findRun(transaction, id, true);
        if (found === null) return unknownRun(id);
        before = found.log.length;
        const atMs = clock();
        const run = next(found, atMs);
        if ("reason" in run || run === found) return run;
        await updateRun(transaction, run);
        const state = run.steps.find((one) => one.id === step)?.state.kind ?? run.status;
        const details = { incident: run.incident, step: step ?? "", state };
        const kind = step === null ? "playbook.ended" : "playbook.step";
        await trail.append(
          { atMs, actor, kind, subject: `playbook-run/${id}`, details },
          transaction,
        );
        return run;
      });
      if ("reason" in saved) return saved;
      this.publish(saved.status === "over" ? "over" : "step", saved, before);
      this.tell(id);
      return saved;
    });
  }

  private publish(kind: "begun" | "step" | "over", run: PlaybookRun, before: number): void {
    const text = run.log
      .slice(before)
      .map((one) => one.text)
      .join("; ");
    this.events.publish({ kind, run, text });
  }

  /** What the timeline does not have of the log. Where it fails, the next line, or the next server, tells it. */
  private tell(id: number): void {
    const { database, incidents } = this.options;
    this.follow(
      this.telling.take(async () => {
        const run = await findRun(database, id);
        if (run === null || run.told >= run.log.length) return;
        await incidents.tell(run.incident, run.log.slice(run.told));
        const told = run.log.length;
        await this.turns.take(() =>
          database.transaction().execute(async (transaction) => {
            const now = await findRun(transaction, id, true);
            if (now !== null) await updateRun(transaction, { ...now, told });
          }),
        );
      }),
    );
  }

  async tick(): Promise<void> {
    const { database, clock } = this.options;
    for (const run of await unfinishedRuns(database))
      for (const { id, state } of run.steps)
        if (
          state.kind === "begun" &&
          state.dueMs !== null &&
          state.dueMs <= clock() &&
          !state.isDueTold
        )
          await this.save(run.id, OURS, id, (found, atMs) =>
            takeStep(found, id, { kind: "due" }, atMs),
          );
  }

  /**
   * What only looks is done again; an alert is raised under the key that it has. An undo that was pressed is
   * looked up, and never sent a second time.
   */
  async resume(): Promise<void> {
    for (const run of await unfinishedRuns(this.options.database)) {
      this.tell(run.id);
      for (const { id, state } of run.steps) {
        if (state.kind === "pressed") await this.takeUp(run, id, state);
        else this.goOn(run, id, { login: OURS, roles: [] });
      }
    }
  }

  private async takeUp(
    run: PlaybookRun,
    id: string,
    state: { readonly by: string; readonly atMs: number; readonly attempt: number },
  ): Promise<void> {
    const worked = await pressedBefore(this.options, run, state);
    const text = "the server ended while it was on its way: look at what runs";
    const event: StepEvent =
      worked === null
        ? { kind: "lost", text }
        : { ...worked, text: storable(worked.text), attempt: state.attempt };
    await this.save(run.id, OURS, id, (found, atMs) => takeStep(found, id, event, atMs));
  }

  private follow(work: Promise<unknown>): void {
    const followed = work.catch(this.options.onFault).finally(() => this.working.delete(followed));
    this.working.add(followed);
  }

  async settled(): Promise<void> {
    while (this.working.size > 0) await Promise.all(this.working);
    await this.turns.settled();
  }
}

function unknownRun(id: number): Refusal {
  return refuseUnknown(
    `there is no run ${id} of a playbook here`,
    "they are listed with the incident",
  );
}

/** As PostgreSQL takes it: what servers answer may hold anything. */
function storable(text: string): string {
  return text.replace(/\p{Surrogate}|\0/gu, "\ufffd").slice(0, MAXIMUM_TEXT);
}
