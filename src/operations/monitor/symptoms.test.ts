import { expect, test } from "vitest";
import type { Sighting } from "./model.ts";
import {
  beginAnew,
  DOUBTED_MS,
  expire,
  MAXIMUM_SYMPTOMS,
  over,
  type Symptoms,
  see,
} from "./symptoms.ts";

const FLOW = { from: "a", to: "b", service: "tcp/25" };
const sighting = (key: string, atMs: number, more: Partial<Sighting> = {}): Sighting => ({
  key,
  kind: "log",
  monitor: "m",
  device: "mail1",
  atMs,
  text: key,
  flows: [FLOW],
  quietMs: 100,
  ...more,
});
const NONE: Symptoms = new Map();
const SEEING = new Map([["m", 0]]);

test("the same thing twice is one symptom, since it was first seen", () => {
  const first = see(NONE, sighting("a", 10));
  const second = see(first.symptoms, sighting("a", 20));
  expect([first.news, second.news]).toEqual(["began", "again"]);
  expect(second.symptom).toMatchObject({ sinceMs: 10, lastMs: 20, count: 2, flows: [FLOW] });
});

test("a symptom that speaks of more connections than before has grown", () => {
  const first = see(NONE, sighting("a", 10));
  const second = see(first.symptoms, sighting("a", 20, { flows: [FLOW, { ...FLOW, to: "c" }] }));
  expect([second.news, second.symptom.flows.length]).toEqual(["grew", 2]);
});

test("silence ends a symptom, after its own time and not before", () => {
  const { symptoms } = see(
    see(NONE, sighting("a", 10)).symptoms,
    sighting("b", 10, { quietMs: null }),
  );
  expect(expire(symptoms, SEEING, 110).ended).toEqual([]);
  const { ended, symptoms: left } = expire(symptoms, SEEING, 111);
  expect([ended.map(({ id }) => id), [...left.keys()]]).toEqual([["a"], ["b"]]);
  expect(over(left, ["b", "x"]).ended.map(({ id }) => id)).toEqual(["b"]);
});

test("silence of a monitor that is blind ends nothing, and counts from when it sees again", () => {
  const { symptoms } = see(NONE, sighting("a", 10));
  expect(expire(symptoms, new Map(), 1_000).ended).toEqual([]);
  const again = new Map([["m", 950]]);
  expect(expire(symptoms, again, 1_050).ended).toEqual([]);
  expect(expire(symptoms, again, 1_051).ended.map(({ id }) => id)).toEqual(["a"]);
});

test("watchers that begin anew end what is of no monitor, and what is not seen again in time", () => {
  const drop = sighting("drop", 10, { quietMs: null });
  const gone = sighting("gone", 10, { monitor: "old" });
  const before = see(see(NONE, drop).symptoms, gone).symptoms;
  const { ended, symptoms } = beginAnew(before, new Set(["m"]), 1_000);
  expect(ended.map(({ id }) => id)).toEqual(["gone"]);
  const later = 1_000 + DOUBTED_MS + 1;
  expect(expire(symptoms, SEEING, later - 1).ended).toEqual([]);
  expect(expire(symptoms, SEEING, later).ended.map(({ id }) => id)).toEqual(["drop"]);
  const again = see(symptoms, { ...drop, atMs: 2_000 }).symptoms;
  expect(expire(again, SEEING, later).ended).toEqual([]);
});

test("too many at once are told, not kept", () => {
  let symptoms = NONE;
  for (let i = 0; i < MAXIMUM_SYMPTOMS; i++) symptoms = see(symptoms, sighting(`${i}`, 0)).symptoms;
  expect(see(symptoms, sighting("more", 0)).news).toBe("full");
  expect(see(symptoms, sighting("1", 0)).news).toBe("again");
});

test("what was evidence and is a sign now has grown, and stays a sign", () => {
  const first = see(NONE, sighting("a", 10, { weight: "evidence" }));
  const second = see(first.symptoms, sighting("a", 20, { text: "many" }));
  const third = see(second.symptoms, sighting("a", 30, { weight: "evidence" }));
  expect([first.symptom.weight, second.news, third.news]).toEqual(["evidence", "grew", "again"]);
  expect(third.symptom).toMatchObject({ text: "many" });
  expect(third.symptom).not.toHaveProperty("weight");
});

test("hearsay that goes on is news each time, and says what was said last", () => {
  const first = see(NONE, sighting("a", 10, { weight: "hearsay", text: "4 complaints" }));
  const second = see(
    first.symptoms,
    sighting("a", 20, { weight: "hearsay", text: "9 complaints" }),
  );
  expect([second.news, second.symptom.text, second.symptom.sinceMs]).toEqual([
    "grew",
    "9 complaints",
    10,
  ]);
});
