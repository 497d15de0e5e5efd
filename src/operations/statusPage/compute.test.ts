import { describe, expect, test } from "vitest";
import { close, endSymptom, openIncident } from "../incident/life.ts";
import type { Incident } from "../incident/model.ts";
import type { StatusPage } from "../inventory/model.ts";
import { BLIND_AFTER_MS, type Known, nextState, type StatusEvidence } from "./compute.ts";
import type { StatusState } from "./model.ts";
import { statuspageV2 } from "./statuspageV2.ts";

const PAGE: StatusPage = {
  title: "Mail of Example",
  isServed: true,
  components: [
    { name: "Outgoing mail", about: "", intents: ["mail-out"], probes: ["out"] },
    { name: "Mailboxes", about: "", intents: [], probes: ["imap"] },
  ],
};

function evidence(
  known: Readonly<Record<string, Known>>,
  incidents: readonly Incident[] = [],
): StatusEvidence {
  const of = (name: string) => known[name] ?? "works";
  return { intent: of, probe: of, incidents };
}

function states(state: StatusState): readonly string[] {
  return state.components.map((one) => one.state);
}

describe("a component is", () => {
  const cases: readonly (readonly [Readonly<Record<string, Known>>, readonly string[]])[] = [
    [{}, ["operational", "operational"]],
    [{ out: "slow" }, ["degraded_performance", "operational"]],
    [{ out: "fails" }, ["partial_outage", "operational"]],
    [{ out: "fails", "mail-out": "fails" }, ["major_outage", "operational"]],
    [{ imap: "fails", out: "unknown" }, ["unknown", "major_outage"]],
    [{ out: "fails", "mail-out": "unknown" }, ["partial_outage", "operational"]],
  ];
  test.each(cases)("with %j: %j", (known, expected) => {
    expect(states(nextState(PAGE, null, evidence(known), 0))).toEqual(expected);
  });
});

test("what nobody sees keeps its last word for a while, and is not said to work for ever", () => {
  const works = nextState(PAGE, null, evidence({}), 0);
  const blind = evidence({ imap: "unknown" });
  const soon = nextState(PAGE, works, blind, 1_000);
  expect(states(soon)).toEqual(["operational", "operational"]);
  const late = nextState(PAGE, soon, blind, 1_000 + BLIND_AFTER_MS);
  expect(states(late)).toEqual(["operational", "unknown"]);
  expect(late.components[1]?.sinceMs).toBe(1_000 + BLIND_AFTER_MS);
  const v2 = statuspageV2("t", late)["components.json"];
  expect(v2).toMatchObject({
    components: [
      { status: "operational", description: null },
      { status: "degraded_performance", description: "not known at the moment" },
    ],
  });
});

test("since when it is so is when it became so, not when it was looked at last", () => {
  const first = nextState(PAGE, null, evidence({ imap: "fails" }), 5);
  expect(nextState(PAGE, first, evidence({ imap: "fails" }), 99).components[1]?.sinceMs).toBe(5);
});

test("an incident is told from its beginning to its end, each word once", () => {
  const symptom = {
    id: "probe/imap",
    sinceMs: 1,
    text: "10.9.2.11 refuses",
    flows: [],
    intent: null,
  };
  const open = openIncident(7, symptom, 2);
  const over = close(endSymptom(open, symptom.id, 9), "ana", 10);
  let state = nextState(PAGE, null, evidence({}, [open]), 3);
  for (const [incident, nowMs] of [
    [open, 4],
    [over, 11],
    [over, 12],
  ] as const)
    state = nextState(PAGE, state, evidence({}, [incident]), nowMs);
  expect(state.incidents).toEqual([
    {
      number: 7,
      components: ["Mailboxes"],
      impact: "major",
      beganMs: 1,
      updates: [
        { status: "investigating", atMs: 2 },
        { status: "resolved", atMs: 11 },
      ],
    },
  ]);
});

test("an incident that no component feels is none of the public's", () => {
  const symptom = { id: "queue/x", sinceMs: 1, text: "x", flows: [], intent: null };
  expect(nextState(PAGE, null, evidence({}, [openIncident(1, symptom, 1)]), 2).incidents).toEqual(
    [],
  );
});
