import { expect, test } from "vitest";
import { parseNetwork } from "./networkFile.ts";

const read = (text: string) => parseNetwork("n", `devices: {}\nzones: {}\n${text}`);
const problems = (text: string) =>
  read(text).diagnostics.map(({ code, message, span }) => `${span?.line} ${code} ${message}`);

test("teams are of people who are there, each once", () => {
  const { network, diagnostics } = read(
    "people: { ana: { name: Ana, roles: [operator] } }\nteams: { mail: { name: Mail, members: [ana, ana] } }",
  );
  expect(diagnostics).toEqual([]);
  expect(network?.teams).toEqual([{ id: "mail", name: "Mail", members: ["ana"] }]);
});

test("who is in a team and nowhere else is told at the line", () => {
  const people = "people: { ana: { name: Ana, roles: [helpdesk] } }\n";
  expect(
    problems(`${people}teams:\n  mail:\n    name: Mail\n    members:\n      - ana\n      - bob`),
  ).toEqual(["9 PM5004 there is no person `bob`"]);
  expect(problems(`${people}teams: { mail: { name: Mail, members: toString } }`)).toEqual([
    "4 PM5004 there is no person `toString`",
  ]);
  expect(problems(`${people}teams: { mail: { members: ana } }`)).toEqual([
    "4 PM5002 `teams.mail.name`: is missing",
  ]);
});

test.each([
  ["premortem", "premortem"],
  ["break-glass", "break-glass"],
  ["an a", "an a"],
  ["", ""],
  ["ana\\u202egro", "ana\ufffdgro"],
  ["ana\\u0007", "ana\ufffd"],
  ["x".repeat(65), "x".repeat(65)],
])("nobody is called `%s`", (login, told) => {
  expect(problems(`people:\n  "${login}": { name: Ana, roles: [viewer] }`)).toEqual([
    `4 PM5016 nobody can be called \`${told}\``,
  ]);
});

test("a name is kept as it is written, whatever its letters do", () => {
  const { network, diagnostics } = read(
    `people: { لينا: { name: "\\u202eلينا <b>", roles: [viewer] }, "a.b+c@x": { name: "", roles: [viewer] } }`,
  );
  expect(diagnostics).toEqual([]);
  expect(network?.people.map(({ login, name }) => [login, name])).toEqual([
    ["لينا", "\u202eلينا <b>"],
    ["a.b+c@x", ""],
  ]);
});
