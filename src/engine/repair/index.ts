/**
 * Repairs of broken intents: undo, move, narrow, add. Each is applied to the text, read again, and
 * judged again with all intents, so that no candidate has to be right by itself.
 */
import { compareDevices } from "../diff/index.ts";
import { type IntentAnswer, type IntentStatus, isKept } from "../intents/model.ts";
import { editsBetween, linesOf } from "./lines.ts";
import {
  type AskedIntent,
  type Candidate,
  REPAIR_KINDS,
  type Repair,
  type RepairAnswer,
  type RepairEdit,
  type RepairInput,
} from "./model.ts";
import { movedSince, withMoved } from "./moved.ts";
import { type JudgeAll, judgeAll, type Loaded, load, type Proof, prove } from "./prove.ts";
import { remediesFor, withMissing } from "./remedies.ts";
import { undoCandidates } from "./undo.ts";

export type { AskedIntent, Repair, RepairAnswer, RepairEdit, RulesetFiles } from "./model.ts";

/** Candidates that are tried. */
const MAXIMUM_CANDIDATES = 48;
/** Repairs of each kind that are sought for one intent. */
const ENOUGH = 1;
/** Rules that are added one after the other, until the intent holds. */
const MAXIMUM_STEPS = 6;

export function findRepairs(input: RepairInput): RepairAnswer {
  const from = load(input.after.files, input);
  const judge = judgeSince(from, input);
  const found = judge(from.device, input.intents);
  const ailing = input.intents.filter(({ id }) => isAiling(found.get(id)?.status, input));
  if (ailing.length === 0) return { repairs: [], untried: 0 };
  const others = input.intents.filter((one) => !ailing.includes(one));
  const queue = bestFirst(candidates(from, ailing, found, input), input);
  const counts = new Map<string, number>();
  const proved: Proved[] = [];
  let [tried, untried] = [0, 0];
  for (const option of queue) {
    const { kind, mends, files } = option.candidate;
    const count = (id: string) => counts.get(`${kind} ${id}`) ?? 0;
    const isTogether = kind === "undo" && mends.length > 1 && !mendsAll(proved, mends);
    if (mends.every((id) => count(id) >= ENOUGH) && !isTogether) continue;
    if (tried >= MAXIMUM_CANDIDATES || !input.mayGoOn()) untried++;
    else {
      tried++;
      const to = load(files, input);
      const proof = prove(from, to, { ailing, others, judge }, found);
      if (proof === null) continue;
      for (const id of proof.restores) counts.set(`${kind} ${id}`, count(id) + 1);
      proved.push({ ...option, proof });
    }
  }
  const counted = proved.map((one) => {
    /* To count what opens is slow: only where nothing else says which is better. */
    const isTied = proved.some((other) => other !== one && byPreference(one, other) === 0);
    return { ...one, opens: isTied ? opens(from, load(one.candidate.files, input), input) : null };
  });
  const sorted = counted.sort((a, b) => byPreference(a, b) || byOpening(a.opens, b.opens));
  return { repairs: sorted.map(repairOf), untried };
}

/** Whether one repair is known for all of them: several lines that are lost one by one may be put back at once. */
function mendsAll(proved: readonly Proved[], ids: readonly string[]): boolean {
  return proved.some(({ proof }) => ids.every((id) => proof.restores.includes(id)));
}

/** Judges intents; where what is mended sends some of them elsewhere than before, that is no proof of them. */
function judgeSince(from: Loaded, input: RepairInput): JudgeAll {
  const { before, intents } = input;
  if (before === null) return judgeAll;
  const old = load(before.files, input, before.roots).device;
  const since: JudgeAll = (device, asked) => {
    const answers = judgeAll(device, asked);
    return withMoved(answers, movedSince(old, device, asked, answers));
  };
  const hasMoved = movedSince(old, from.device, intents, judgeAll(from.device, intents)).size > 0;
  return hasMoved ? since : judgeAll;
}

/** A limit is one that nobody wants where there is a state without it, to which one can go back. */
function isAiling(status: IntentStatus | undefined, { before }: RepairInput): boolean {
  if (status === undefined) return false;
  return before === null ? !isKept(status) : status !== "holds";
}

/** A candidate with the ids of what it may mend. */
interface Aimed extends Candidate {
  readonly mends: readonly string[];
}

