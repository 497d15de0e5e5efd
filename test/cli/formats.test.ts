import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { premortem, temporaryFiles } from "./premortem.ts";

const BEFORE = "examples/mail/edge.nft";
const AFTER = "examples/mail/edge-behind.nft";
const BAD = "table inet f {\n  chain f {\n    tcp dport 99999 accept\n  }\n}\n";

const DROP =
  "table inet f {\n  chain f {\n    type filter hook input priority 0; policy drop\n  }\n}\n";

const COMMENT = "</td><script>x</script>|`@admin https://evil.example ::error::x";
const HOSTILE = DROP.replace("policy drop", `policy accept; drop comment "${COMMENT}"`);

const file = temporaryFiles({
  "hostile, ::x\n.nft": HOSTILE,
  "bad.nft": BAD,
  "bad.j2": BAD,
  "drop.nft": DROP,
});

const COMMANDS: readonly (readonly [command: string, args: () => readonly string[]])[] = [
  ["diff", () => [BEFORE, AFTER]],
  ["check", () => [AFTER]],
  ["lint", () => [file("bad.nft")]],
];

describe.each(COMMANDS)("%s", (command, args) => {
  const say = (...more: readonly string[]) => premortem([command, ...more, ...args()]);

  test("says the same in all formats, on standard output and in files", () => {
    const formats = ["sarif", "junit", "github", "gitlab", "markdown"];
    const pathOf = (format: string) => file(`${command}.${format}`);
    const written = say(...formats.flatMap((one) => ["--write", `${one}=${pathOf(one)}`]));
    expect(written).toEqual(say());
    const texts = formats.map((format) => readFileSync(pathOf(format), "utf8"));
    const [sarif = "", junit = "", github = "", gitlab = "", markdown = ""] = texts;
    const { results } = JSON.parse(sarif).runs[0];
    const issues: readonly unknown[] = JSON.parse(gitlab);
    expect(results.length).toBeGreaterThan(0);
    expect(issues).toHaveLength(results.length);
    expect(github.match(/^::/gm)).toHaveLength(results.length);
    expect(junit.match(/<failure/g)).toHaveLength(results.length);
    expect(markdown.match(/^\| [`<]/gm)).toHaveLength(results.length);
    expect(say("--format", "markdown")).toEqual({ code: 1, out: markdown, error: "" });
  });

  test("`--json` is `--format json`", () => {
    expect(say("--format", "json")).toEqual(say("--json"));
    expect(say("--json", "--format", "text").code).toBe(2);
  });

  test("prints nothing with `--quiet`, and ends as it does else", () => {
    expect(say("--quiet")).toEqual({ code: 1, out: "", error: "" });
  });
});

const WRONG: readonly (readonly [option: string, says: string])[] = [
  ["--format=xml", "Allowed choices are text, json, sarif"],
  ["--write=sarif", "Write FORMAT=FILE"],
  ["--write=xml=file", "Write FORMAT=FILE"],
  ["--write=sarif=/no/such/folder/file", "does not exist"],
];
test.each(WRONG)("%s is refused", (option, says) => {
  const { error, code } = premortem(["lint", option, BEFORE]);
  expect(error).toContain(says);
  expect(code).toBe(2);
});

test("a fingerprint stays where lines move", () => {
  const fingerprints = (text: string) => {
    const { out } = premortem(["diff", "--format", "gitlab", BEFORE, "-"], text);
    const issues: readonly { readonly fingerprint: string }[] = JSON.parse(out);
    return issues.map(({ fingerprint }) => fingerprint);
  };
  const text = readFileSync(AFTER, "utf8");
  expect(fingerprints(text)).toEqual(fingerprints(`# a line more\n${text}`));
});

test("a policy that decides is shown at its line", () => {
  const { out } = premortem(["diff", "--format", "github", BEFORE, file("drop.nft")]);
  expect(out).toMatch(/^::error file=[^,]*drop\.nft,line=3,endLine=3,.*CLOSES::input: /m);
});

test("a template is named without a line: those of its output are others", () => {
  const { out } = premortem(["lint", "--render", "cat", "--format", "github", file("bad.j2")]);
  expect(out).toMatch(/^::error file=[^,]*bad\.j2,line=1,endLine=1,title=/);
});

test("a hostile comment, in a file with a hostile name, stays what it is", () => {
  const formats = ["sarif", "junit", "github", "gitlab", "markdown"];
  const written = formats.map((format) => `--write=${format}=${file(`hostile.${format}`)}`);
  const name = file("hostile, ::x\n.nft");
  expect(premortem(["diff", ...written, BEFORE, name]).code).toBe(1);
  const read = (format: string) => readFileSync(file(`hostile.${format}`), "utf8");
  for (const format of formats) expect(read(format)).toContain("evil.example");
  expect(JSON.parse(read("gitlab"))[0].location.path).toBe(name);
  expect(read("sarif")).toContain("hostile%2C%20%3A%3Ax%0A.nft");
  expect(read("junit")).not.toContain("<script>");
  expect(read("github").trimEnd()).not.toMatch(
    /^(?!::(?:error|warning|notice) |premortem diff: )/m,
  );
  expect(read("markdown").replace(/`[^`\n]*`/g, "")).not.toMatch(/<script|@admin|https:/);
});
