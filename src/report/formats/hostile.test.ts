import * as fc from "fast-check";
import MarkdownIt from "markdown-it";
import { expect, test } from "vitest";
import { github } from "./github.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import { commandOf, elements, readGitlab, readSarif, report, result } from "./testing/readers.ts";

/** What somebody might write into a comment of a rule, or name a file, to get out of a format. */
const PIECES: readonly string[] = [
  "]]>",
  "</code></td></failure>",
  "<script>alert(1)</script>",
  "<!--",
  "`",
  "``",
  "|",
  "\n",
  "\r\n",
  "\n::error file=x::owned",
  "%0A",
  "%0A::error::",
  ",title=x::",
  "::",
  "@admin",
  "a@evil.example",
  "#1 !7 GH-1",
  "https://evil.example",
  "www.evil.example",
  "[x](javascript:alert(1))",
  "![i](//evil.example/i)",
  "**b**",
  "| a | b |",
  "\n\n- [ ] x",
  "&amp;&#60;",
  "\\",
  "\\|",
  '"',
  "'",
  "\u0000",
  "\u001b[31m",
  "\u202e",
  "\ud800",
  "\uffff",
  " ",
  "\t",
  "w",
  "tcp dport 25 accept",
];

/** Any text at all, and the pieces one behind the other. */
const text = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }).map((pieces) => pieces.join("")),
  fc.string({ unit: "binary", maxLength: 20 }),
);
const hostile = fc.record({ subject: text, packet: text, file: text, help: text }).map((given) =>
  result({
    subject: given.subject,
    facts: [{ label: "packet", text: given.packet }],
    place: { file: `fw/${given.file}`, line: 7, endLine: 7, column: null, endColumn: null },
    related: [
      {
        label: "before",
        place: { file: `/${given.file}`, line: 1, endLine: 1, column: null, endColumn: null },
      },
    ],
    help: given.help,
  }),
);

/** Checks what two results become, of which one has hostile text. */
function each(check: (given: ReturnType<typeof result>) => void): void {
  fc.assert(fc.property(hostile, check), {
    examples: PIECES.map((piece) => [
      result({ subject: piece, facts: [{ label: "packet", text: piece }], help: piece }),
    ]),
  });
}

test("sarif stays in form", () => {
  each((given) => {
    expect(readSarif(report(given, result())).results).toHaveLength(2);
  });
});

test("junit stays XML, and keeps what XML can hold", () => {
  each((given) => {
    const found = elements(junit(report(given, result())));
    expect(found.map(({ name }) => name)).toEqual([
      "testsuites",
      "testsuite",
      "testcase",
      "failure",
      "testcase",
      "failure",
      "system-out",
    ]);
    const kept = given.subject.replace(NOT_IN_XML, "\ufffd");
    expect(found[2]?.attributes.get("name")).toBe(`CLOSES ${kept}`);
  });
});

/** Of XML 1.0: C0 but for blanks, halves of pairs, and two that are no characters. */
const NOT_IN_XML = /(?![\n\r\t\u007f-\u009f])\p{Cc}|\p{Surrogate}|[\ufffe\uffff]/gu;

test("github is told one command for each result, with the text as it is", () => {
  each((given) => {
    const lines = github(report(given, result())).trimEnd().split(/\r|\n/);
    expect(lines).toHaveLength(3);
    const { name, properties, message } = commandOf(lines[0] ?? "");
    expect(name).toBe("error");
    expect(Object.keys(properties).filter((key) => !OWN.includes(key))).toEqual([]);
    expect(properties["title"]).toBe("premortem: CLOSES");
    expect(message).toContain(given.subject);
  });
});

const OWN: readonly string[] = ["file", "line", "endLine", "col", "endColumn", "title"];

test("gitlab keeps it inside of strings", () => {
  each((given) => {
    const [first, ...rest] = readGitlab(report(given, result()));
    expect(rest).toHaveLength(1);
    expect(first?.description).toContain(given.subject);
  });
});

test("markdown shows it as code: no HTML, no link, no image, no mention, no row of a table", () => {
  const reader = new MarkdownIt({ html: true });
  const own = "h3 p strong table thead tbody tr th td code details summary ul li".split(" ");
  each((given) => {
    const written = markdown(report(given, result()));
    const html = reader.render(written);
    const tags = new Set([...html.matchAll(/<\/?([a-z0-9]+)|<!/g)].map(([, tag]) => tag ?? "!"));
    expect([...tags].filter((tag) => !own.includes(tag))).toEqual([]);
    expect(html.match(/<tr>/g)).toHaveLength(3);
    /* Readers look for mentions and links outside of code, and for addresses of mail in elements too. */
    const outside = written.replace(/`[^`\n]*`/g, "");
    expect(outside).not.toMatch(/@|#\d\b(?!;)|https?:|www\.|\]\(/i);
    expect(outside).not.toMatch(/[\w.+-]&#64;\w/);
  });
});
