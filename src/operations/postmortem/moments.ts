import { cameText } from "../incident/doubts.ts";
import { differenceText } from "../incident/life.ts";
import type { Incident, ToldDifference } from "../incident/model.ts";
import { TURNS, type Turn, turnOf } from "../incident/turns.ts";
import type { Moment } from "./draft.ts";

const MARKS: Readonly<Record<Turn, string>> = {
  causeNamed: "cause named",
  undone: "undone",
  undoFailed: "undo failed",
  closed: "closed",
};

/**
 * What matters of a timeline: how it began, when the cause was named, how it was undone, when all was back, and what
 * people wrote. `logins`: of those whose word may stand in it.
 */
export function momentsOf(incident: Incident, logins: readonly string[]): readonly Moment[] {
  const { cause, symptoms, recoveredMs, againMs, timeline } = incident;
  const difference = cause?.kind === "explained" ? cause.difference : null;
  const [first] = [...symptoms].sort((a, b) => a.sinceMs - b.sinceMs);
  const moments: readonly Moment[] = [
    ...(difference === null
      ? []
      : [{ atMs: difference.atMs, mark: "the change", text: comingText(difference) }]),
    ...(first === undefined
      ? []
      : [{ atMs: first.sinceMs, mark: "first symptom", text: first.text }]),
    ...timeline.flatMap(({ atMs, text }) => {
      const mark = markOf(text, logins);
      return mark === null ? [] : [{ atMs, mark, text: shortText(text, difference) }];
    }),
    ...(againMs === null ? [] : [{ atMs: againMs, mark: "again", text: "something hurt anew" }]),
    ...(recoveredMs === null
      ? []
      : [{ atMs: recoveredMs, mark: "recovered", text: "all symptoms are over" }]),
  ];
  return moments.toSorted((a, b) => a.atMs - b.atMs);
}

/** A moment that nobody saw is told with what is known of it. */
export function comingText(difference: ToldDifference): string {
  const text = differenceText(difference);
  return difference.sinceMs === null ? text : `${text} (it ${cameText(difference)})`;
}

function markOf(text: string, logins: readonly string[]): string | null {
  if (logins.some((login) => text.startsWith(`${login}: `))) return "noted";
  const turn = turnOf(text);
  return turn === null ? null : MARKS[turn];
}

/** The mark says already what the note begins with, and the rule stands where it came. */
function shortText(text: string, difference: ToldDifference | null): string {
  if (difference !== null && text === `${TURNS.causeNamed}: ${differenceText(difference)}`)
    return "this is what broke it, proved";
  return turnOf(text) === "undone" ? text.slice(TURNS.undone.length) : text;
}
