import type { DrillAction } from "./actions.ts";
import type { ActionPattern, Drill, DrillEntry, WrongRemedy } from "./model.ts";

/** What somebody did in a run, as far as it counts. */
export interface Deeds {
  /** When they said that it is an outage, once it was one; null: they did not. */
  readonly declaredMs: number | null;
  /** When they named the cause; null: they did not. */
  readonly diagnosedMs: number | null;
  /** Times that they named another one. */
  readonly wrongDiagnoses: number;
  /** Times that they called an outage before it was one, or said that it was over while it was not. */
  readonly falseAlarms: number;
  readonly falseEnds: number;
  readonly wrong: readonly WrongRemedy[];
  /** Ids of steps of the playbook that were done, in their order. */
  readonly followed: readonly string[];
}

export function deedsOf(
  drill: Drill,
  entries: readonly DrillEntry[],
  brokeMs: number | null,
): Deeds {
  const isBroken = ({ endMs }: DrillEntry) => brokeMs !== null && endMs >= brokeMs;
  const ofKind = (kind: DrillAction["kind"]) =>
    entries.filter(({ action }) => action.kind === kind);
  const diagnoses = entries.flatMap(({ action, endMs, answer }) =>
    action.kind === "diagnose" && answer.isDone ? [{ suspect: action.suspect, endMs }] : [],
  );
  const isRight = ({ suspect }: { readonly suspect: string }) => suspect === drill.truth.suspect;
  return {
    declaredMs: ofKind("declare").find(isBroken)?.endMs ?? null,
    diagnosedMs: diagnoses.find(isRight)?.endMs ?? null,
    wrongDiagnoses: diagnoses.filter((one) => !isRight(one)).length,
    falseAlarms: ofKind("declare").filter((one) => !isBroken(one)).length,
    falseEnds: ofKind("close").filter(({ answer }) => !answer.isDone).length,
    wrong: drill.wrong.filter(({ when }) =>
      entries.some(({ action, answer }) => answer.isDone && fits(when, action)),
    ),
    followed: followedOf(drill, entries),
  };
}

/** Steps that are done again do no harm; one that is done before an earlier one does not count. */
function followedOf({ playbook }: Drill, entries: readonly DrillEntry[]): readonly string[] {
  let from = -1;
  return playbook.steps.flatMap(({ id, does }) => {
    const at = entries.findIndex(
      ({ action, answer }, index) =>
        index > from && answer.isDone && does.some((one) => fits(one, action)),
    );
    if (at < 0) return [];
    from = at;
    return [id];
  });
}

export function fits(pattern: ActionPattern, action: DrillAction): boolean {
  if (pattern.kind !== action.kind) return false;
  switch (action.kind) {
    case "look":
      return isSame(pattern.at, action.at);
    case "ask":
      return isSame(pattern.team, action.team);
    case "probe":
      return isSame(pattern.probe, action.probe);
    case "restart":
      return isSame(pattern.service, action.service);
    case "nft":
      return pattern.matches === undefined || action.script.includes(pattern.matches);
    default:
      return true;
  }
}

function isSame(wanted: string | undefined, found: string): boolean {
  return wanted === undefined || wanted === found;
}
