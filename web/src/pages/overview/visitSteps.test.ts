import { expect, test } from "vitest";
import type { Change } from "../../api/types.ts";
import { nextOf, type Seen, stepsOf } from "./visitSteps.ts";

const NOTHING: Seen = { changes: [], incidents: [], hasRead: false, hasDrilled: false };
const PROOF: NonNullable<Change["proof"]> = {
  contentHash: "",
  runningHash: "",
  networkHash: "",
  loads: true,
  isComplete: true,
  reasons: [],
  brokenCritical: [],
  broken: [],
  brokenBefore: [],
  undecidedCritical: [],
  undecided: [],
};
const proved = (more: Partial<typeof PROOF>) => ({
  ...NOTHING,
  changes: [{ proof: { ...PROOF, ...more } }],
});
const OPEN = [{ id: 1, undo: null, recoveredMs: null }];

const done = (seen: Seen) => stepsOf(seen).map(({ isDone }) => isDone);

test.each([
  ["nothing was proposed", NOTHING, false],
  ["it breaks nothing", proved({}), false],
  ["it breaks a promise", proved({ broken: ["x"] }), true],
  ["it breaks critical promises alone, as the rule does", proved({ brokenCritical: ["x"] }), true],
  ["the promises are broken already: nothing is refused", proved({ brokenBefore: ["x"] }), false],
])("the first step of the visit: %s", (_, seen, isDone) => {
  expect(done(seen)[0]).toBe(isDone);
});

test("while the rule runs, the first step says to come after the undo, unless it is done", () => {
  const [waiting] = stepsOf({ ...NOTHING, incidents: OPEN });
  expect(waiting?.text).toMatch(/^After the undo: /);
  expect(nextOf(stepsOf(NOTHING))).toBe(0);
  expect(nextOf(stepsOf({ ...NOTHING, incidents: OPEN }))).toBe(2);
  const [taken] = stepsOf({ ...proved({ brokenCritical: ["x"] }), incidents: OPEN });
  expect(taken?.text).toMatch(/^Under /);
  const over = [{ id: 1, undo: null, recoveredMs: 5 }];
  expect(stepsOf({ ...NOTHING, incidents: over })[0]?.text).toMatch(/^Under /);
});
