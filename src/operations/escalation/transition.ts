import { type Actor, mayOperate } from "../../platform/auth/actor.ts";
import { type Refusal, refuse } from "../../platform/refusal.ts";
import {
  ESCALATION_KINDS,
  type EscalationPolicy,
  type EscalationTarget,
} from "../inventory/onCall.ts";
import type { Call, Escalation, EscalationNote, Move, PolicyCopy, Subject } from "./model.ts";

/*
 * The life of an escalation. Nothing here reads a clock, asks who is on call or stores anything: each function
 * is handed that, and gives what is to be kept, told and written down.
 */

/** Whom a target means now; empty: nobody. */
export type WhoIs = (target: EscalationTarget) => readonly string[];

const SELF = "premortem";
/** Milliseconds that somebody has to whom it was handed over. */
export const HAND_OVER_MS = 5 * 60_000;

/** The policy for a subject, by the most telling of its kinds; of several that of the file's order. Null: none. */
export function policyFor(
  policies: readonly EscalationPolicy[],
  { kinds }: Pick<Subject, "kinds">,
): { readonly policy: EscalationPolicy; readonly kind: Escalation["kind"] } | null {
  for (const kind of kinds) {
    const policy = policies.find(({ when }) => when.includes(kind));
    if (policy !== undefined) return { policy, kind };
  }
  return null;
}

/** The first step is told at once. */
export function begin(
  subject: Subject,
  { policy, kind }: { readonly policy: PolicyCopy; readonly kind: Escalation["kind"] },
  id: number,
  nowMs: number,
  whoIs: WhoIs,
): Move {
  const { key, incident, title, text } = subject;
  const escalation: Escalation = {
    id,
    subject: key,
    incident,
    title,
    text,
    kind,
    policy: copyOf(policy),
    term: 1,
    handed: 0,
    beganMs: nowMs,
    state: { kind: "exhausted", atMs: nowMs },
    nobody: [],
  };
  const begun = noteOf("begun", `policy ${policy.name}, since it is ${kind}`);
  return after([begun], take(escalation, { round: 0, step: 0 }, nowMs, whoIs));
}

/** Takes the next step where its time has come. Null: nothing is to be done now. */
export function advance(escalation: Escalation, nowMs: number, whoIs: WhoIs): Move | null {
  const { state } = escalation;
  if (state.kind !== "running" || nowMs < state.nextMs) return null;
  return take(escalation, nextPlace(escalation, state), nowMs, whoIs);
}

/**
 * Another policy takes over where more is known of what it is; what was acknowledged goes on calling, unless
 * who has it in hand is among those that would be called first. Null: nothing is new.
 */
export function follow(
  before: Escalation,
  { title, text }: Subject,
  found: ReturnType<typeof policyFor>,
  nowMs: number,
  whoIs: WhoIs,
): Move | null {
  const told = { ...before, title, text };
  const isSame = before.title === title && before.text === text;
  const isMore = found !== null && isMoreTelling(found.kind, before.kind);
  if (!isMore || before.state.kind === "ended") return isSame ? null : bare(told);
  const { policy, kind } = found;
  const over = { ...told, kind, policy: copyOf(policy) };
  if (policy.name === before.policy.name) return bare({ ...over, policy: before.policy });
  const note = noteOf("takenOver", `policy ${policy.name}, since it is ${kind}`);
  const { state } = before;
  if (state.kind === "acknowledged" && firstOf(policy, whoIs).includes(state.by))
    return { ...bare(over), notes: [note] };
  const term = before.term + 1;
  const anew = { ...over, term, nobody: [] };
  return after([note], take(anew, { round: 0, step: 0 }, nowMs, whoIs));
}

/** Whoever works on devices, or was called, may say that he has it in hand: nobody is called any more. */
export function acknowledge(
  escalation: Escalation,
  actor: Actor,
  called: readonly string[],
  nowMs: number,
): Move | Refusal {
  const refused = refuseFor(escalation, actor, called);
  if (refused !== null) return refused;
  const { state } = escalation;
  if (state.kind === "acknowledged" && state.by === actor.login) return bare(escalation);
  const { round, step } = placeOf(escalation);
  const acknowledged = { kind: "acknowledged", by: actor.login, atMs: nowMs, round, step } as const;
  return {
    escalation: { ...escalation, state: acknowledged },
    calls: [],
    notes: [{ kind: "acknowledged", actor: actor.login, text: "has it in hand" }],
  };
}

/**
 * Whoever acknowledges the alert of a subject has the subject in hand: its calls end. Each word is heeded once, so
 * that what is given back, or taken over by another policy, is called for again. Null: nothing is new.
 */
export function heed(escalation: Escalation, { inHand }: Subject): Move | null {
  const { state, heededMs } = escalation;
  if (inHand === null || state.kind === "ended") return null;
  if (heededMs !== undefined && inHand.atMs <= heededMs) return null;
  const heeded = { ...escalation, heededMs: inHand.atMs };
  if (state.kind === "acknowledged") return bare(heeded);
  const { round, step } = placeOf(escalation);
  return {
    escalation: { ...heeded, state: { kind: "acknowledged", ...inHand, round, step } },
    calls: [],
    notes: [{ kind: "acknowledged", actor: inHand.by, text: "has the alert in hand" }],
  };
}

