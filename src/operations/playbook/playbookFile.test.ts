import { expect, test } from "vitest";
import { exampleNetwork } from "../incident/testing/openDesk.ts";
import { parsePlaybook } from "./playbookFile.ts";
import { PLAYBOOK_TEXT } from "./testing/paperPlaybook.ts";

const NETWORK = exampleNetwork();

function mistakes(text: string): readonly string[] {
  return parsePlaybook("p.yaml", text, NETWORK).diagnostics.map(
    ({ code, span, message }) => `${code} ${span?.line}:${span?.column} ${message}`,
  );
}

const HEAD = "title: T\nowner: o\nreview-by: 2027-05-31\n";

test("what is wrong is told at its line", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["title: [", "PM5101"],
    [`${HEAD}steps: []`, "PM5102 4:8"],
    [`${HEAD}steps:\n  - { kind: dance, id: a, title: T }`, "PM5102 5:13"],
    [`${HEAD}steps:\n  - { kind: person, id: a, title: T, colour: red }`, "PM5102 5:38"],
    [`${HEAD}steps:\n  - { kind: probe, id: a, title: T, probe: nothing }`, "PM5103 5:44"],
    [
      `${HEAD}steps:\n  - { kind: trace, id: a, title: T, device: edge, packet: "tcp" }`,
      "PM5104 5:59",
    ],
    [
      `${HEAD}steps:\n  - { kind: person, id: a, title: T }\n  - { kind: person, id: a, title: T }`,
      "PM5105 6:25",
    ],
    [
      `title: T\nowner: o\nreview-by: 2027-02-30\nsteps:\n  - { kind: person, id: a, title: T }`,
      "PM5106 3:12",
    ],
    [`${HEAD}paper: true\nsteps:\n  - { kind: undo, id: a, title: T }`, "PM5107 6:13"],
    [
      `${HEAD}when: { flows: [{ from: nobody, to: internet, service: smtp }] }\nsteps:\n  - { kind: person, id: a, title: T }`,
      "PM5103 4:25",
    ],
  ];
  for (const [text, expected] of cases) {
    const [first = ""] = mistakes(text);
    expect(first.slice(0, expected.length), `${text}: ${first}`).toBe(expected);
  }
});

test("a version is that of the text: another blank is another version", () => {
  const [one, other] = [PLAYBOOK_TEXT, `${PLAYBOOK_TEXT} `].map(
    (text) => parsePlaybook("p.yaml", text, null).playbook?.version,
  );
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(other).not.toBe(one);
});
