import type { SeenDifference } from "../audit/model.ts";
import { whoText } from "../audit/who.ts";
import type {
  Candidate,
  CauseAnswer,
  IncidentCause,
  ObservedDifference,
  OtherCause,
  SymptomFlow,
  ToldDifference,
} from "./model.ts";

/** Reasons why differences cannot be ruled out: a person reads the first ones. */
const MAXIMUM_REASONS = 5;

/** All that was found, before it is put into words. */
export interface Found {
  readonly answer: CauseAnswer;
  readonly seen: ReadonlyMap<string, SeenDifference>;
  /** Differences that cut what hurts where the first candidate is taken back: the symptoms of each. */
  readonly also: ReadonlyMap<string, readonly string[]>;
  /** Those that do not run any more. */
  readonly takenBack: ReadonlySet<string>;
  /** Proved to change the fate of no packet when they were seen. */
  readonly harmless: readonly SeenDifference[];
  /** What the answer does not speak of: differences that nobody asked, and devices that nobody sees. */
  readonly notExamined: number;
  readonly notSeen: readonly string[];
}

/** The answer as it is told. */
export function tellCause(found: Found): IncidentCause {
  const { answer, notExamined, notSeen } = found;
  const [first] = answer.candidates;
  if (answer.kind === "explained" && first !== undefined) return tellExplained(found, first);
  const ruledOut = ruledOutOf(found, []);
  if (answer.kind === "notByRules" && notExamined + notSeen.length === 0)
    return { kind: "notByRules", ruledOut };
  const candidates = toldOf(found, answer.candidates.map(idOf));
  const reasons = [...new Set(answer.candidates.flatMap((one) => one.reasons))];
  const told = reasons.slice(0, MAXIMUM_REASONS);
  return { kind: "unclear", candidates, reasons: told, ruledOut, notExamined, notSeen };
}

/** `mail-servers → internet, smtp`. */
export function flowText({ from, to, service }: SymptomFlow): string {
  return `${from} → ${to}, ${service}`;
}

/** First comes one that still runs: it is what has to be taken back. */
function tellExplained(found: Found, first: Candidate): IncidentCause {
  const { answer, takenBack } = found;
  const causes = causesOf(found, first);
  const isLeft = ({ id }: Cause) => !takenBack.has(id);
  const cause = causes.find(isLeft) ?? { id: idOf(first), explains: first.explained };
  const rest = causes.filter(({ id }) => id !== cause.id);
  const explained = new Set([cause, ...rest].flatMap(({ explains }) => explains));
  const [difference] = toldOf(found, [cause.id]);
  if (difference === undefined) throw new Error(`difference ${cause.id} was never seen`);
  const candidate = answer.candidates.find((one) => idOf(one) === cause.id);
  return {
    kind: "explained",
    difference,
    rules: [],
    explains: cause.explains,
    isTakenBack: takenBack.has(cause.id),
    others: rest.flatMap(({ id, explains }): readonly OtherCause[] =>
      toldOf(found, [id]).map((one) => ({
        difference: one,
        explains,
        isTakenBack: takenBack.has(id),
      })),
    ),
    unexplained: answer.unexplained.filter((id) => !explained.has(id)),
    contradicted: (candidate?.contradicted ?? []).map(flowText),
    ruledOut: ruledOutOf(
      found,
      [cause, ...rest].map(({ id }) => id),
    ),
    notExamined: found.notExamined,
  };
}

interface Cause {
  readonly id: string;
  readonly explains: readonly string[];
}

/** The first candidate, those that explain what those before them do not, and those that cut on without it. */
function causesOf({ answer, also }: Found, first: Candidate): readonly Cause[] {
  const causes = new Map<string, readonly string[]>([[idOf(first), first.explained]]);
  const explained = new Set(first.explained);
  for (const candidate of answer.candidates) {
    if (candidate.explained.every((id) => explained.has(id))) continue;
    for (const id of candidate.explained) explained.add(id);
    causes.set(idOf(candidate), candidate.explained);
  }
  for (const [id, symptoms] of also)
    causes.set(id, [...new Set([...(causes.get(id) ?? []), ...symptoms])]);
  return [...causes].map(([id, explains]) => ({ id, explains }));
}

function idOf({ difference }: Candidate): string {
  return difference.id;
}

/** What we took back ourselves is no suspect, and what is a cause is not ruled out. */
function ruledOutOf(
  { answer, seen, harmless }: Found,
  causes: readonly string[],
): readonly ToldDifference[] {
  const asked = answer.ruledOut.flatMap(({ id }: ObservedDifference) => seen.get(id) ?? []);
  return [...asked, ...harmless]
    .filter(({ id, by }) => isSuspect(by) && !causes.includes(String(id)))
    .sort((a, b) => a.id - b.id)
    .map(toldDifference);
}

/** Whether it may be somebody else's doing. */
export function isSuspect({ kind }: SeenDifference["by"]): boolean {
  return kind !== "undo" && kind !== "revert";
}

function toldOf({ seen }: Found, ids: readonly string[]): readonly ToldDifference[] {
  return ids.flatMap((id) => {
    const one = seen.get(id);
    return one === undefined ? [] : [toldDifference(one)];
  });
}

function toldDifference(seen: SeenDifference): ToldDifference {
  const { id, device, atMs, sinceMs, isPolled, added, removed, by } = seen;
  return {
    id: String(id),
    device,
    atMs,
    sinceMs,
    isPolled,
    added,
    removed,
    by: whoText(by),
    change: by.kind === "change" ? by.change : null,
  };
}
