import { expect, test } from "vitest";
import { openIncident } from "../incident/life.ts";
import type { Incident, Symptom } from "../incident/model.ts";
import { explainedCause } from "../incident/testing/explainedCause.ts";
import { answerOf, LATELY_MS } from "./answer.ts";

const BEGAN_MS = Date.UTC(2030, 0, 2, 10, 40);
const NOW_MS = BEGAN_MS + 600_000;
const ALL_SEE = { all: 3, seeing: 3 };

const felt: Symptom = {
  id: "probe/innerprobe",
  sinceMs: BEGAN_MS,
  text: "innerprobe fails: 10.9.2.11 refuses (secretfw)",
  flows: [],
  intent: null,
};
const said: Symptom = { ...felt, id: "desk/surge", weight: "hearsay", text: "many complain" };
const explained = explainedCause({
  difference: {
    device: "secretfw",
    atMs: BEGAN_MS,
    added: ["ip saddr 10.9.2.11 drop"],
    by: "netops",
  },
  rules: ["ip saddr 10.9.2.11 drop"],
  explains: [felt.id],
});
const page = {
  updatedMs: NOW_MS,
  components: [
    { name: "Mail", about: "", state: "operational", sinceMs: 1, blindMs: null },
    { name: "Calendar", about: "", state: "operational", sinceMs: 1, blindMs: null },
  ],
  incidents: [{ number: 7, components: ["Mail"], impact: "major", beganMs: BEGAN_MS, updates: [] }],
} as const;

function incident(symptom: Symptom, more: Partial<Incident> = {}): Incident {
  return { ...openIncident(7, symptom, BEGAN_MS), ...more };
}

function answer(incidents: readonly Incident[], looks = ALL_SEE) {
  return answerOf({ incidents, page, looks }, NOW_MS);
}

test("where something fails it is us, and the answer says since when and how far the cause is known", () => {
  expect(answer([incident(felt)])).toMatchObject({
    verdict: "yes",
    cause: "searched",
    sinceMs: BEGAN_MS,
    endedMs: null,
    answer: "Yes, since 2030-01-02 10:40 UTC. The cause is not proved yet.",
    tellCallers: "This does not work as it should: Mail. We see it, and look for the cause.",
    services: [
      { name: "Mail", isAffected: true },
      { name: "Calendar", isAffected: false },
    ],
  });
  expect(answer([incident(felt, { cause: explained })])).toMatchObject({
    cause: "proved",
    answer: "Yes, since 2030-01-02 10:40 UTC. The cause is proved.",
    tellCallers: "This does not work as it should: Mail. The cause is found; we put it right.",
  });
  expect(answer([incident(felt, { cause: { kind: "notByRules", ruledOut: [] } })])).toMatchObject({
    verdict: "yes",
    cause: "notRules",
    answer: expect.stringContaining("no change of a firewall is the cause"),
  });
});

test("a cause is called proved only where that of each incident is", () => {
  const other = { ...incident(felt), id: 8 };
  expect(answer([incident(felt, { cause: explained }), other])).toMatchObject({
    cause: "searched",
    tellCallers: expect.stringContaining("look for the cause"),
  });
});

test("what callers alone say is no yes, until a difference is proved to be the cause", () => {
  expect(answer([incident(said)])).toMatchObject({
    verdict: "reported",
    answer: expect.stringMatching(/^Perhaps: callers say so since 2030-01-02 10:40 UTC/),
  });
  expect(answer([incident(said, { cause: explained })]).verdict).toBe("yes");
});

test("what ended lately is said to be over, and an hour later nothing is said of it", () => {
  const over = (recoveredMs: number) =>
    incident({ ...felt }, { symptoms: [{ ...felt, endedMs: recoveredMs }], recoveredMs });
  expect(answer([over(NOW_MS - 60_000)])).toMatchObject({
    verdict: "over",
    cause: null,
    endedMs: NOW_MS - 60_000,
    answer: "It was, from 2030-01-02 10:40 UTC to 2030-01-02 10:49 UTC. It is over.",
    services: [{ isAffected: false }, { isAffected: false }],
  });
  expect(answer([over(NOW_MS - LATELY_MS)]).verdict).toBe("nothingKnown");
});

test("nothing is known only where all that looks sees", () => {
  expect(answer([])).toMatchObject({
    verdict: "nothingKnown",
    sinceMs: null,
    answer: "Nothing is known: all 3 looks see, and none of them sees a failure.",
  });
  expect(answer([], { all: 3, seeing: 2 })).toMatchObject({
    verdict: "notSeen",
    answer: "Not known: nothing is known to fail. Not all is seen: 1 of 3 looks see nothing now.",
  });
  expect(answer([], { all: 0, seeing: 0 })).toMatchObject({
    verdict: "notSeen",
    answer: "Not known: nothing is known to fail. Nobody looks: nothing is watched.",
  });
  expect(answer([incident(felt)], { all: 3, seeing: 2 }).answer).toContain("Not all is seen");
});

test("no rule, host or login is in it", () => {
  for (const one of [incident(felt, { cause: explained }), incident(said), incident(felt)])
    expect(JSON.stringify(answer([one]))).not.toMatch(
      /10\.9|secretfw|netops|innerprobe|drop|saddr/,
    );
});
