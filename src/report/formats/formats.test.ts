import MarkdownIt from "markdown-it";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Report, Result } from "../result.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import { sarif } from "./sarif.ts";

/** What somebody might write into a comment, or name a file. */
const HOSTILE =
  "]]></code></failure><script>alert(1)</script>|`` @admin !7 #1 https://evil.example www.evil.example a@evil.example [x](javascript:alert(1)) ![i](//evil.example/i) **b** %0A,title=x::\n::error file=x::owned\r\n| a | b |\u0000\u001b[31m\u202e\ud800 &amp; \\";

const RULE = { id: "diff/closes", title: "CLOSES", explanation: "Packets are lost." };

function result(given: Partial<Result> = {}): Result {
  return {
    rule: RULE,
    outcome: "fail",
    level: "error",
    subject: "forward: tcp any → any port 25",
    facts: [{ label: "packet", text: "tcp 10.0.0.1:1 > 10.0.0.2:25" }],
    place: { file: "fw/edge.nft", line: 7, endLine: 8, column: 3, endColumn: 9 },
    related: [],
    help: "narrow it",
    fingerprint: "f1",
    ...given,
  };
}

const hostile = result({
  subject: HOSTILE,
  facts: [{ label: "packet", text: HOSTILE }],
  place: { file: `fw/${HOSTILE}.nft`, line: 7, endLine: 7, column: null, endColumn: null },
  related: [
    {
      label: "before",
      place: { file: HOSTILE, line: 1, endLine: 1, column: null, endColumn: null },
    },
  ],
  help: HOSTILE,
});
const passed = result({ outcome: "pass", level: "note", subject: HOSTILE, place: null });
const open = result({ outcome: "undecided", level: "warning", place: null, help: "", facts: [] });

function report(...results: readonly Result[]): Report {
  return { command: "diff", headline: "1 class closes", results, assumptions: [HOSTILE] };
}

const ALL = report(hostile, open, passed);

describe("sarif", () => {
  const region = z.strictObject({
    startLine: z.int().min(1),
    endLine: z.int().min(1),
    startColumn: z.int().min(1).optional(),
    endColumn: z.int().min(1).optional(),
  });
  const location = z.strictObject({
    physicalLocation: z.strictObject({
      artifactLocation: z.strictObject({ uri: z.string().regex(/^[\w.~/%!'()*:-]+$/) }),
      region,
    }),
    message: z.strictObject({ text: z.string() }).optional(),
  });
  const text = z.strictObject({ text: z.string().min(1) });
  /** What the standard's schema asks for of what is written. */
  const log = z.strictObject({
    $schema: z.url(),
    version: z.literal("2.1.0"),
    runs: z.tuple([
      z.strictObject({
        tool: z.strictObject({
          driver: z.strictObject({
            name: z.string(),
            version: z.string(),
            rules: z.array(
              z.strictObject({
                id: z.string(),
                name: z.string(),
                shortDescription: text,
                fullDescription: text,
                help: text,
              }),
            ),
          }),
        }),
        automationDetails: z.strictObject({ id: z.string().endsWith("/") }),
        columnKind: z.literal("utf16CodeUnits"),
        invocations: z.tuple([z.strictObject({ executionSuccessful: z.boolean() })]),
        properties: z.record(z.string(), z.string()),
        results: z.array(
          z.strictObject({
            ruleId: z.string(),
            ruleIndex: z.int().min(0),
            level: z.enum(["none", "note", "warning", "error"]),
            message: text,
            locations: z.array(location).max(1),
            relatedLocations: z.array(location).optional(),
            partialFingerprints: z.record(z.string(), z.string()),
          }),
        ),
      }),
    ]),
  });
  const read = (given: Report) => log.parse(JSON.parse(sarif(given, "1.2.3"))).runs[0];

  test("has rule, level, place and fingerprints of each result", () => {
    const { results, tool } = read(report(result()));
    expect(tool.driver.rules.map(({ id }) => id)).toEqual(["diff/closes"]);
    expect(results).toMatchObject([
      {
        ruleId: "diff/closes",
        ruleIndex: 0,
        level: "error",
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: "fw/edge.nft" },
              region: { startLine: 7, endLine: 8, startColumn: 3, endColumn: 9 },
            },
          },
        ],
        partialFingerprints: { primaryLocationLineHash: "f1" },
      },
    ]);
  });

  test("leaves out what passed, and warns of what is undecided", () => {
    expect(read(report(open, passed)).results.map(({ level }) => level)).toEqual(["warning"]);
  });

  test("stays in form with hostile text", () => {
    expect(read(ALL).results).toHaveLength(2);
  });

  const URIS: readonly (readonly [file: string, uri: string | null])[] = [
    ["./fw/a b#1?.nft", "fw/a%20b%231%3F.nft"],
    ["/etc/nftables.conf", "file:///etc/nftables.conf"],
    ["-", null],
  ];
  test.each(URIS)("the file `%s` is %s", (file, uri) => {
    const place = { file, line: 1, endLine: 1, column: null, endColumn: null };
    const [only] = read(report(result({ place }))).results;
    const found = only?.locations[0]?.physicalLocation.artifactLocation.uri ?? null;
    expect(found).toBe(uri);
  });
});

