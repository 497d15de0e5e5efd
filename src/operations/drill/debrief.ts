import { actionText } from "./actions.ts";
import { deedsOf } from "./deeds.ts";
import type { Debrief, DebriefMoment, Drill, DrillEntry, Harm, Heard } from "./model.ts";
import { practiseOf, score } from "./score.ts";

/** What a play noticed, beside what its trainee did. */
export interface Noticed {
  readonly nowMs: number;
  readonly brokeMs: number | null;
  readonly restoredMs: number | null;
  readonly seen: readonly Heard[];
  readonly differences: readonly {
    readonly atMs: number;
    readonly login: string;
    readonly lines: readonly string[];
  }[];
  readonly harm: Harm;
}

const MS_IN_MINUTE = 60_000;

/** Looks back on a run: what was done beside what could have been seen, and what it was worth. Pure. */
export function debriefOf(
  drill: Drill,
  entries: readonly DrillEntry[],
  noticed: Noticed,
  outcome: Debrief["outcome"],
): Debrief {
  const { brokeMs, restoredMs, harm, nowMs } = noticed;
  const deeds = deedsOf(drill, entries, brokeMs);
  const result = score({ drill, deeds, harm, brokeMs, restoredMs });
  const suspect = drill.suspects.find(({ id }) => id === drill.truth.suspect)?.text ?? "";
  return {
    endedMs: nowMs,
    outcome,
    score: result,
    truth: { suspect, cause: drill.truth.cause, remedy: drill.truth.remedy },
    harm,
    timeline: timelineOf(drill, entries, noticed),
    reference: drill.reference,
    practise: practiseOf(result),
  };
}

function timelineOf(
  drill: Drill,
  entries: readonly DrillEntry[],
  { brokeMs, restoredMs, seen, differences }: Noticed,
): readonly DebriefMoment[] {
  const startMs = brokeMs ?? drill.beginsMs;
  const moment = (atMs: number, kind: DebriefMoment["kind"], text: string): DebriefMoment => ({
    atMs,
    minute: Math.round((atMs - startMs) / MS_IN_MINUTE),
    kind,
    text,
  });
  const broken = drill.breaks.flatMap(({ second, login }) => {
    const atMs = drill.beginsMs + second * 1_000;
    const one = differences.find((difference) => difference.atMs === atMs);
    return one === undefined ? [] : [moment(atMs, "broke", `${login}: ${one.lines.join("; ")}`)];
  });
  return [
    ...broken,
    ...seen.map(({ atMs, text }) => moment(atMs, "visible", text)),
    ...entries.map(({ endMs, action, answer }) =>
      moment(
        endMs,
        "did",
        `${actionText(action)}${answer.isDone ? "" : " (it did not come to pass)"}`,
      ),
    ),
    ...(restoredMs === null ? [] : [moment(restoredMs, "restored", "everything works again")]),
  ].sort((a, b) => a.atMs - b.atMs);
}
