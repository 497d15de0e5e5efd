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
  expect(out).toMatch(/What to do:\n {2}\S+edge-behind\.nft:27: if they shall get through, accept/);
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

const DOCKER = `*nat
:PREROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -p tcp -m tcp --dport 8080 -j DOCKER
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
COMMIT
`;

describe("sides of several files", () => {
  const file = temporaryFiles({
    "base.nft": filterOf("tcp dport @open accept"),
    "new.nft": filterOf("tcp dport @open accept; tcp dport 22 accept"),
    "sets.nft": "add table inet f\nadd set inet f open { type inet_service; elements = { 25 }; }\n",
    "docker.rules": DOCKER,
    "legacy.rules": `# Generated by iptables-save v1.8.9 (legacy)\n${DOCKER}`,
    "flush.nft": "flush ruleset\n",
    "more.nft": "add rule inet f f tcp dport 22 accept\n",
  });
  const paths = (names: string): readonly string[] =>
    names.split(" ").map((name) => (/^-/.test(name) ? name : file(name)));
  const CASES: readonly (readonly [args: string, code: number, says: RegExp])[] = [
    ["sets.nft base.nft --to sets.nft new.nft", 1, /OPENS {2}forward: .*port 22/],
    ["sets.nft base.nft --to sets.nft base.nft", 0, /^Equal/],
    ["--onto sets.nft base.nft --to new.nft", 1, /OPENS {2}forward: .*port 22/],
    ["--onto sets.nft --onto base.nft more.nft", 1, /more\.nft:1/],
    ["--onto docker.rules flush.nft", 1, /destination +172\.17\.0\.2 → as it came/],
    ["--onto legacy.rules flush.nft", 0, /^Equal/],
  ];
  test.each(CASES)("diff %s", (args, code, says) => {
    const run = premortem(["diff", ...paths(args)]);
    expect(run.out).toMatch(says);
    expect(run.code).toBe(code);
  });

  const UNCLEAR: readonly (readonly [args: string, says: RegExp])[] = [
    ["base.nft", /two rulesets are needed\n.*--onto STATE/],
    ["base.nft new.nft sets.nft", /put `--to` before them/],
    ["--to base.nft", /two rulesets are needed/],
    ["--onto - base.nft --to -", /standard input can be read once/],
  ];
  test.each(UNCLEAR)("diff %s is refused", (args, says) => {
    const run = premortem(["diff", ...paths(args).map((one) => one.replace(/.*\/-$/, "-"))]);
    expect(run.error).toMatch(says);
    expect(run.code).toBe(2);
  });
});

function filterOf(rules: string): string {
  return `table inet f {
  set open { type inet_service; }
  chain f {
    type filter hook forward priority 0; policy drop
    ${rules.replaceAll("; ", "\n    ")}
  }
}
`;
}

describe("templates", () => {
  const file = temporaryFiles({
    "old.j2": filterOf("tcp dport PORT accept"),
    "new.j2": filterOf("tcp dport { PORT, 25 } accept"),
  });
  const rendered = (command: string) =>
    premortem(["diff", "--render", command, file("old.j2"), file("new.j2")]);

  test.each(["sed s/PORT/22/", 'sed s/PORT/22/ "$1"'])(
    "are read as `%s` prints them",
    (command) => {
      const { out, code } = rendered(command);
      expect(out).toMatch(/OPENS {2}forward: .*port 25/);
      expect(out).toContain("new.j2 (rendered):5");
      expect(code).toBe(1);
    },
  );

  test("that cannot be rendered end with 2, and with the words of the command", () => {
    const { out, error, code } = rendered("echo no variable PORT >&2; exit 3");
    expect(out).toBe("");
    expect(error).toContain("no variable PORT\n");
    expect(error).toMatch(/old\.j2` was not rendered: `echo .*` ended with 3/);
    expect(code).toBe(2);
  });
});

describe("an old dump", () => {
  const text = (rule: string) =>
    `*filter\n:FORWARD DROP [0:0]\n-A FORWARD ${rule} -j ACCEPT\nCOMMIT\n`;
  const files = temporaryFiles({
    old: text("-d ! 10.0.0.0/255.0.0.0"),
    now: text("! -d 10.0.0.0/8"),
  });

  test("is compared with a warning", () => {
    const { code, out, error } = premortem(["diff", files("old"), files("now")]);
    expect(code).toBe(0);
    expect(out).toMatch(/^Equal: proved/);
    expect(error).toContain("warning[PM2012]");
  });

  test("is refused by who asks whether it loads", () => {
    const { code, out } = premortem(["lint", files("old")]);
    expect(code).toBe(1);
    expect(out).toContain("error[PM2012]");
  });
});