describe("junit", () => {
  interface Element {
    readonly name: string;
    readonly attributes: ReadonlyMap<string, string>;
  }

  const SIGN = /&(?:#(\d+)|amp|lt|gt|quot);/g;
  const unescaped = (text: string): string =>
    text.replace(SIGN, (_, code: string) => String.fromCodePoint(Number(code)));

  /** Elements in order; throws where the text is no XML. */
  function elements(xml: string): readonly Element[] {
    const found: Element[] = [];
    const openNames: string[] = [];
    expect(xml).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
    const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>/, "");
    const token =
      /<(\/?)([\w-]+)((?: [\w-]+="[^"<&]*(?:&#\d+;[^"<&]*)*")*)(\/?)>|((?:[^<>&]|&#\d+;)+)/y;
    while (token.lastIndex < body.length) {
      const at = token.lastIndex;
      const match = token.exec(body);
      if (match === null) throw new Error(`no XML: ${body.slice(at, at + 40)}`);
      const [, closes, name, attributes = "", single] = match;
      if (name === undefined) continue;
      if (closes === "/") expect(openNames.pop()).toBe(name);
      else if (single !== "/") openNames.push(name);
      if (closes === "/") continue;
      const pairs = [...attributes.matchAll(/ ([\w-]+)="([^"]*)"/g)];
      const values = pairs.map(([, key = "", value = ""]) => [key, unescaped(value)] as const);
      found.push({ name, attributes: new Map(values) });
    }
    expect(openNames).toEqual([]);
    return found;
  }

  test("has a test for each result: failed, undecided as an error, passed", () => {
    const found = elements(junit(report(result(), open, result({ outcome: "pass" }))));
    expect(found.map(({ name }) => name)).toEqual([
      "testsuites",
      "testsuite",
      "testcase",
      "failure",
      "testcase",
      "error",
      "testcase",
      "system-out",
    ]);
    expect(Object.fromEntries(found[0]?.attributes ?? [])).toEqual({
      name: "premortem diff",
      tests: "3",
      failures: "1",
      errors: "1",
      skipped: "0",
    });
    expect(found[2]?.attributes.get("line")).toBe("7");
  });

  test("stays XML with hostile text, and keeps what XML can hold", () => {
    const names = elements(junit(ALL)).map(({ attributes }) => attributes.get("name") ?? "");
    const kept = HOSTILE.replace(/(?![\n\r])\p{Cc}|\p{Surrogate}/gu, "\ufffd");
    expect(names).toContain(`CLOSES ${kept}`);
  });

  test("tells tests of the same name apart", () => {
    const names = elements(junit(report(result(), result()))).flatMap(({ name, attributes }) =>
      name === "testcase" ? [attributes.get("name")] : [],
    );
    expect(new Set(names).size).toBe(2);
  });
});

describe("github", () => {
  /** As the runner reads a line. */
  function commandOf(line: string) {
    const [, name, properties = "", message = ""] = /^::(\w+) (.*?)::(.*)$/s.exec(line) ?? [];
    const plain = (text: string) =>
      text
        .replaceAll("%0D", "\r")
        .replaceAll("%0A", "\n")
        .replaceAll("%3A", ":")
        .replaceAll("%2C", ",")
        .replaceAll("%25", "%");
    const values = properties.split(",").map((pair) => {
      const [key = "", ...value] = pair.split("=");
      return [key, plain(value.join("="))] as const;
    });
    return { name, properties: Object.fromEntries(values), message: plain(message) };
  }

  test("has a command for each result that did not pass", () => {
    const lines = github(report(result(), open, passed))
      .trimEnd()
      .split("\n");
    expect(lines).toHaveLength(3);
    expect(commandOf(lines[0] ?? "")).toEqual({
      name: "error",
      properties: {
        file: "fw/edge.nft",
        line: "7",
        endLine: "8",
        col: "3",
        endColumn: "9",
        title: "premortem: CLOSES",
      },
      message:
        "forward: tcp any → any port 25\npacket: tcp 10.0.0.1:1 > 10.0.0.2:25\nhelp: narrow it",
    });
    expect(commandOf(lines[1] ?? "")).toMatchObject({ name: "warning" });
    expect(lines[2]).toBe("premortem diff: 1 class closes");
  });

  test("hostile text begins no command and no property", () => {
    const lines = github(report(hostile)).trimEnd().split(/\r|\n/);
    expect(lines).toHaveLength(2);
    const { properties, message } = commandOf(lines[0] ?? "");
    expect(Object.keys(properties)).toEqual(["file", "line", "endLine", "title"]);
    expect(properties["file"]).toBe(`fw/${HOSTILE}.nft`);
    expect(message).toContain(HOSTILE);
  });
});

describe("gitlab", () => {
  const issue = z.strictObject({
    description: z.string(),
    check_name: z.string(),
    fingerprint: z.string().min(1),
    severity: z.enum(["info", "minor", "major", "critical", "blocker"]),
    location: z.strictObject({
      path: z.string().min(1),
      lines: z.strictObject({ begin: z.int().min(1), end: z.int().min(1) }),
    }),
  });
  const read = (given: Report) => z.array(issue).parse(JSON.parse(gitlab(given)));

  test("has path, line and severity of each issue", () => {
    expect(read(report(result({ place: null }), open, result({ level: "note" })))).toMatchObject([
      { severity: "critical", location: { path: "premortem", lines: { begin: 1 } } },
      { severity: "major" },
      { severity: "info", location: { path: "fw/edge.nft", lines: { begin: 7, end: 8 } } },
    ]);
  });

  test("keeps hostile text as it is, inside of strings", () => {
    expect(read(ALL)[0]?.location.path).toBe(`fw/${HOSTILE}.nft`);
  });
});

describe("markdown", () => {
  const reader = new MarkdownIt({ html: true });

  test("tells what breaks first, in a table", () => {
    const html = reader.render(markdown(report(result(), open)));
    expect(html).toMatch(/^<h3>premortem diff: 1 class closes<\/h3>\n<p><strong>CLOSES<\/strong>/);
    expect(html).toContain("<td><code>forward: tcp any → any port 25</code></td>");
    expect(html).toContain("<td><code>fw/edge.nft:7</code></td>");
  });

  const PIECES = [
    "<b>x</b>",
    "@admin !7 #1",
    "https://evil.example",
    "a@evil.example",
    "![i](//x/i)",
  ];

  test.each([HOSTILE, ...PIECES])("hostile text is code and nothing else: %s", (subject) => {
    const text = markdown(report({ ...hostile, subject }, passed));
    const html = reader.render(text);
    const tags = new Set([...html.matchAll(/<\/?([a-z0-9]+)/g)].map(([, tag]) => tag));
    const own = "h3 p strong table thead tbody tr th td code details summary ul li".split(" ");
    expect([...tags].filter((tag) => !own.includes(tag ?? ""))).toEqual([]);
    expect(html.match(/<tr>/g)).toHaveLength(2);
    /* Links and mentions are looked for outside of code; addresses of mail everywhere but in spans. */
    const outside = text.replace(/`[^`\n]*`/g, "");
    expect(outside).not.toMatch(/@|#1\b|https:|www\.|\]\(/);
    expect(outside).not.toMatch(/[\w.+-]&#64;\w/);
  });

  test("long lists are folded, and longer ones cut to what a comment may hold", () => {
    const many = Array.from({ length: 5000 }, () => result());
    const text = markdown(report(...many));
    /* Three of them fit into one comment of GitHub. */
    expect(text.length).toBeLessThan(65_536 / 3);
    expect(text).toMatch(/<details><summary>\d+ more<\/summary>/);
    expect(text).toMatch(/\d+ more are not shown here: see the report of the job/);
    expect(text.match(/<details>/g)).toHaveLength(text.match(/<\/details>/g)?.length ?? 0);
  });
});
