import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Action, ActionCheck, NewAction, Observation } from "./model.ts";
import { decide, isOverdue, newAction, observe } from "./transition.ts";

const INTENT: ActionCheck = { kind: "intent", intent: "mail-out" };

function open(check: ActionCheck = INTENT): Action {
  const given: NewAction = {
    incident: 1,
    key: null,
    text: "t",
    owner: "ana",
    due: "2026-12-01",
    check,
    status: "open",
  };
  return newAction(given, "ana", 0);
}

const WORDS = { g: "good", b: "bad", "?": "unknown" } as const;

/** Looks one after the other: `g` good, `b` bad, `?` unknown. */
function seen(action: Action, looks: string): Action {
  return [...looks].reduce((now, sign) => {
    const atMs = (now.last?.atMs ?? 0) + 60_000;
    const answer = WORDS[sign as keyof typeof WORDS];
    return observe(now, { answer, atMs, text: sign }, atMs);
  }, action);
}

describe("a check closes and reopens by several looks in a row", () => {
  const cases: readonly (readonly [looks: string, status: Action["status"]])[] = [
    ["gg", "open"],
    ["ggg", "done"],
    ["ggbggg", "done"],
    ["gg?g", "open"],
    ["gbgbgb", "open"],
    ["gggb", "done"],
    ["gggbb", "open"],
    ["gggbgb", "done"],
    ["gggb?b", "open"],
    ["ggg????", "done"],
    ["gggbbggg", "done"],
  ];
  test.each(cases)("%s is %s", (looks, status) => {
    expect(seen(open(), looks).status).toBe(status);
  });
});

test("a probe has to be ok as often as was asked, and a drill once", () => {
  const probe = open({ kind: "probe", probe: "out", times: 5 });
  expect([seen(probe, "gggg").status, seen(probe, "ggggg").status]).toEqual(["open", "done"]);
  const drill = open({ kind: "drill", drill: "origin", score: 80 });
  expect([seen(drill, "g").status, seen(drill, "gb").status]).toEqual(["done", "open"]);
});

test("the same moment counts once: a probe that was not asked again says nothing new", () => {
  const look: Observation = { answer: "good", atMs: 5, text: "" };
  const once = observe(open(), look, 6);
  expect(observe(once, look, 7)).toBe(once);
});

test("nobody closes by hand what a check looks at, and no check what only a person can say", () => {
  const close = { kind: "close", text: "" } as const;
  expect(decide(open(), close, "ana", 1)).toMatchObject({ kind: "refusal" });
  const byHand = open({ kind: "person" });
  expect(seen(byHand, "ggggg").status).toBe("open");
  expect(decide(byHand, close, "ana", 1)).toMatchObject({ status: "done" });
});

test("what is proposed is nobody's until somebody takes it, and may be done before", () => {
  const proposed: Action = { ...open(), status: "proposed", owner: null, due: null };
  const take = { kind: "take", owner: "bob", due: "2027-01-01" } as const;
  expect(decide(proposed, take, "ana", 1)).toMatchObject({ status: "open", owner: "bob" });
  expect(seen(proposed, "ggg").status).toBe("done");
});

test("it is overdue from the end of its day on, while it is open", () => {
  const [within, after] = [Date.UTC(2026, 11, 1, 23, 59), Date.UTC(2026, 11, 2)];
  expect([isOverdue(open(), within), isOverdue(open(), after)]).toEqual([false, true]);
  expect(isOverdue({ ...open(), status: "done" }, after)).toBe(false);
});

test("whatever checks and people say, it flips no oftener than its rows of looks allow", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("g", "b", "?"), { maxLength: 200 }), (looks) => {
      let [action, flips] = [open(), 0];
      for (const look of looks) {
        const next = seen(action, look);
        if (next.status !== action.status) flips++;
        action = next;
      }
      expect(flips).toBeLessThanOrEqual(Math.ceil((2 * looks.length) / 5));
      expect(action.log.length).toBe(flips + 1);
    }),
    { seed: 20_261_130 },
  );
});
