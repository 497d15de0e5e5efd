import type { Actor } from "../../platform/auth/actor.ts";
import { type Channel, openChannel } from "../../platform/channel.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import { openTurns } from "../../platform/turns.ts";
import type { Trail } from "../trail/service.ts";
import type { DrillAction } from "./actions.ts";
import { debriefOf } from "./debrief.ts";
import type { Debrief, Drill, DrillEntry, DrillRun, Heard, Pace } from "./model.ts";
import { LONGEST_MS, type Play } from "./play/play.ts";
import { openPlays } from "./plays.ts";
import type { DrillShelf } from "./shelf.ts";
import {
  allPlayed,
  endRun,
  findRun,
  insertEntry,
  insertRun,
  lastPlayed,
  lastScores,
  runsOf,
} from "./store.ts";
import { momentOf, refuseAction } from "./transition.ts";

export interface DrillParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly shelf: DrillShelf;
  readonly trail: Pick<Trail, "append">;
  readonly onFault: (fault: unknown) => void;
}

/** What became of a run; told to its trainee alone. */
export interface DrillEvent {
  readonly kind: "begun" | "acted" | "over";
  readonly run: DrillRun;
}

/** A run as its trainee sees it now. */
export interface DrillView {
  readonly run: DrillRun;
  readonly nowMs: number;
  /** Calls since the last action. */
  readonly heard: readonly Heard[];
}

/** Runs of one person that go on at once. */
const MAXIMUM_OPEN = 3;

export type Drills = ReturnType<typeof openDrills>;

/** Drills that people play, each on a simulation of its own. Nobody sees the run of somebody else. */
export function openDrills(parts: DrillParts) {
  const { database, clock, shelf } = parts;
  const turns = openTurns();
  const events: Channel<DrillEvent> = openChannel(parts.onFault);
  const plays = openPlays();
  const byId = new Map(shelf.files.map(({ drill }) => [drill.id, drill]));

  const viewOf = (run: DrillRun): DrillView => {
    if (run.debrief !== null) return { run, nowMs: run.debrief.endedMs, heard: [] };
    const play = plays.of(run);
    play.advanceTo(momentOf(run, clock()));
    return { run, nowMs: play.nowMs(), heard: play.unheard() };
  };
  const end = async (run: DrillRun, play: Play, outcome: Debrief["outcome"]): Promise<DrillRun> => {
    const debrief = debriefOf(run.drill, run.entries, noticedBy(play), outcome);
    await writeEnd(parts, run, debrief);
    plays.forget(run.id);
    const ended = { ...run, debrief };
    events.publish({ kind: "over", run: ended });
    return ended;
  };
  const found = async (id: number, actor: Actor): Promise<DrillRun | Refusal> =>
    (await findRun(database, id, actor.login)) ??
    refuseUnknown(`you have no drill run ${id}`, "`premortem drill list` has yours");

  return {
    events: { subscribe: events.subscribe },
    /** Of everybody, without points. */
    finished: {
      last: () => lastPlayed(database),
      all: (limit: number) => allPlayed(database, limit),
    },
    /** For what is checked by a drill, and told to nobody. */
    lastScores: (drill: string, logins: readonly string[]) => lastScores(database, drill, logins),
    list: (): readonly Drill[] => [...byId.values()],
    problems: () => shelf.diagnostics,
    /** Of one person, newest first. */
    runs: (actor: Actor) => runsOf(database, actor.login),
    /** One of the same drill that is open is gone on with. */
    begin: (id: string, pace: Pace, actor: Actor): Promise<DrillView | Refusal> =>
      turns.take(async () => {
        const drill = byId.get(id);
        if (drill === undefined)
          return refuseUnknown(
            `there is no drill \`${id}\``,
            `take one of: ${[...byId.keys()].join(", ")}`,
          );
        const open = (await runsOf(database, actor.login)).filter((run) => run.debrief === null);
        const same = open.find((run) => run.drill.id === id);
        if (same !== undefined)
          return viewOf((await findRun(database, same.id, actor.login)) ?? same);
        if (open.length >= MAXIMUM_OPEN)
          return refuse(
            `you have ${open.length} drills open`,
            "play one of them to its end, or give it up",
          );
        const begun = {
          login: actor.login,
          drill,
          pace,
          begunMs: clock(),
          entries: [],
          debrief: null,
        };
        const run = await insertRun(database, begun);
        events.publish({ kind: "begun", run });
        return viewOf(run);
      }),
    find: (id: number, actor: Actor): Promise<DrillView | Refusal> =>
      turns.take(async () => {
        const run = await found(id, actor);
        if ("reason" in run) return run;
        const view = viewOf(run);
        /* By the clock, a run may come to its end while nobody does anything. */
        if (run.debrief !== null || view.nowMs < run.drill.beginsMs + LONGEST_MS) return view;
        return viewOf(await end(run, plays.of(run), "tooLate"));
      }),
    act: (id: number, action: DrillAction, actor: Actor): Promise<DrillView | Refusal> =>
      turns.take(async () => {
        const run = await found(id, actor);
        if ("reason" in run) return run;
        const refusal = refuseAction(run, action);
        if (refusal !== null) return refusal;
        const wallMs = clock();
        const play = plays.of(run);
        play.advanceTo(momentOf(run, wallMs));
        const atMs = play.nowMs();
        const answer = play.act(action, actor.login);
        const number = run.entries.length + 1;
        const entry: DrillEntry = { number, action, atMs, endMs: play.nowMs(), wallMs, answer };
        try {
          await insertEntry(database, id, entry);
        } catch (fault) {
          /* What is not in the journal has not happened: the play is made again from it. */
          plays.forget(id);
          throw fault;
        }
        const next = { ...run, entries: [...run.entries, entry] };
        plays.keep(next, play);
        const outcome = outcomeOf(entry, play);
        if (outcome !== null) return viewOf(await end(next, play, outcome));
        events.publish({ kind: "acted", run: next });
        return viewOf(next);
      }),
  };
}

/** That somebody has played a drill to its end is on the trail; what it was worth is theirs alone. */
async function writeEnd(
  { database, clock, trail }: DrillParts,
  { id, login, drill }: DrillRun,
  debrief: Debrief,
): Promise<void> {
  const atMs = clock();
  await database.transaction().execute(async (transaction) => {
    await endRun(transaction, id, debrief, atMs);
    if (debrief.outcome === "givenUp") return;
    const details = { drill: drill.id };
    const event = { atMs, actor: login, kind: "drill.finished", subject: `drill-run/${id}` };
    await trail.append({ ...event, details }, transaction);
  });
}

/** Null: it goes on. */
function outcomeOf({ action, answer }: DrillEntry, play: Play): Debrief["outcome"] | null {
  if (action.kind === "giveUp") return "givenUp";
  if (action.kind === "close" && answer.isDone) return "restored";
  return play.nowMs() >= play.drill.beginsMs + LONGEST_MS ? "tooLate" : null;
}

function noticedBy({ senses, differences, nowMs }: Play) {
  return {
    nowMs: nowMs(),
    brokeMs: senses.brokeMs,
    restoredMs: senses.restoredMs,
    seen: senses.seen(),
    differences: differences.all(),
    harm: senses.harm(),
  };
}
