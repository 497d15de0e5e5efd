import MarkdownIt from "markdown-it";
import { describe, expect, test } from "vitest";
import { github } from "./github.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import {
  commandOf,
  elements,
  open,
  readGitlab,
  readSarif,
  report,
  result,
} from "./testing/readers.ts";

const passed = result({ outcome: "pass", level: "note", place: null });

describe("sarif", () => {
  test("has rule, level, place and fingerprints of each result", () => {
    const { results, tool } = readSarif(report(result()));
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
    expect(readSarif(report(open, passed)).results.map(({ level }) => level)).toEqual(["warning"]);
  });

  const URIS: readonly (readonly [file: string, uri: string | null])[] = [
    ["./fw/a b#1?.nft", "fw/a%20b%231%3F.nft"],
    ["/etc/nftables.conf", "file:///etc/nftables.conf"],
    ["-", null],
  ];
  test.each(URIS)("the file `%s` is %s", (file, uri) => {
    const place = { file, line: 1, endLine: 1, column: null, endColumn: null };
    const [only] = readSarif(report(result({ place }))).results;
    const found = only?.locations[0]?.physicalLocation.artifactLocation.uri ?? null;
    expect(found).toBe(uri);
  });
});

describe("junit", () => {
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

  test("tells tests of the same name apart", () => {
    const names = elements(junit(report(result(), result()))).flatMap(({ name, attributes }) =>
      name === "testcase" ? [attributes.get("name")] : [],
    );
    expect(new Set(names).size).toBe(2);
  });
});

describe("github", () => {
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
});

describe("gitlab", () => {
  test("has path, line and severity of each issue", () => {
    expect(
      readGitlab(report(result({ place: null }), open, result({ level: "note" }))),
    ).toMatchObject([
      { severity: "critical", location: { path: "premortem", lines: { begin: 1 } } },
      { severity: "major" },
      { severity: "info", location: { path: "fw/edge.nft", lines: { begin: 7, end: 8 } } },
    ]);
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
