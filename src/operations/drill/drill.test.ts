import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { DrillAction } from "./actions.ts";
import { debriefOf } from "./debrief.ts";
import { parseDrill } from "./drillFile.ts";
import type { Debrief, Drill, DrillEntry } from "./model.ts";
import { openPlay } from "./play/play.ts";
import { drillJsonSchema } from "./schema.ts";
import { readDrills } from "./shelf.ts";

const { files, diagnostics } = readDrills("drills");
const LONG_MS = 60_000;
/** Points that whoever does the right thing gets at least. */
const GOOD = 85;

/** What comes of doing all of this, one after the other. */
function played(drill: Drill, actions: readonly DrillAction[]): Debrief {
  const play = openPlay(drill);
  const entries: DrillEntry[] = [];
  for (const action of actions) {
    const atMs = play.nowMs();
    const answer = play.act(action, "ana");
    const number = entries.length + 1;
    entries.push({ number, action, atMs, endMs: play.nowMs(), wallMs: 0, answer });
  }
  const { senses, differences } = play;
  const last = entries.at(-1);
  const outcome =
    last?.action.kind === "close" && last.answer.isDone ? "restored" : ("givenUp" as const);
  return debriefOf(
    drill,
    entries,
    {
      nowMs: play.nowMs(),
      brokeMs: senses.brokeMs,
      restoredMs: senses.restoredMs,
      seen: senses.seen(),
      differences: differences.all(),
      harm: senses.harm(),
    },
    outcome,
  );
}

test("every drill that is shipped is read", () => {
  expect(diagnostics).toEqual([]);
  expect(files.map(({ drill }) => drill.id)).toContain("origin");
  expect(files.length).toBeGreaterThanOrEqual(4);
});

describe.each(files.map((file) => [file.drill.id, file] as const))(
  "%s",
  (_id, { drill, tries }) => {
    const { right } = drill.truth;
    let won: Debrief | null = null;
    const best = () => {
      won ??= played(drill, right);
      return won;
    };

    test("is won by the right remedy, with a high score", { timeout: LONG_MS }, () => {
      const { outcome, score, timeline } = best();
      expect(outcome).toBe("restored");
      expect(score.deductions).toEqual([]);
      expect(score.total).toBeGreaterThanOrEqual(GOOD);
      const kinds = new Set(timeline.map(({ kind }) => kind));
      expect([...kinds].sort()).toEqual(["broke", "did", "restored", "visible"]);
    });

    test("is the same each time", { timeout: LONG_MS }, () => {
      expect(played(drill, right)).toEqual(best());
    });

    test.each([...tries])(
      "loses points for a wrong remedy: %s",
      { timeout: LONG_MS },
      (id, actions) => {
        const [begins, ...rest] = right;
        if (begins === undefined) throw new Error("nothing is right");
        const { score } = played(drill, [begins, ...actions, ...rest]);
        const wrong = drill.wrong.find((one) => one.id === id);
        expect(score.deductions.map(({ text }) => text)).toContain(wrong?.harm);
        expect(best().score.total - score.total).toBeGreaterThanOrEqual(wrong?.points ?? 0);
      },
    );
  },
);

test("a drill is lost by doing nothing", { timeout: LONG_MS }, () => {
  const origin = files.find(({ drill }) => drill.id === "origin")?.drill;
  if (origin === undefined) throw new Error("there is no origin");
  const { score } = played(origin, [{ kind: "wait", minutes: 60 }, { kind: "giveUp" }]);
  expect(score.total).toBeLessThan(20);
});

test("mistakes in a file are told at their line", () => {
  const { file, diagnostics: found } = parseDrill("x.yaml", "title: X\nstory: Y\nsecret: 1\n");
  expect(file).toBeNull();
  expect(found.every(({ code }) => code === "PM5402")).toBe(true);
  expect(found.find(({ message }) => message.includes("secret"))?.span?.line).toBe(3);
});

test("the printed schema of drills is that of the code (npm run docs:schema)", () => {
  expect(readFileSync("docs/reference/drill.schema.json", "utf8")).toBe(drillJsonSchema());
});
