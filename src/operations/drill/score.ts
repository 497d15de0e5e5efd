import type { Deeds } from "./deeds.ts";
import type { Deduction, Drill, Harm, Score, ScorePart, Weights } from "./model.ts";

const MS_IN_MINUTE = 60_000;
const SECONDS_IN_MINUTE = 60;
/** Minutes within which all points are given, and beyond which none; the last of them is the origin's. */
const LIMITS = {
  detect: { good: 5, bad: 60 },
  diagnose: { good: 15, bad: 120 },
  restore: { good: 25, bad: 210 },
} as const;
/** Tries that failed, for each that would have been made in the minutes of an outage like the origin's. */
const TRIES_OF_RATE = 2.5;
const WRONG_DIAGNOSIS = 4;
const FALSE_ALARM = 4;
const FALSE_END = 5;
/** A flow that must never be open, was. */
const EXPOSED = 15;

export interface ScoreInput {
  readonly drill: Drill;
  readonly deeds: Deeds;
  readonly harm: Harm;
  /** Null: nothing broke yet. */
  readonly brokeMs: number | null;
  /** When everything worked again, for good; null: it does not. */
  readonly restoredMs: number | null;
}

/** Points of a run, each part with its reason. Pure. */
export function score(input: ScoreInput): Score {
  const { drill, deeds, brokeMs } = input;
  const { weights } = drill;
  const timed = (id: keyof typeof LIMITS, atMs: number | null, what: string): ScorePart =>
    timePart(id, weights[id], minutesAfter(brokeMs, atMs), what);
  const parts = [
    timed("detect", deeds.declaredMs, "that it is an outage"),
    timed("diagnose", deeds.diagnosedMs, "the cause"),
    timed("restore", input.restoredMs, "that it works again"),
    playbookPart(drill, deeds),
    harmPart(drill, input.harm),
  ];
  const deductions = deductionsOf(deeds, input.harm);
  const sum = parts.reduce((all, { points }) => all + points, 0);
  const less = deductions.reduce((all, { points }) => all + points, 0);
  return { total: Math.max(0, sum - less), parts, deductions };
}

function minutesAfter(fromMs: number | null, atMs: number | null): number | null {
  return fromMs === null || atMs === null ? null : (atMs - fromMs) / MS_IN_MINUTE;
}

const WORDS = {
  detect: "you said that it is an outage",
  diagnose: "you named the cause",
  restore: "everything worked again",
} as const;

function timePart(
  id: keyof typeof LIMITS,
  of: number,
  minutes: number | null,
  missing: string,
): ScorePart {
  if (minutes === null)
    return {
      id,
      of,
      points: 0,
      text: `you never said ${missing}`.replace("said that it works again", "got it to work again"),
    };
  const { good, bad } = LIMITS[id];
  const share = Math.min(1, Math.max(0, (bad - minutes) / (bad - good)));
  const text = `${WORDS[id]} ${Math.round(minutes)} minutes after it broke (all points within ${good}, none beyond ${bad})`;
  return { id, of, points: Math.round(of * share), text };
}

function playbookPart({ playbook, weights }: Drill, { followed }: Deeds): ScorePart {
  const count = playbook.steps.length;
  const left = playbook.steps.filter(({ id }) => !followed.includes(id)).map(({ title }) => title);
  const rest = left.length === 0 ? "" : `; not, or too early: ${left.join("; ")}`;
  return {
    id: "playbook",
    of: weights.playbook,
    points:
      count === 0 ? weights.playbook : Math.round((weights.playbook * followed.length) / count),
    text: `${followed.length} of ${count} steps of the playbook in their order${rest}`,
  };
}

function harmPart({ weights, rate }: Drill, harm: Harm): ScorePart {
  const { refusedIn, deferredOut, failedLogins, lost } = harm;
  const failed = refusedIn + deferredOut + failedLogins;
  const most = Math.max(1, rate * TRIES_OF_RATE * SECONDS_IN_MINUTE * LIMITS.restore.bad);
  const share = lost > 0 ? 0 : Math.max(0, 1 - failed / most);
  const text = `${refusedIn} mails turned away, ${deferredOut} tries to deliver put off, ${failedLogins} logins failed, ${lost} mails lost`;
  return { id: "harm", of: weights.harm, points: Math.round(weights.harm * share), text };
}

function deductionsOf(deeds: Deeds, harm: Harm): readonly Deduction[] {
  const times = (count: number, each: number, text: string): readonly Deduction[] =>
    count === 0
      ? []
      : [{ points: count * each, text: count === 1 ? text : `${text} (${count} times)` }];
  return [
    ...deeds.wrong.map(({ points, harm: text }) => ({ points, text })),
    ...harm.exposed.map(({ name, minutes }) => ({
      points: EXPOSED,
      text: `what must never be open was open for ${minutes} minutes: ${name}`,
    })),
    ...times(deeds.wrongDiagnoses, WRONG_DIAGNOSIS, "you named a cause that it was not"),
    ...times(deeds.falseAlarms, FALSE_ALARM, "you called an outage before there was one"),
    ...times(deeds.falseEnds, FALSE_END, "you said that it was over while it was not"),
  ];
}

/** What to practise next, for the parts that brought the least. */
export function practiseOf({ parts, deductions }: Score): readonly string[] {
  const weak = parts
    .filter(({ points, of }) => of > 0 && points / of < ENOUGH)
    .sort((a, b) => a.points / a.of - b.points / b.of)
    .map(({ id }) => ADVICE[id]);
  const careful =
    deductions.length > 0
      ? ["Before you do something that cannot be taken back, say what it would break."]
      : [];
  return [...weak, ...careful];
}

const ENOUGH = 0.8;
const ADVICE: Readonly<Record<keyof Weights, string>> = {
  detect: "Say that it is an outage as soon as two signs agree; you can take that back.",
  diagnose:
    "Look at what changed first: the difference says which rule it is, and who put it there.",
  restore: "Take back the one change that explains it, by its number, instead of looking for more.",
  playbook: "Have the playbook open, and go through it in its order.",
  harm: "Each minute turns people away: look where an answer is cheap before you ask another team.",
};
