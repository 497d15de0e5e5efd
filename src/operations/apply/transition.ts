import type {
  Action,
  ApplyEnd,
  ApplyEvent,
  ApplyState,
  Marker,
  RollbackReason,
  Running,
} from "./model.ts";

/** What to do in a state, once it is journalled. */
export function actionOf(state: ApplyState): Action {
  switch (state.kind) {
    case "arming":
      return state.isUnsure ? LOOK : { kind: "send", command: "arm" };
    case "loading":
      return state.isUnsure ? LOOK : { kind: "send", command: "load" };
    case "confirming":
      return state.isUnsure ? LOOK : { kind: "send", command: "confirm" };
    case "rollingBack":
      return state.isUnsure ? LOOK : { kind: "send", command: "restore" };
    case "loaded":
      return { kind: "check" };
    case "planned":
    case "armed":
    case "confirmed":
    case "rolledBack":
    case "refused":
    case "stuck":
      return { kind: "rest" };
  }
}

const LOOK: Action = { kind: "look" };

/** Where whoever takes over begins: what was under way may have happened. */
export function resume(state: ApplyState): ApplyState {
  return "isUnsure" in state ? { ...state, isUnsure: true } : state;
}

export function isOver(state: ApplyState): state is ApplyEnd {
  return ENDS.includes(state.kind);
}

const ENDS: readonly ApplyState["kind"][] = ["confirmed", "rolledBack", "refused", "stuck"];

/** The next state. Events that say nothing to a state leave it as it is. */
export function step(state: ApplyState, event: ApplyEvent): ApplyState {
  if (event.kind === "lost") return resume(state);
  if (event.kind === "late")
    return isUnarmed(state) ? { kind: "refused", reason: "tooLate" } : state;
  if (event.kind === "rollbackAsked") return isUndoable(state) ? rollBack("asked") : state;
  switch (state.kind) {
    case "planned":
      return event.kind === "begun" ? { kind: "arming", isUnsure: false } : state;
    case "arming":
      return whileArming(state, event);
    case "armed":
      return event.kind === "begun" ? { kind: "loading", isUnsure: false } : state;
    case "loading":
      return whileLoading(state, event);
    case "loaded":
      if (event.kind !== "checked") return state;
      return event.passed ? { kind: "confirming", isUnsure: false } : rollBack("checkFailed");
    case "confirming":
      return whileConfirming(state, event);
    case "rollingBack":
      return whileRollingBack(state, event);
    case "confirmed":
    case "rolledBack":
    case "refused":
    case "stuck":
      return state;
  }
}

/** Nothing was sent, or the device has nothing on record: an arm that comes late loads nothing. */
function isUnarmed(state: ApplyState): boolean {
  return state.kind === "planned" || (state.kind === "arming" && !state.isUnsure);
}

/** Before it is armed there is nothing to undo, and what is over is undone by a change of its own. */
function isUndoable({ kind }: ApplyState): boolean {
  return kind === "armed" || kind === "loading" || kind === "loaded" || kind === "confirming";
}

function rollBack(reason: RollbackReason): ApplyState {
  return undo({ kind: "rolledBack", reason });
}

function refusedFor({ reason, said }: Extract<ApplyEvent, { kind: "notDone" }>): ApplyEnd {
  return { kind: "refused", reason, ...(said === undefined ? {} : { said }) };
}

function undo(end: ApplyEnd): ApplyState {
  return { kind: "rollingBack", end, isUnsure: false };
}

function whileArming(state: ApplyState, event: ApplyEvent): ApplyState {
  if (event.kind === "done") return { kind: "armed" };
  if (event.kind === "notDone") return refusedFor(event);
  if (event.kind !== "seen") return state;
  switch (event.marker) {
    case "none":
      return { kind: "arming", isUnsure: false };
    case "armed":
      return { kind: "armed" };
    case "superseded":
      return { kind: "refused", reason: "superseded" };
    case "confirmed":
    case "restoring":
    case "restored":
      return undo({ kind: "refused", reason: "tooLate" });
  }
}

function whileLoading(state: ApplyState, event: ApplyEvent): ApplyState {
  if (event.kind === "done") return { kind: "loaded" };
  if (event.kind === "notDone")
    return event.reason === "superseded"
      ? { kind: "loading", isUnsure: true }
      : undo(refusedFor(event));
  if (event.kind !== "seen") return state;
  const { marker, running } = event;
  if (marker !== "armed") return withoutGuard(marker, running);
  switch (running) {
    case "candidate":
      return { kind: "loaded" };
    case "previous":
      return { kind: "loading", isUnsure: false };
    case "other":
      return rollBack("changedMeanwhile");
  }
}

function whileConfirming(state: ApplyState, event: ApplyEvent): ApplyState {
  if (event.kind === "done") return { kind: "confirmed" };
  if (event.kind === "notDone") return { kind: "confirming", isUnsure: true };
  if (event.kind !== "seen") return state;
  const { marker, running } = event;
  if (marker !== "armed") return withoutGuard(marker, running);
  return running === "candidate"
    ? { kind: "confirming", isUnsure: false }
    : rollBack("changedMeanwhile");
}

function whileRollingBack(
  state: Extract<ApplyState, { kind: "rollingBack" }>,
  event: ApplyEvent,
): ApplyState {
  const { end } = state;
  /* What the device says of itself is looked at before anybody is told. */
  if (event.kind === "done" || event.kind === "notDone") return { ...state, isUnsure: true };
  if (event.kind !== "seen") return state;
  switch (event.marker) {
    case "armed":
    case "restoring":
      return undo(end);
    case "restored":
      return restored(end, event.running);
    case "confirmed":
    case "superseded":
    case "none":
      return withoutGuard(event.marker, event.running);
  }
}

/**
 * Said to be restored: true where what was before runs. Where nothing was loaded, what somebody else wrote
 * meanwhile is theirs.
 */
function restored(end: ApplyEnd, running: Running): ApplyState {
  if (running === "previous") return end;
  if (running === "other" && end.kind === "refused") return end;
  return { kind: "stuck", why: "runsOtherwise", running };
}

/** The dead-man is armed no more: what is left to do before it is over. */
function withoutGuard(marker: Exclude<Marker, "armed">, running: Running): ApplyState {
  switch (marker) {
    /* One that was under way has come first: to undo it is a change of its own. */
    case "confirmed":
      return { kind: "confirmed" };
    case "restoring":
      return rollBack("tooLate");
    case "restored":
      return restored({ kind: "rolledBack", reason: "tooLate" }, running);
    case "superseded":
      return restored({ kind: "rolledBack", reason: "superseded" }, running);
    case "none":
      return { kind: "stuck", why: "noRecord", running };
  }
}
