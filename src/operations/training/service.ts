import { type Actor, mayOperate } from "../../platform/auth/actor.ts";
import { type Channel, openChannel } from "../../platform/channel.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import type { Network } from "../inventory/model.ts";
import type { TrainingLesson } from "../inventory/training.ts";
import type { Trail } from "../trail/service.ts";
import { correctionOf, mayBeSeen, refuseCorrected } from "./correction.ts";
import type {
  AttendanceWishes,
  CorrectionWishes,
  FinishedDrill,
  FinishedDrills,
  RecordEntry,
} from "./model.ts";
import {
  type Attended,
  type Coverage,
  coverageOf,
  isLate,
  standingsOf,
  type TrainingStanding,
} from "./standing.ts";
import {
  findAttendance,
  insertAttendance,
  lastAttended,
  listAttendance,
  type NewAttendance,
} from "./store.ts";

export interface TrainingOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly trail: Pick<Trail, "append">;
  readonly network: () => Pick<Network, "people" | "teams" | "training">;
  /** Ids of drills that there are. */
  readonly drills: () => readonly string[];
  readonly finished: FinishedDrills;
  readonly onFault: (fault: unknown) => void;
}

/** The plan, and how those whom it asks stand. */
export interface TrainingView {
  readonly plan: readonly TrainingLesson[];
  /** Lessons that nobody can take, in sentences. */
  readonly problems: readonly string[];
  readonly mine: readonly TrainingStanding[];
  readonly coverage: readonly Coverage[];
  /** Of everybody, for approvers; empty for others. */
  readonly people: readonly TrainingStanding[];
}

/** Who has practised what, and who has to. Points of drills are not known here. */
export interface Training {
  readonly events: Pick<Channel<RecordEntry>, "subscribe">;
  view(actor: Actor): Promise<TrainingView>;
  /** Lessons that somebody is late with. */
  late(login: string): Promise<readonly TrainingLesson[]>;
  /** Newest first, as far as the actor may see it: approvers all, others what they did or wrote. */
  record(actor: Actor, limit: number): Promise<readonly RecordEntry[]>;
  attend(wishes: AttendanceWishes, actor: Actor): Promise<RecordEntry | Refusal>;
  /** Puts another entry in the place of one that was written down wrongly; both stay. */
  correct(wishes: CorrectionWishes, actor: Actor): Promise<RecordEntry | Refusal>;
}

export function openTraining(options: TrainingOptions): Training {
  const { database, clock, trail, network, finished } = options;
  const events = openChannel<RecordEntry>(options.onFault);
  const standings = async () => {
    const played = (await finished.last()).flatMap((one) => attendedBy(network().training, one));
    return standingsOf(network(), [...(await lastAttended(database)), ...played], clock());
  };
  const write = (attendance: NewAttendance) =>
    database.transaction().execute(async (transaction) => {
      const added = await insertAttendance(transaction, attendance);
      if (added !== null) await trail.append(attendedEvent(added, clock()), transaction);
      return added;
    });
  return {
    events,
    async view(actor) {
      const all = await standings();
      return {
        plan: network().training,
        problems: problemsOf(network().training, options.drills()),
        mine: all.filter(({ login }) => login === actor.login),
        coverage: coverageOf(network(), all),
        people: actor.roles.includes("approver") ? all : [],
      };
    },
    async late(login) {
      const late = (await standings()).filter((one) => one.login === login && isLate(one));
      return network().training.filter(({ id }) => late.some(({ lesson }) => lesson === id));
    },
    async record(actor, limit) {
      const said = await listAttendance(database, limit);
      const played = (await finished.all(limit)).flatMap((one) =>
        attendedBy(network().training, one).map((done) => playedEntry(one, done)),
      );
      const isSeen = mayBeSeen(actor, said);
      return [...said, ...played]
        .filter(isSeen)
        .sort((a, b) => b.atMs - a.atMs)
        .slice(0, limit);
    },
    async attend(wishes, actor) {
      const refusal = refuseAttendance(network(), wishes, actor, clock());
      if (refusal !== null) return refusal;
      const logins = [...new Set(wishes.logins)].sort();
      const entry = await write({ ...wishes, logins, by: actor.login, corrects: null, why: "" });
      if (entry === null) throw new Error("an attendance that corrects none was not written");
      events.publish(entry);
      return entry;
    },
    async correct(wishes, actor) {
      const found = await findAttendance(database, wishes.attendance);
      if (found === null)
        return refuseUnknown(
          `there is no attendance ${wishes.attendance}`,
          "the record has the numbers",
        );
      const right = correctionOf(found, wishes, actor.login);
      const refusal = refuseAttendance(network(), right, actor, clock());
      if (refusal !== null) return refusal;
      if (found.correctedBy !== null) return refuseCorrected(database, found.number);
      const entry = await write(right);
      if (entry === null) return refuseCorrected(database, found.number);
      events.publish(entry);
      return entry;
    },
  };
}

function attendedEvent(entry: RecordEntry, nowMs: number) {
  const { number, lesson, logins, atMs, by, note, corrects, why } = entry;
  const details = { attendance: number, heldMs: atMs, logins, note };
  return {
    atMs: nowMs,
    actor: by,
    kind: corrects === null ? "training.attended" : "training.corrected",
    subject: `training/${lesson}`,
    details: corrects === null ? details : { ...details, corrects, why },
  };
}

/** A drill that was played to its end counts for each lesson that asks for it. */
function attendedBy(
  training: readonly TrainingLesson[],
  { login, drill, atMs }: FinishedDrill,
): readonly Attended[] {
  return training.flatMap(({ id, what }) =>
    what.kind === "drill" && what.drill === drill ? [{ login, lesson: id, atMs }] : [],
  );
}

function playedEntry({ run, login, atMs }: FinishedDrill, { lesson }: Attended): RecordEntry {
  return {
    how: "drill",
    number: run,
    lesson,
    logins: [login],
    atMs,
    by: login,
    note: "",
    corrects: null,
    why: "",
    correctedBy: null,
  };
}

function problemsOf(
  training: readonly TrainingLesson[],
  drills: readonly string[],
): readonly string[] {
  return training.flatMap(({ id, what }) =>
    what.kind === "paper" || drills.includes(what.drill)
      ? []
      : [`lesson ${id}: there is no drill ${what.drill}; there are ${drills.join(", ")}`],
  );
}

/** Null: it may be written down. */
function refuseAttendance(
  { training, people }: Pick<Network, "people" | "training">,
  { lesson, logins, atMs }: AttendanceWishes,
  actor: Actor,
  nowMs: number,
): Refusal | null {
  if (!mayOperate(actor))
    return refuse(
      `\`${actor.login}\` may not write down who took part`,
      "ask an operator or an approver",
    );
  if (!training.some(({ id }) => id === lesson))
    return refuseUnknown(
      `the network file has no lesson \`${lesson}\``,
      training.length === 0
        ? "add it under `training`"
        : `known are ${training.map(({ id }) => `\`${id}\``).join(", ")}`,
    );
  const strangers = logins.filter((login) => !people.some((one) => one.login === login));
  if (strangers.length > 0)
    return refuseUnknown(
      `nobody of the network file is called ${strangers.map((one) => `\`${one}\``).join(", ")}`,
      "write the logins of `people`",
    );
  if (atMs > nowMs)
    return refuse(
      "a lesson that is still to come was attended by nobody",
      "write it down after it",
    );
  return null;
}
