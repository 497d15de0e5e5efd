import { describe, expect, test } from "vitest";
import { premortem, temporaryFiles } from "./premortem.ts";

const FOLDER = "examples/mail";
const FATAL = /10\.10\.2\.8\/29.*temp: printer noise/;

interface Side {
  readonly verdict: string;
  readonly by: { readonly rule?: { readonly file: string; readonly line: number; text: string } };
}

interface Class {
  readonly path: string;
  readonly kind: string;
  readonly description: readonly string[];
  readonly states: readonly string[];
  readonly example: string;
  readonly size: { readonly ip: string; readonly ip6: string };
  readonly before: Side;
  readonly after: Side;
}

interface Answer {
  readonly equal: true | false | "undecided";
  readonly classes: readonly Class[];
  readonly reasons: readonly string[];
  readonly assumptions: readonly string[];
  readonly coverage: { readonly before: { readonly notUnderstood: number } };
}

function diff(
  before: string,
  after: string,
): { readonly answer: Answer; readonly code: number | null } {
  const { out, code } = premortem(["diff", before, after, "--json"]);
  return { answer: JSON.parse(out), code };
}

/** What the fatal rule cuts on the way through, in the words of the classes. */
function cut(version: string, dialect: string): readonly Class[] {
  const { answer, code } = diff(
    `${FOLDER}/edge.${dialect}`,
    `${FOLDER}/edge-${version}.${dialect}`,
  );
  expect(code).toBe(1);
  expect(answer.equal).toBe(false);
  expect(answer.reasons).toEqual([]);
  return answer.classes.filter(({ path }) => path === "forward");
}

function tells(classes: readonly Class[], pattern: RegExp): boolean {
  return classes.some(({ description }) => description.some((line) => pattern.test(line)));
}

describe.each(["nft", "rules"])("the fatal rule in the mail network in .%s", (dialect) => {
  test("cuts mail to the internet, names and the database", () => {
    for (const version of ["first", "behind"]) {
      const classes = cut(version, dialect);
      expect(tells(classes, /tcp .*(@mail_servers|10\.10\.2\.1[12]).* port 25 \(smtp\)/)).toBe(
        true,
      );
      expect(tells(classes, /udp.*port 53/)).toBe(true);
      expect(tells(classes, /tcp.*port 53/)).toBe(true);
      expect(tells(classes, /10\.10\.4\.10 port 5432/)).toBe(true);
    }
  });

  test("is named as what drops them, with its line, in every class", () => {
    for (const { kind, before, after, size, example } of cut("behind", dialect)) {
      expect([kind, before.verdict, after.verdict]).toEqual(["verdict", "accept", "drop"]);
      expect(after.by.rule?.text).toMatch(FATAL);
      expect(after.by.rule?.line).toBeGreaterThan(0);
      expect(BigInt(size.ip)).toBeGreaterThan(0n);
      expect(example).toMatch(/^(tcp|udp|icmp) 10\.10\.2\./);
    }
  });

  test("in front of `established` cuts open connections, behind it only new ones", () => {
    const isOpen = ({ states }: Class) => states.includes("established");
    expect(cut("first", dialect).some(isOpen)).toBe(true);
    expect(cut("behind", dialect).some(isOpen)).toBe(false);
  });

  test("towards the internet leaves the database where it is", () => {
    const { answer } = diff(`${FOLDER}/edge.${dialect}`, `${FOLDER}/edge-internet.${dialect}`);
    const toDatabase = answer.classes.filter(({ description }) =>
      description.some((line) => line.includes("5432") && !line.includes('out "wan"')),
    );
    expect(toDatabase).toEqual([]);
  });

  test("is not there: equal, as a proof with what it assumes", () => {
    const { answer, code } = diff(`${FOLDER}/edge.${dialect}`, `${FOLDER}/edge.${dialect}`);
    expect(code).toBe(0);
    expect(answer).toMatchObject({ equal: true, classes: [], reasons: [] });
    expect(answer.assumptions.length).toBeGreaterThan(3);
    expect(answer.coverage.before.notUnderstood).toBe(0);
  });
});

test("example packets can be given to trace, which says the same", () => {
  const classes = cut("first", "nft");
  const input = classes.map(({ example }) => example).join("\n");
  const trace = (file: string): readonly string[] =>
    premortem(["trace", file, "--packets", "-"], input)
      .out.trim()
      .split("\n")
      .map((line) => JSON.parse(line).verdict);
  expect(trace(`${FOLDER}/edge.nft`)).toEqual(classes.map(({ before }) => before.verdict));
  expect(trace(`${FOLDER}/edge-first.nft`)).toEqual(classes.map(({ after }) => after.verdict));
});

test("people see what closes, whether open connections go on, and what is proved", () => {
  const { out, code } = premortem(["diff", `${FOLDER}/edge.nft`, `${FOLDER}/edge-behind.nft`]);
  expect(code).toBe(1);
  expect(out).toMatch(/^CLOSES {2}forward: /);
  expect(out).toContain("New connections are cut; open ones go on.");
  expect(out).toContain(`${FOLDER}/edge-behind.nft:27`);
  expect(out.replaceAll("\n", " ")).toContain("Nothing else changes: proved for all other packets");
});

const files = temporaryFiles({ "bad.nft": "table inet t { chain f { tcp dport } }\n" });

test("bad input ends with 2 and says why", () => {
  const missing = premortem(["diff", `${FOLDER}/edge.nft`, "no-such-file"]);
  expect(missing.code).toBe(2);
  expect(missing.error).toContain("does not exist");
  const bad = premortem(["diff", `${FOLDER}/edge.nft`, files("bad.nft")]);
  expect(bad.code).toBe(2);
  expect(bad.error).toContain("would not load");
  expect(premortem(["diff", "-", "-"]).code).toBe(2);
  expect(premortem(["diff", `${FOLDER}/edge.nft`]).code).toBe(2);
});
