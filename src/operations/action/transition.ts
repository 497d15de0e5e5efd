import { type Refusal, refuse } from "../../platform/refusal.ts";
import type { Action, ActionCheck, NewAction, Observation } from "./model.ts";

/*
 * The life of an action. Its check closes and reopens it, each only after several looks in a row: what flaps is
 * neither done nor undone.
 */

/** Good looks in a row that close an action: with a look a minute, three minutes. */
const CLOSE_AFTER = 3;
/** Bad looks in a row that open it again. */
const REOPEN_AFTER = 2;
/** Sentences of one action: a check that flaps for years must not fill the store. */
export const MAXIMUM_LOG = 200;

export type PersonEvent =
  /** Takes what was proposed, or gives it to somebody else, or another day. */
  | { readonly kind: "take"; readonly owner: string; readonly due: string }
  | { readonly kind: "decline"; readonly text: string }
  | { readonly kind: "close"; readonly text: string }
  | { readonly kind: "reopen"; readonly text: string };

export function newAction(given: NewAction, by: string, atMs: number): Action {
  const text = given.status === "proposed" ? `${by} proposes it` : `${by} writes it down`;
  return { id: 0, ...given, good: 0, bad: 0, last: null, log: [{ atMs, text }] };
}

/** One look at its check; the same action where it says nothing new. */
export function observe(action: Action, seen: Observation, atMs: number): Action {
  const { status, last, check } = action;
  if (status === "declined" || check.kind === "person") return action;
  if (last !== null && seen.atMs <= last.atMs) return action;
  /* What is not known ends a row of good looks, and excuses no bad one. */
  const good = seen.answer === "good" ? action.good + 1 : 0;
  const bad = seen.answer === "bad" ? action.bad + 1 : seen.answer === "good" ? 0 : action.bad;
  const next = { ...action, good, bad, last: seen };
  if (status !== "done" && good >= closeAfter(check))
    return logged({ ...next, status: "done", bad: 0 }, atMs, `done: ${seen.text}`);
  if (status === "done" && bad >= reopenAfter(check))
    return logged({ ...next, status: "open", good: 0 }, atMs, `open again: ${seen.text}`);
  return next;
}

/** A drill is played once, and its score is its result. */
function closeAfter(check: ActionCheck): number {
  if (check.kind === "probe") return check.times;
  return check.kind === "drill" ? 1 : CLOSE_AFTER;
}

function reopenAfter({ kind }: ActionCheck): number {
  return kind === "drill" ? 1 : REOPEN_AFTER;
}

/** What a person does with it. */
export function decide(
  action: Action,
  event: PersonEvent,
  by: string,
  atMs: number,
): Action | Refusal {
  const { id, status, check } = action;
  switch (event.kind) {
    case "take": {
      if (status === "declined")
        return refuse(`action ${id} was declined`, "write another one down");
      const { owner, due } = event;
      const text = `${by} gives it to ${owner}, due ${due}`;
      const next = status === "proposed" ? "open" : status;
      return logged({ ...action, owner, due, status: next }, atMs, text);
    }
    case "decline":
      if (status === "done" || status === "declined")
        return refuse(`action ${id} is ${status}`, "reopen it first");
      return logged(
        { ...action, status: "declined" },
        atMs,
        `${by} declines it${more(event.text)}`,
      );
    case "close":
      if (status !== "open") return refuse(`action ${id} is ${status}`, "take it first");
      if (check.kind !== "person")
        return refuse(`action ${id} is closed by its check alone`, "mend what it looks at");
      return logged({ ...action, status: "done" }, atMs, `${by} closes it${more(event.text)}`);
    case "reopen":
      if (status !== "done" && status !== "declined")
        return refuse(`action ${id} is ${status}`, "only what is over can be reopened");
      return logged(
        { ...action, status: action.owner === null ? "proposed" : "open", good: 0, bad: 0 },
        atMs,
        `${by} reopens it${more(event.text)}`,
      );
  }
}

function more(text: string): string {
  return text === "" ? "" : `: ${text}`;
}

const DAY_MS = 86_400_000;

/** From the end of its day on, in UTC. */
export function isOverdue({ status, due }: Pick<Action, "status" | "due">, nowMs: number): boolean {
  return status === "open" && due !== null && nowMs >= Date.parse(`${due}T00:00:00Z`) + DAY_MS;
}

function logged(action: Action, atMs: number, text: string): Action {
  return { ...action, log: [...action.log, { atMs, text }].slice(-MAXIMUM_LOG) };
}