/** Nobody has it in hand any more: the next step is taken at once. */
export function giveBack(
  escalation: Escalation,
  actor: Actor,
  called: readonly string[],
  nowMs: number,
  whoIs: WhoIs,
): Move | Refusal {
  const refused = refuseFor(escalation, actor, called);
  if (refused !== null) return refused;
  const { state } = escalation;
  if (state.kind !== "acknowledged")
    return refuse("nobody has it in hand", "there is nothing to give back");
  const note = {
    kind: "givenBack",
    actor: actor.login,
    text: `${state.by} has it no more`,
  } as const;
  return after([note], take(escalation, nextPlace(escalation, state), nowMs, whoIs));
}

/** Somebody else is told, and has to say himself that he has it: otherwise the next step is taken. */
export function handOver(
  escalation: Escalation,
  actor: Actor,
  called: readonly string[],
  to: string,
  nowMs: number,
): Move | Refusal {
  const refused = refuseFor(escalation, actor, called);
  if (refused !== null) return refused;
  const { round, step } = placeOf(escalation);
  const handed = escalation.handed + 1;
  const by = [...new Set(escalation.policy.steps.flatMap((one) => one.by))];
  return {
    escalation: {
      ...escalation,
      handed,
      state: { kind: "running", round, step, nextMs: nowMs + HAND_OVER_MS },
    },
    calls: by.map((channel) => ({
      key: `${escalation.id}/hand-over/${handed}/${to}/${channel}`,
      login: to,
      channel,
      round,
      step,
    })),
    notes: [{ kind: "handedOver", actor: actor.login, text: `to ${to}` }],
  };
}

/** What it was about is over. Null: it had ended before. */
export function end(escalation: Escalation, reason: string, nowMs: number): Move | null {
  if (escalation.state.kind === "ended") return null;
  return {
    escalation: { ...escalation, state: { kind: "ended", atMs: nowMs, reason } },
    calls: [],
    notes: [noteOf("ended", reason)],
  };
}

interface Place {
  readonly round: number;
  readonly step: number;
}

/** Tells a step; one that reaches nobody is said, and the next is taken without waiting. Behind the last: null. */
function take(before: Escalation, first: Place, nowMs: number, whoIs: WhoIs): Move {
  const { id, policy, term } = before;
  const notes: EscalationNote[] = [];
  const absent = new Set(before.nobody);
  let place: Place = first;
  /* Each step of each round at most once: what reaches nobody ends. */
  for (; place.round <= policy.repeat; place = nextPlace(before, place)) {
    const step = policy.steps[place.step];
    if (step === undefined) break;
    const empty = step.notify.filter((target) => whoIs(target).length === 0).map(nameOf);
    for (const name of empty) {
      if (!absent.has(name)) notes.push(noteOf("nobody", `${name} reaches nobody now`));
      absent.add(name);
    }
    const logins = [...new Set(step.notify.flatMap(whoIs))];
    if (logins.length === 0) continue;
    const calls = logins.flatMap((login) =>
      step.by.map((channel): Call => {
        const key = `${id}/${term}/${place.round}/${place.step}/${login}/${channel}`;
        return { key, login, channel, ...place };
      }),
    );
    const told = `step ${place.step + 1} of ${policy.name}: ${logins.join(", ")}`;
    const state = { kind: "running", ...place, nextMs: nowMs + step.waitMs } as const;
    return {
      escalation: { ...before, state, nobody: [...absent] },
      calls,
      notes: [...notes, noteOf("told", told)],
    };
  }
  return {
    escalation: { ...before, state: { kind: "exhausted", atMs: nowMs }, nobody: [...absent] },
    calls: [],
    notes: [
      ...notes,
      noteOf("exhausted", `policy ${policy.name} is at its end, and nobody has come`),
    ],
  };
}

function nextPlace({ policy }: Escalation, { round, step }: Place): Place {
  return step + 1 < policy.steps.length ? { round, step: step + 1 } : { round: round + 1, step: 0 };
}

/** Where it stands; what is exhausted stands behind its last step. */
function placeOf({ state, policy }: Escalation): Place {
  return state.kind === "running" || state.kind === "acknowledged"
    ? { round: state.round, step: state.step }
    : { round: policy.repeat, step: policy.steps.length - 1 };
}

function firstOf(policy: PolicyCopy, whoIs: WhoIs): readonly string[] {
  return policy.steps[0]?.notify.flatMap(whoIs) ?? [];
}

function isMoreTelling(kind: Escalation["kind"], than: Escalation["kind"]): boolean {
  return ESCALATION_KINDS.indexOf(kind) < ESCALATION_KINDS.indexOf(than);
}

function refuseFor(
  { state, id }: Escalation,
  actor: Actor,
  called: readonly string[],
): Refusal | null {
  if (state.kind === "ended")
    return refuse(`escalation ${id} is over`, "nobody is called any more");
  if (mayOperate(actor) || called.includes(actor.login)) return null;
  return refuse(
    `\`${actor.login}\` is no operator, and was not called`,
    "ask somebody who was called, or who has the role operator",
  );
}

function nameOf(target: EscalationTarget): string {
  switch (target.kind) {
    case "person":
      return target.login;
    case "team":
      return `team:${target.team}`;
    case "onCall":
      return `on-call:${target.calendar}`;
  }
}

function copyOf({ name, steps, repeat }: PolicyCopy): PolicyCopy {
  return { name, steps, repeat };
}

function noteOf(kind: EscalationNote["kind"], text: string): EscalationNote {
  return { kind, actor: SELF, text };
}

function bare(escalation: Escalation): Move {
  return { escalation, calls: [], notes: [] };
}

function after(notes: readonly EscalationNote[], move: Move): Move {
  return { ...move, notes: [...notes, ...move.notes] };
}
