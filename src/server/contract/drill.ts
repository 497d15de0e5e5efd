import { z } from "@hono/zod-openapi";
import { drillAction } from "../../operations/drill/actions.ts";
import { idPath, listOf, milliseconds, name } from "./common.ts";

const suspect = z.object({ id: z.string(), text: z.string() });
const step = z.object({ id: z.string(), title: z.string() });
const drill = z
  .object({
    id: z.string(),
    title: z.string(),
    story: z.string().describe("what the trainee knows at the beginning"),
    minutes: z.number().describe("of a trainee's day"),
    playbook: z.string().describe("id of the playbook that is for it"),
  })
  .openapi("Drill");
const outcome = z.enum(["restored", "givenUp", "tooLate"]);
const runSummary = z
  .object({
    id: z.number(),
    drill: z.string(),
    title: z.string(),
    begunMs: milliseconds,
    isOver: z.boolean(),
    outcome: outcome.nullable().describe("null: it goes on"),
    total: z.number().nullable().describe("points of a hundred; null: it goes on"),
  })
  .openapi("DrillRunSummary");

export const drills = z.object({
  drills: listOf(drill),
  runs: listOf(runSummary).describe("your own, newest first: nobody else sees them"),
});

export const beginBody = z
  .strictObject({
    pace: z
      .enum(["steps", "clock"])
      .default("steps")
      .describe(
        "`steps`: time goes by with what you do; `clock`: sixty times as fast as yours, too",
      ),
  })
  .openapi("DrillBegin");
export const drillPath = z.object({ id: name });
export const runPath = idPath;
export const actionBody = drillAction;

const heard = listOf(z.object({ atMs: milliseconds, text: z.string() }));
export const run = z
  .object({
    id: z.number(),
    drill,
    pace: z.enum(["steps", "clock"]),
    isOver: z.boolean(),
    startMs: milliseconds.describe("when the simulation began, by its own clock"),
    nowMs: milliseconds.describe("what its clock says"),
    endMs: milliseconds.describe("when it is over whatever happens"),
    heard: heard.describe("calls since the last action"),
    entries: listOf(
      z.object({
        number: z.number(),
        action: drillAction,
        text: z.string().describe("the action in words"),
        atMs: milliseconds,
        endMs: milliseconds,
        isDone: z.boolean().describe("false: it did not come to pass, and `lines` say why"),
        title: z.string(),
        lines: listOf(z.string()),
        heard: heard.describe("calls that came meanwhile"),
      }),
    ),
    suspects: listOf(suspect).describe("for `diagnose`"),
    probes: listOf(z.string()).describe("for `probe`"),
    differences: listOf(z.number()).describe("for `undo`: those that you have seen"),
    minutes: z
      .record(z.string(), z.number())
      .describe("minutes that actions take, by kind, or `kind/what` as in `look/log`"),
    steps: listOf(z.object({ ...step.shape, isDone: z.boolean() })).describe(
      "of the playbook; which of them are done, in their order",
    ),
  })
  .openapi("DrillRun");

export const debrief = z
  .object({
    run: z.number(),
    drill: z.string(),
    title: z.string(),
    outcome,
    score: z.object({
      total: z.number().describe("from 0 to 100"),
      parts: listOf(
        z.object({
          id: z.enum(["detect", "diagnose", "restore", "playbook", "harm"]),
          points: z.number(),
          of: z.number(),
          text: z.string(),
        }),
      ),
      deductions: listOf(z.object({ points: z.number(), text: z.string() })),
    }),
    truth: z.object({ suspect: z.string(), cause: z.string(), remedy: z.string() }),
    harm: z.object({
      refusedIn: z.number(),
      deferredOut: z.number(),
      failedLogins: z.number(),
      lost: z.number(),
      worstWaiting: z.number(),
      exposed: listOf(z.object({ name: z.string(), minutes: z.number() })),
    }),
    timeline: listOf(
      z.object({
        atMs: milliseconds,
        minute: z.number().describe("after it broke; below zero: before"),
        kind: z
          .enum(["broke", "visible", "did", "restored"])
          .describe("`visible`: what could be seen from then on; `did`: what you did"),
        text: z.string(),
      }),
    ),
    reference: listOf(z.object({ minute: z.number(), text: z.string() })).describe(
      "how it went once, in reality, to be shown beside; empty: nobody wrote that down",
    ),
    practise: listOf(z.string()),
  })
  .openapi("DrillDebrief");
