import { expect, test } from "vitest";
import { parseNetwork } from "../inventory/networkFile.ts";
import { coverageOf, isLate, peopleOf, standingsOf } from "./standing.ts";

const DAY_MS = 86_400_000;
const DONE_MS = 1_000 * DAY_MS;

function networkOf(every: string, people = "[mail, approver]") {
  const { network, diagnostics } = parseNetwork(
    "n",
    `devices: {}
zones: {}
people:
  ana: { name: Ana, roles: [operator] }
  bob: { name: Bob, roles: [approver] }
  eva: { name: Eva, roles: [viewer] }
teams: { mail: { name: Mail, members: [ana, bob] } }
training:
  outage: { title: Outage, drill: origin, for: ${people}, every: ${every} }
`,
  );
  expect(diagnostics).toEqual([]);
  if (network === null) throw new Error("no network");
  return network;
}

const anaAfter = (days: number, every: string) =>
  standingsOf(
    networkOf(every),
    [{ login: "ana", lesson: "outage", atMs: DONE_MS }],
    DONE_MS + days * DAY_MS,
  ).find(({ login }) => login === "ana");

test.each([
  [0, "1y", "current"],
  [334, "1y", "current"],
  [335, "1y", "due"],
  [364, "1y", "due"],
  [365, "1y", "overdue"],
  [5, "8d", "current"],
  [6, "8d", "due"],
  [8, "8d", "overdue"],
] as const)("%s days after a lesson of each %s, it is %s", (days, every, state) => {
  expect(anaAfter(days, every)?.state).toBe(state);
});

test("a lesson that was never done is due at once, and late", () => {
  const [ana] = standingsOf(networkOf("1y"), [], DONE_MS);
  expect(ana).toEqual({
    login: "ana",
    lesson: "outage",
    state: "never",
    lastMs: null,
    dueMs: null,
  });
  expect(ana !== undefined && isLate(ana)).toBe(true);
});

test("a lesson is for each person of its teams and roles once, and for nobody else", () => {
  const network = networkOf("1y");
  const [lesson] = network.training;
  if (lesson === undefined) throw new Error("no lesson");
  expect(peopleOf(network, lesson).map(({ login }) => login)).toEqual(["ana", "bob"]);
});

test("the last time counts, whoever wrote it down first", () => {
  const attended = [2, 5, 3].map((day) => ({
    login: "ana",
    lesson: "outage",
    atMs: DONE_MS + day * DAY_MS,
  }));
  expect(standingsOf(networkOf("1y"), attended, DONE_MS + 6 * DAY_MS)[0]?.lastMs).toBe(
    DONE_MS + 5 * DAY_MS,
  );
});

test("who took part and is not asked to is not counted", () => {
  const network = networkOf("1y");
  const attended = ["ana", "eva", "gone"].map((login) => ({
    login,
    lesson: "outage",
    atMs: DONE_MS,
  }));
  expect(coverageOf(network, standingsOf(network, attended, DONE_MS))).toEqual([
    { lesson: "outage", people: 2, current: 1, due: 0, overdue: 0, never: 1 },
  ]);
});

test("a lesson for nobody covers nobody", () => {
  const network = networkOf("1y", "helpdesk");
  expect(coverageOf(network, standingsOf(network, [], 0))).toEqual([
    { lesson: "outage", people: 0, current: 0, due: 0, overdue: 0, never: 0 },
  ]);
});
