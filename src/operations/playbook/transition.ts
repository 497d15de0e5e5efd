import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import type { PlaybookStep } from "./model.ts";
import type { PlaybookRun, RunStep, StepState } from "./run.ts";

/** What happens to a step: somebody does something, or premortem's work comes to its end. */
export type StepEvent =
  | { readonly kind: "start"; readonly by: string }
  | { readonly kind: "done"; readonly by: string; readonly text: string }
  | { readonly kind: "skip"; readonly by: string; readonly text: string }
  | { readonly kind: "note"; readonly by: string; readonly text: string }
  /** What was done or left out is to be done again. */
  | { readonly kind: "reopen"; readonly by: string; readonly text: string }
  | { readonly kind: "press"; readonly by: string }
  | { readonly kind: "proposed"; readonly attempt: number; readonly text: string }
  | {
      readonly kind: "result";
      readonly attempt: number;
      readonly text: string;
      readonly isGood: boolean;
    }
  | { readonly kind: "failed"; readonly attempt: number; readonly text: string }
  /** The server that was at it has ended. */
  | { readonly kind: "lost"; readonly text: string }
  | { readonly kind: "due" };

/** Notes and lines of one run: a storm must not fill the store. */
export const MAXIMUM_LOG = 500;
export const MAXIMUM_STEP_NOTES = 50;

/** The run behind an event, or why it may not happen now. Nothing here reads a clock or stores anything. */
export function takeStep(
  run: PlaybookRun,
  id: string,
  event: StepEvent,
  atMs: number,
): PlaybookRun | Refusal {
  const step = run.playbook.steps.find((one) => one.id === id);
  const now = run.steps.find((one) => one.id === id);
  if (step === undefined || now === undefined)
    return refuseUnknown(
      `the playbook has no step \`${id}\``,
      `its steps: ${run.steps.map((one) => one.id).join(", ")}`,
    );
  if (run.status === "over" && event.kind !== "note" && event.kind !== "reopen")
    return refuse("this run is over", "reopen a step, or begin the playbook again");
  const next = nextOf(step, now, event, atMs);
  if ("reason" in next) return next;
  if (next === now) return run;
  const steps = run.steps.map((one) => (one === now ? next : one));
  const told = logged({ ...run, steps }, step, event, atMs);
  return event.kind === "reopen" ? { ...told, status: "open", ended: null } : settled(told, atMs);
}

/** Ends a run of which not every step is done. */
export function endRun(run: PlaybookRun, by: string, atMs: number): PlaybookRun | Refusal {
  if (run.status === "over") return refuse("this run is over", "begin the playbook again");
  const busy = run.steps.find(({ state }) => state.kind === "pressed");
  if (busy !== undefined) return refuse(`\`${busy.id}\` is on its way`, "wait for its end");
  const left = run.steps.filter(({ state }) => !isSettled(state)).length;
  const text = `${by} ends the playbook "${run.playbook.title}"; steps left: ${left}`;
  return { ...withLine(run, atMs, text), status: "over", ended: { by, atMs } };
}

/** What a person, or premortem, has brought to an end. */
function isSettled({ kind }: StepState): boolean {
  return kind === "done" || kind === "skipped";
}

function nextOf(
  step: PlaybookStep,
  now: RunStep,
  event: StepEvent,
  atMs: number,
): RunStep | Refusal {
  if (event.kind === "note") {
    const { by, text } = event;
    if (now.notes.length >= MAXIMUM_STEP_NOTES)
      return refuse("this step has too many notes", "write to the timeline: `premortem note`");
    return { ...now, notes: [...now.notes, { by, atMs, text }] };
  }
  const attempts = event.kind === "start" ? now.attempts + 1 : now.attempts;
  const state = stateAfter(step, now.state, event, { attempt: attempts, atMs });
  if ("reason" in state) return state;
  return state === now.state ? now : { ...now, state, attempts };
}

function stateAfter(
  step: PlaybookStep,
  now: StepState,
  event: Exclude<StepEvent, { kind: "note" }>,
  { attempt, atMs }: { readonly attempt: number; readonly atMs: number },
): StepState | Refusal {
  switch (event.kind) {
    case "start":
      return MAY_START.has(now.kind)
        ? { kind: "begun", by: event.by, atMs, attempt, dueMs: dueOf(step, atMs), isDueTold: false }
        : refuseNow(step, now);
    case "done":
      return mayTick(step, now)
        ? { kind: "done", by: event.by, atMs, text: event.text, isGood: null }
        : refuseNow(step, now);
    case "skip":
      return isSettled(now) || isAtWork(step, now)
        ? refuseNow(step, now)
        : { kind: "skipped", by: event.by, atMs, text: event.text };
    case "reopen":
      return isSettled(now) ? { kind: "waiting" } : refuseNow(step, now);
    case "press":
      return now.kind === "proposed"
        ? { kind: "pressed", by: event.by, atMs, attempt: now.attempt }
        : refuseNow(step, now);
    case "due":
      return now.kind === "begun" && now.dueMs !== null && now.dueMs <= atMs && !now.isDueTold
        ? { ...now, isDueTold: true }
        : now;
    case "lost":
      return now.kind === "pressed" ? { kind: "lost", by: now.by, atMs, text: event.text } : now;
    default:
      return foundBy(step, now, event, atMs);
  }
}

