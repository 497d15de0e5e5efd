import { expect, test } from "vitest";
import { parseNetwork } from "./networkFile.ts";

const HEAD = `devices: {}
zones: {}
people: { ana: { name: Ana, roles: [operator] }, bob: { name: Bob, roles: [approver] } }
`;
const TEAMS = "teams: { mail: { name: Mail, members: [ana] } }\n";
const read = (text: string, teams = TEAMS) => parseNetwork("n", `${HEAD}${teams}${text}`);
const problems = (text: string, teams = TEAMS) =>
  read(text, teams).diagnostics.map(
    ({ code, message, span }) => `${span?.line} ${code} ${message}`,
  );

test("lessons are drills and paper kits, for teams and roles, every so many days", () => {
  const { network, diagnostics } = read(`training:
  outage: { title: Mail is cut off, drill: origin, for: [mail, approver], every: 26w }
  telephone: { title: Whom to call, paper: kits/telephone.md, for: mail, minutes: 30 }`);
  expect(diagnostics).toEqual([]);
  expect(network?.training).toMatchObject([
    {
      id: "outage",
      what: { kind: "drill", drill: "origin" },
      teams: ["mail"],
      roles: ["approver"],
      everyDays: 182,
      minutes: 45,
    },
    {
      id: "telephone",
      what: { kind: "paper", kit: "kits/telephone.md" },
      teams: ["mail"],
      roles: [],
      everyDays: 365,
      minutes: 30,
    },
  ]);
});

test.each(["0d", "6y", "1m", "1", "", "-1d", "1.5y", "99999d"])(
  "`%s` is no interval, and is told at its line",
  (every) => {
    const text = `training:\n  a:\n    title: A\n    drill: origin\n    for: mail\n    every: "${every}"`;
    expect(problems(text)).toEqual([`10 PM5040 \`${every}\` is no interval of lessons`]);
  },
);

test("who is no team and no role is told at its place", () => {
  const text =
    "training:\n  a:\n    title: A\n    drill: origin\n    for:\n      - mail\n      - toString";
  expect(problems(text)).toEqual(["11 PM5004 there is no team or role `toString`"]);
  expect(problems("training:\n  a: { title: A, drill: origin, for: [] }")).toHaveLength(1);
});

test("a lesson is one of drill and paper kit, and neither both nor none", () => {
  expect(problems("training:\n  a: { title: A, for: mail }")).toEqual([
    "6 PM5041 the lesson is neither a drill nor a paper kit",
  ]);
  expect(problems("training:\n  a: { title: A, drill: origin, paper: p, for: mail }")).toEqual([
    "6 PM5041 the lesson is a drill and a paper kit at once",
  ]);
});

test("a team that is called like a role could be either", () => {
  const teams = "teams: { approver: { name: A, members: ana } }\n";
  expect(problems("training:\n  a: { title: A, drill: d, for: approver }", teams)).toEqual([
    "6 PM5041 `approver` is a role, and a team as well",
  ]);
});

test.each(["an a", "", "x\\u202e", "x".repeat(65)])("no lesson is called `%s`", (id) => {
  expect(problems(`training:\n  "${id}": { title: A, drill: d, for: mail }`)).toHaveLength(1);
});
