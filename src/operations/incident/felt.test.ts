import { expect, test } from "vitest";
import type { ProbeResult } from "../probe/model.ts";
import { feel } from "./felt.ts";

const FLOW = { from: "10.10.2.11", to: "10.10.4.10", service: "tcp/5432" };
const result = (outcome: ProbeResult["outcome"]): ProbeResult => ({
  monitor: "users",
  kind: "database",
  atMs: 1_000,
  durationMs: 500,
  outcome,
  stage: "connect",
  measured: "handshake",
  reason: "timed out",
  isReached: false,
  flows: [FLOW],
  vantage: { through: "sshd of mail1", user: "premortem", source: "10.10.2.11" },
});

test("a probe that fails is a symptom since its end, which may have begun with it", () => {
  expect(feel(result("failed"))).toEqual({
    kind: "symptom",
    symptom: {
      id: "probe/users",
      sinceMs: 1_500,
      earliestMs: 1_000,
      text: "probe users fails at connect: timed out (handshake, through sshd of mail1 as premortem, from 10.10.2.11)",
      flows: [FLOW],
      intent: null,
    },
  });
});

test("one that works, slowly too, ends it and tells what worked since its beginning", () => {
  for (const outcome of ["ok", "degraded"] as const)
    expect(feel(result(outcome))).toEqual({
      kind: "well",
      id: "probe/users",
      wellness: [{ ...FLOW, atMs: 1_000, endMs: 1_500 }],
    });
});

test("a blind one says nothing", () => {
  expect(feel(result("blind"))).toEqual({ kind: "nothing" });
});
