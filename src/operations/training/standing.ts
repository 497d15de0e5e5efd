import type { Network, Person } from "../inventory/model.ts";
import type { TrainingLesson } from "../inventory/training.ts";

/** `due`: it is still good, and not for long; `never`: it was never done, so it is overdue at once. */
export type StandingState = "current" | "due" | "overdue" | "never";

/** How somebody stands with a lesson that is for them. */
export interface TrainingStanding {
  readonly login: string;
  readonly lesson: string;
  readonly state: StandingState;
  /** Null: never. */
  readonly lastMs: number | null;
  /** Null: it was never done, so it is due at once. */
  readonly dueMs: number | null;
}

/** That somebody has done a lesson, at last. */
export interface Attended {
  readonly login: string;
  readonly lesson: string;
  readonly atMs: number;
}

/** How many of those whom a lesson is for have done it. */
export interface Coverage {
  readonly lesson: string;
  readonly people: number;
  readonly current: number;
  readonly due: number;
  readonly overdue: number;
  readonly never: number;
}

type Planned = Pick<Network, "people" | "teams" | "training">;

const DAY_MS = 86_400_000;
/** Days before it is over in which a lesson is told to be due soon: time to find an hour for it. */
const DUE_SOON_DAYS = 30;
/** Of an interval, where that is short. */
const DUE_SOON_PART = 1 / 4;

/** How everybody stands with every lesson that is for them, in the order of the file. Pure. */
export function standingsOf(
  network: Planned,
  attended: readonly Attended[],
  nowMs: number,
): readonly TrainingStanding[] {
  const last = new Map<string, number>();
  for (const { login, lesson, atMs } of attended) {
    const key = keyOf(lesson, login);
    last.set(key, Math.max(atMs, last.get(key) ?? 0));
  }
  return network.training.flatMap((lesson) =>
    peopleOf(network, lesson).map(({ login }) => {
      const lastMs = last.get(keyOf(lesson.id, login)) ?? null;
      return { login, lesson: lesson.id, lastMs, ...stateOf(lesson, lastMs, nowMs) };
    }),
  );
}

/** Neither ids nor logins hold a blank. */
function keyOf(lesson: string, login: string): string {
  return `${lesson} ${login}`;
}

function stateOf(
  { everyDays }: TrainingLesson,
  lastMs: number | null,
  nowMs: number,
): Pick<TrainingStanding, "state" | "dueMs"> {
  if (lastMs === null) return { state: "never", dueMs: null };
  const dueMs = lastMs + everyDays * DAY_MS;
  const soonMs = Math.min(DUE_SOON_DAYS, everyDays * DUE_SOON_PART) * DAY_MS;
  if (nowMs >= dueMs) return { state: "overdue", dueMs };
  return { state: nowMs >= dueMs - soonMs ? "due" : "current", dueMs };
}

/** Whom a lesson is for: each once, in the order of the file. */
export function peopleOf(
  { people, teams }: Pick<Network, "people" | "teams">,
  lesson: TrainingLesson,
): readonly Person[] {
  const members = new Set(
    teams.filter(({ id }) => lesson.teams.includes(id)).flatMap((team) => team.members),
  );
  return people.filter(
    ({ login, roles }) => members.has(login) || roles.some((role) => lesson.roles.includes(role)),
  );
}

/** Whether somebody is late, so that others should know before they rely on it. */
export function isLate({ state }: TrainingStanding): boolean {
  return state === "overdue" || state === "never";
}

/** For each lesson, in the order of the file; one that is for nobody covers nobody. Pure. */
export function coverageOf(
  { training }: Pick<Network, "training">,
  standings: readonly TrainingStanding[],
): readonly Coverage[] {
  return training.map(({ id }) => {
    const own = standings.filter(({ lesson }) => lesson === id);
    const count = (state: StandingState) => own.filter((one) => one.state === state).length;
    return {
      lesson: id,
      people: own.length,
      current: count("current"),
      due: count("due"),
      overdue: count("overdue"),
      never: count("never"),
    };
  });
}