interface Option {
  readonly candidate: Aimed;
  readonly edits: readonly RepairEdit[];
  readonly lines: number;
}

interface Proved extends Option {
  readonly proof: Proof;
}

function candidates(
  from: Loaded,
  ailing: readonly AskedIntent[],
  found: ReadonlyMap<string, IntentAnswer>,
  input: RepairInput,
): readonly Aimed[] {
  const { before, after } = input;
  const undone = before === null ? [] : undoCandidates(after, before);
  const mends = ailing.map(({ id }) => id);
  /* What is undecided, or limited, has no rule that decides: it can be put back only. */
  const broken = ailing.filter(({ id }) => found.get(id)?.status === "broken");
  return [
    ...undone.map((one) => ({ ...one, mends })),
    ...broken.flatMap((one) =>
      candidatesFor(from, one, found, input).map((made) => ({ ...made, mends: [one.id] })),
    ),
  ];
}

/** Few lines come first: what is found later is no better. */
function bestFirst(all: readonly Aimed[], { after }: RepairInput): readonly Option[] {
  return distinct(all)
    .map((candidate): Option => {
      const edits = editsBetween(after.files, candidate.files);
      return { candidate, edits, lines: linesOf(edits) };
    })
    .sort((a, b) => a.lines - b.lines || rankOf(a) - rankOf(b));
}

function rankOf({ candidate }: Option): number {
  return REPAIR_KINDS.indexOf(candidate.kind);
}

function candidatesFor(
  from: Loaded,
  asked: AskedIntent,
  found: ReadonlyMap<string, IntentAnswer>,
  input: RepairInput,
): readonly Candidate[] {
  const answer = found.get(asked.id);
  if (answer === undefined) return [];
  const added = addition(from, asked, answer, input);
  return [...remediesFor(from, asked, answer), ...(added === null ? [] : [added])];
}

/** A flow may be cut in several places, on its way and on its way back: each gets the rule that it lacks. */
function addition(
  from: Loaded,
  asked: AskedIntent,
  answer: IntentAnswer,
  input: RepairInput,
): Candidate | null {
  let [state, now]: [Loaded, IntentAnswer] = [from, answer];
  const steps: Candidate[] = [];
  while (steps.length < MAXIMUM_STEPS && now.status === "broken") {
    if (!input.mayGoOn()) return null;
    const next = withMissing(state, asked, now);
    if (next === null) return null;
    steps.push(next);
    state = load(next.files, input);
    if (state.faults > from.faults) return null;
    now = judgeAll(state.device, [asked]).get(asked.id) ?? now;
  }
  const [first] = steps;
  if (first === undefined || !isKept(now.status)) return null;
  const title = steps.map((one) => one.title).join(", and ");
  return { ...first, title, files: state.files };
}

/** Two ways to the same text are one candidate, which may mend what either does. */
function distinct(all: readonly Aimed[]): readonly Aimed[] {
  const known = new Map<string, Aimed>();
  for (const one of all) {
    const key = JSON.stringify([...one.files]);
    const first = known.get(key);
    const mends = [...new Set([...(first?.mends ?? []), ...one.mends])];
    known.set(key, { ...(first ?? one), mends });
  }
  return [...known.values()];
}

/** Packets that get through, but did not; null: not counted. */
function opens(from: Loaded, to: Loaded, { mayGoOn }: RepairInput): bigint | null {
  if (!mayGoOn()) return null;
  const { equal, classes } = compareDevices(from.device, to.device);
  if (equal === "undecided") return null;
  return classes
    .filter(({ before, after }) => before.verdict !== "accept" && after.verdict === "accept")
    .reduce((sum, { size }) => sum + BigInt(size.ip) + BigInt(size.ip6), 0n);
}

function repairOf({ candidate, edits, proof }: Proved): Repair {
  const { kind, title, command } = candidate;
  return { kind, title, edits, command, ...proof, breaks: [], proved: true };
}

/** Few lines for each intent that they restore; then all at once. */
function byPreference(a: Proved, b: Proved): number {
  const [many, few] = [a.proof.restores.length, b.proof.restores.length];
  return (
    a.lines * few - b.lines * many ||
    few - many ||
    rankOf(a) - rankOf(b) ||
    a.proof.leaves.length - b.proof.leaves.length
  );
}

/** What was not counted may open anything. */
function byOpening(a: bigint | null, b: bigint | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  return b === null || a < b ? -1 : 1;
}
