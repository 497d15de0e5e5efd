import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

/** Lines of a source file at most. */
const MAXIMUM_LINES = 500;

/** Bytes of a picture of the documentation at most. */
const MAXIMUM_PICTURE_BYTES = 250_000;

/** What is under version control, and what is about to be. */
const FILES = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(file));
const TEXTS = new Map(FILES.map((file) => [file, readFileSync(file, "utf8")]));

/** Files, with the line, where `pattern` stands. */
function places(pattern: RegExp, among: (file: string) => boolean): readonly string[] {
  return [...TEXTS]
    .filter(([file]) => among(file) && file !== "test/tidy.test.ts")
    .flatMap(([file, text]) =>
      text
        .split("\n")
        .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line}`] : [])),
    );
}

/* Bytes of a picture spell whatever they like. */
const isOurs = (file: string) => !/^(?:LICENSE|package-lock\.json)$|\.png$/.test(file);
const isSource = (file: string) => /^(src|test|lab|bench|scripts|web)\/.*\.(tsx?|js)$/.test(file);

describe("nothing refers to", () => {
  const BANNED: readonly (readonly [what: string, pattern: RegExp])[] = [
    ["a path of one machine", /(?<![\w.])\/(?:work|root|home\/\w+|tmp\/\w+)\//],
    ["who or what wrote it", /\b(?:claude|anthropic|chatgpt|copilot|openai|llm|ai-generated)\b/i],
    ["an unfinished thing without an issue", /\b(?:TODO|FIXME|XXX)\b(?!\(#\d+\))/],
  ];
  test.each(BANNED)("%s", (_, pattern) => {
    expect(places(pattern, isOurs)).toEqual([]);
  });

  test("a registry, in the lock file", () => {
    /* The pages are a workspace: their place is this folder. */
    expect(
      places(/"resolved": "(?!web")|https?:\/\/[^"]*registry/, (file) => /lock/.test(file)),
    ).toEqual([]);
  });
});

test("no source file is too long", () => {
  const long = FILES.filter(isSource).filter(
    (file) => (TEXTS.get(file) ?? "").split("\n").length > MAXIMUM_LINES + 1,
  );
  expect(long).toEqual([]);
});

test("links of the documentation lead somewhere", () => {
  const broken = FILES.filter((file) => file.endsWith(".md")).flatMap((file) =>
    [...(TEXTS.get(file) ?? "").matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)]
      .map((match) => match[1] ?? "")
      .filter((link) => !existsSync(join(dirname(file), link)))
      .map((link) => `${file}: ${link}`),
  );
  expect(broken).toEqual([]);
});

test("each picture is named by a document, and small", () => {
  const texts = [...TEXTS].filter(([file]) => file.endsWith(".md")).map(([, text]) => text);
  const pictures = FILES.filter((file) => file.startsWith("docs/screens/"));
  expect(pictures.length).toBeGreaterThan(0);
  for (const file of pictures) {
    const name = file.slice("docs/".length);
    expect(
      texts.some((text) => text.includes(`${name})`)),
      file,
    ).toBe(true);
    expect(statSync(file).size, file).toBeLessThan(MAXIMUM_PICTURE_BYTES);
  }
});

test("each decision is in the list of decisions", () => {
  const list = TEXTS.get("docs/adr/README.md") ?? "";
  const missing = FILES.filter((file) => /^docs\/adr\/\d/.test(file)).filter(
    (file) => !list.includes(file.slice("docs/adr/".length)),
  );
  expect(missing).toEqual([]);
});

test("each dependency has a line in its decision", () => {
  const decision = TEXTS.get("docs/adr/0006-dependencies.md") ?? "";
  const missing = ["package.json", "web/package.json"]
    .flatMap((file) => {
      const { dependencies, devDependencies } = JSON.parse(TEXTS.get(file) ?? "{}");
      return Object.keys({ ...dependencies, ...devDependencies });
    })
    .filter((name) => !decision.includes(name));
  expect(missing).toEqual([]);
});

/* Advisory locks of PostgreSQL are numbers: two owners of one wait for each other for ever. */
test("no two locks of the database have the same number", () => {
  const numbers = [...TEXTS]
    .filter(([file]) => file.startsWith("src/"))
    .flatMap(([, text]) => [...text.matchAll(/^const LOCK = (\d+);$/gm)].map((match) => match[1]));
  expect(numbers.length).toBeGreaterThan(1);
  expect(new Set(numbers).size).toBe(numbers.length);
});
