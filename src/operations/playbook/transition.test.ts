import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beginRun, type PlaybookRun, type StepState } from "./run.ts";
import { paperPlaybook } from "./testing/paperPlaybook.ts";
import { endRun, isAtWork, type StepEvent, takeStep } from "./transition.ts";

const PLAYBOOK = paperPlaybook();
const RUN = { ...beginRun(7, PLAYBOOK, "ana", 0), id: 1 };
const ana = { by: "ana" } as const;
const said = { ...ana, text: "" } as const;

function runAfter(step: string, ...events: readonly StepEvent[]): PlaybookRun {
  return events.reduce<PlaybookRun>((run, event, at) => {
    const next = takeStep(run, step, event, at + 1);
    if ("reason" in next) throw new Error(next.reason);
    return next;
  }, RUN);
}

function stateOf(run: PlaybookRun, step: string): StepState {
  const found = run.steps.find(({ id }) => id === step);
  if (found === undefined) throw new Error(step);
  return found.state;
}

describe("of two people", () => {
  test("one ticks a step, and the other is told who did", () => {
    const run = runAfter("look", { kind: "done", ...said });
    expect(takeStep(run, "look", { kind: "done", by: "bob", text: "" }, 9)).toMatchObject({
      kind: "refusal",
      reason: "ana has done `look` at 00:00:00 UTC",
    });
  });

  test("one starts what premortem does, and the other cannot start it again", () => {
    const run = runAfter("probe", { kind: "start", ...ana });
    expect(takeStep(run, "probe", { kind: "start", by: "bob" }, 9)).toHaveProperty("reason");
  });

  test("one presses an undo, and it is pressed no second time", () => {
    const proposed = { kind: "proposed", attempt: 1, text: "takes away a rule" } as const;
    const run = runAfter("undo", { kind: "start", ...ana }, proposed, { kind: "press", ...ana });
    expect(takeStep(run, "undo", { kind: "press", by: "bob" }, 9)).toHaveProperty("reason");
    expect(takeStep(run, "undo", { kind: "skip", by: "bob", text: "" }, 9)).toHaveProperty(
      "reason",
    );
  });
});

test("what an earlier attempt finds is not taken for what a later one does", () => {
  const run = runAfter(
    "probe",
    { kind: "start", ...ana },
    { kind: "failed", attempt: 1, text: "blind" },
    { kind: "start", ...ana },
  );
  const late = takeStep(run, "probe", { kind: "result", attempt: 1, text: "ok", isGood: true }, 9);
  expect(late).toBe(run);
  const found = takeStep(run, "probe", { kind: "result", attempt: 2, text: "ok", isGood: true }, 9);
  expect("reason" in found ? null : stateOf(found, "probe").kind).toBe("done");
});

test("a step that was ticked too early is reopened, and the run with it", () => {
  const done = PLAYBOOK.steps.reduce<PlaybookRun>((run, { id }) => {
    const next = takeStep(run, id, { kind: "skip", ...said }, 5);
    if ("reason" in next) throw new Error(next.reason);
    return next;
  }, RUN);
  expect(done.status).toBe("over");
  expect(takeStep(done, "look", { kind: "start", ...ana }, 6)).toHaveProperty("reason");
  const reopened = takeStep(done, "look", { kind: "reopen", ...said }, 6);
  expect(reopened).toMatchObject({ status: "open", ended: null });
});

test("a timer that has run out is told once", () => {
  const run = runAfter("look", { kind: "start", ...ana });
  const early = takeStep(run, "look", { kind: "due" }, 1_000);
  expect(early).toBe(run);
  const due = takeStep(run, "look", { kind: "due" }, 400_000);
  if ("reason" in due) throw new Error(due.reason);
  expect(due.log.at(-1)?.text).toBe('the time of step "Look at the incident" is over');
  expect(takeStep(due, "look", { kind: "due" }, 500_000)).toBe(due);
});

test("a run does not end while an undo is on its way", () => {
  const proposed = { kind: "proposed", attempt: 1, text: "" } as const;
  const run = runAfter("undo", { kind: "start", ...ana }, proposed, { kind: "press", ...ana });
  expect(endRun(run, "bob", 9)).toHaveProperty("reason");
});

/*
 * Whatever people, premortem's own work and ends of the server do in whatever order: an undo is sent at most once
 * for each press, nothing that is done is done again unless somebody reopens it, and a run is over exactly where
 * nothing is left or somebody ended it.
 */
test("no order of events does a step twice", () => {
  const steps = fc.constantFrom(...PLAYBOOK.steps.map(({ id }) => id), "nothing");
  const who = fc.constantFrom("ana", "bob");
  const attempt = fc.integer({ min: 1, max: 3 });
  const text = fc.constant("x");
  const event: fc.Arbitrary<StepEvent> = fc.oneof(
    fc.record({ kind: fc.constantFrom("start", "press"), by: who }),
    fc.record({ kind: fc.constantFrom("done", "skip", "note", "reopen"), by: who, text }),
    fc.record({ kind: fc.constantFrom("proposed", "failed"), attempt, text }),
    fc.record({ kind: fc.constant("result"), attempt, text, isGood: fc.boolean() }),
    fc.record({ kind: fc.constant("lost"), text }),
    fc.constant({ kind: "due" } as const),
  ) as fc.Arbitrary<StepEvent>;
  fc.assert(
    fc.property(fc.array(fc.tuple(steps, event), { maxLength: 60 }), (all) => {
      let run = RUN;
      for (const [at, [id, one]] of all.entries()) {
        const before = run;
        const next = takeStep(run, id, one, at);
        if ("reason" in next) continue;
        run = next;
        if (id === "nothing") throw new Error("a step that is not there was taken");
        const [was, is] = [stateOf(before, id), stateOf(run, id)];
        const isSettled = was.kind === "done" || was.kind === "skipped";
        if (isSettled && was !== is) expect(one.kind).toBe("reopen");
        if (is.kind === "pressed" && was.kind !== "pressed")
          expect([was.kind, one.kind]).toEqual(["proposed", "press"]);
        const others = run.steps.filter((step) => step.id !== id);
        expect(others).toEqual(before.steps.filter((step) => step.id !== id));
        const isOver = run.steps.every(({ state }) => ["done", "skipped"].includes(state.kind));
        expect(run.status).toBe(isOver && one.kind !== "reopen" ? "over" : "open");
        const step = PLAYBOOK.steps.find((found) => found.id === id);
        if (step !== undefined && isAtWork(step, is)) expect(is).toHaveProperty("attempt");
      }
    }),
    { seed: 20_261_130, numRuns: 500 },
  );
});