/** What premortem's own work says; that of an earlier attempt, or of a step that was reopened, is not heard. */
function foundBy(
  step: PlaybookStep,
  now: StepState,
  event: Extract<StepEvent, { kind: "proposed" | "result" | "failed" }>,
  atMs: number,
): StepState {
  if (!isAtWork(step, now) || !("attempt" in now) || now.attempt !== event.attempt) return now;
  const { by } = now;
  switch (event.kind) {
    case "proposed":
      return now.kind === "begun" && step.kind === "undo"
        ? { kind: "proposed", by, atMs, attempt: event.attempt, text: event.text }
        : now;
    case "result":
      return { kind: "done", by, atMs, text: event.text, isGood: event.isGood };
    case "failed":
      return { kind: "failed", by, atMs, text: event.text };
  }
}

const MAY_START: ReadonlySet<StepState["kind"]> = new Set(["waiting", "failed", "lost"]);
/** Where premortem has not done its part, a person may have. */
const MAY_TICK: ReadonlySet<StepState["kind"]> = new Set(["waiting", "failed", "lost", "proposed"]);

function mayTick(step: PlaybookStep, now: StepState): boolean {
  return MAY_TICK.has(now.kind) || (step.kind === "person" && now.kind === "begun");
}

/** Whether premortem is at it just now. */
export function isAtWork({ kind }: PlaybookStep, now: StepState): boolean {
  return now.kind === "pressed" || (now.kind === "begun" && kind !== "person");
}

function dueOf(step: PlaybookStep, atMs: number): number | null {
  if (step.kind !== "person" || step.minutes === null) return null;
  return atMs + step.minutes * MINUTE_MS;
}

const MINUTE_MS = 60_000;

function refuseNow({ id }: PlaybookStep, now: StepState): Refusal {
  switch (now.kind) {
    case "waiting":
      return refuse(`\`${id}\` was not begun`, "start it first");
    case "begun":
      return refuse(`${now.by} is at \`${id}\` since ${clock(now.atMs)}`, "wait, or ask them");
    case "proposed":
      return refuse(`\`${id}\` waits for somebody to press`, "press it, or leave it out");
    case "pressed":
      return refuse(`${now.by} has pressed \`${id}\` at ${clock(now.atMs)}`, "wait for its end");
    case "done":
      return refuse(
        `${now.by} has done \`${id}\` at ${clock(now.atMs)}`,
        "reopen it if it has to be done again",
      );
    case "skipped":
      return refuse(`${now.by} has left \`${id}\` out at ${clock(now.atMs)}`, "reopen it first");
    case "failed":
    case "lost":
      return refuse(
        `\`${id}\` did not come to its end: ${now.text}`,
        "start it again, or say that it is done",
      );
  }
}

function clock(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(11, 19)} UTC`;
}

/** A run is over once nothing of it is left. */
function settled(run: PlaybookRun, atMs: number): PlaybookRun {
  const isDone = run.steps.every(({ state }) => isSettled(state));
  if (!isDone || run.status === "over") return run;
  const over = withLine(run, atMs, `the playbook "${run.playbook.title}" is done`);
  return { ...over, status: "over", ended: { by: "premortem", atMs } };
}

function logged(run: PlaybookRun, step: PlaybookStep, event: StepEvent, atMs: number): PlaybookRun {
  const text = lineOf(step, event);
  return text === null ? run : withLine(run, atMs, text);
}

/** A sentence for the timeline; null: nobody has to read it there. */
function lineOf({ title, kind: of }: PlaybookStep, event: StepEvent): string | null {
  const what = `step "${title}"`;
  const more = "text" in event && event.text !== "" ? `: ${event.text}` : "";
  switch (event.kind) {
    case "start":
      return of === "person" ? `${event.by} is at ${what}` : null;
    case "done":
      return `${event.by} has done ${what}${more}`;
    case "skip":
      return `${event.by} leaves out ${what}${more}`;
    case "note":
      return `${event.by} at ${what}${more}`;
    case "reopen":
      return `${event.by} reopens ${what}${more}`;
    case "press":
      return `${event.by} presses ${what}`;
    case "proposed":
    case "result":
      return `${what}${more}`;
    case "failed":
      return `${what} could not be done${more}`;
    case "lost":
      return `${what} was cut off${more}`;
    case "due":
      return `the time of ${what} is over`;
  }
}

function withLine(run: PlaybookRun, atMs: number, text: string): PlaybookRun {
  if (run.log.length > MAXIMUM_LOG) return run;
  const said = run.log.length === MAXIMUM_LOG ? "there is more than is listed here" : text;
  return { ...run, log: [...run.log, { atMs, text: said }] };
}
