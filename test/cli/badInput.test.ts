import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { premortem, temporaryFiles } from "./premortem.ts";

const EDGE = "examples/mail/edge.nft";
const PACKET = "tcp 10.0.0.5:40000 > 198.51.100.7:25 in=eth1 out=eth0 state=new";

/** Whatever is given: a code that is documented, a word about it, and no trace of our own code. */
function expectRefused(error: string, code: number | null, saying: string): void {
  expect(error).toContain(saying);
  expect(error).not.toContain("defect");
  expect(code).toBe(2);
}

describe("files that cannot be read are refused with a remedy", () => {
  const junk = Uint8Array.from({ length: 4096 }, (_, index) => (index * 131 + 7) % 256);
  const file = temporaryFiles({
    junk,
    binary: Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3]),
    latin1: Uint8Array.from(Buffer.from("# f\xfcr Postfix\n", "latin1")),
    prose: "Dear firewall,\nplease let my mail through.\n",
    unclosed: "table ip t {\n  chain c {\n    type filter hook input priority 0;\n",
    badRules: "*filter\n:INPUT DROP\n-A INPUT -s 10.0.0.300 -j ACCEPT\nCOMMIT\n",
    truncated: '{"nftables": [{"table": {"family": "ip", "na',
  });
  const CASES: readonly (readonly [name: string, saying: string])[] = [
    ["junk", "not text"],
    ["binary", "not text"],
    ["latin1", "is not UTF-8"],
    ["prose", "would not load"],
    ["unclosed", "would not load"],
    ["badRules", "10.0.0.300"],
    ["truncated", "would not load"],
    ["no-such-file", "does not exist"],
  ];
  test.each(CASES)("%s", (name, saying) => {
    const { code, error, out } = premortem(["trace", file(name), PACKET]);
    expectRefused(error, code, saying);
    expect(error).toContain("help:");
    expect(out).toBe("");
  });

  test("the line is shown with a caret", () => {
    const { error } = premortem(["trace", file("badRules"), PACKET]);
    expect(error).toMatch(/3 \| -A INPUT -s 10\.0\.0\.300/);
    expect(error).toMatch(/\| +\^/);
  });

  test("lint shows what is wrong in a file that would not load", () => {
    const { code, out } = premortem(["lint", file("badRules"), "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out).findings).toMatchObject([{ severity: "error", line: 3 }]);
  });
});

test("100 MB of junk are refused in seconds", { timeout: 60_000 }, () => {
  const file = temporaryFiles({ huge: "\u0001\u0002 {}[]()!'\\;,\n".repeat(6_700_000) });
  const { code, error } = premortem(["trace", file("huge"), PACKET]);
  expectRefused(error, code, "help:");
  expect(error.length).toBeLessThan(10_000);
});

describe("folders", () => {
  const folder = mkdtempSync(join(tmpdir(), "premortem-empty-"));
  test("an empty one is refused", () => {
    const { code, error } = premortem(["lint", folder]);
    expectRefused(error, code, "is an empty folder");
  });

  const file = temporaryFiles({
    "10.nft": "table ip t { }\n",
    "20.nft": "add chain ip t c { type filter hook input priority 0; policy drop; }\n",
  });
  test("are read in the order of names", () => {
    const { out } = premortem(["trace", file("."), "tcp 10.0.0.1 > 10.0.0.2 in=eth0", "--json"]);
    expect(JSON.parse(out)).toMatchObject({ verdict: "drop", policy: { chain: "c" } });
  });
});

describe("includes", () => {
  const file = temporaryFiles({
    "main.nft": 'include "./parts-*.nft"\n',
    "parts-1.nft": "table ip t { }\n",
    "parts-2.nft": "add chain ip t c { type filter hook input priority 0; policy drop; }\n",
    "broken.nft": 'include "./gone.nft"\n',
    "self.nft": 'include "./self.nft"\n',
  });
  const packet = "tcp 10.0.0.1 > 10.0.0.2 in=eth0";

  test("are read beside the file, in the order of names", () => {
    const { out } = premortem(["trace", file("main.nft"), packet, "--json"]);
    expect(JSON.parse(out)).toMatchObject({ verdict: "drop", policy: { chain: "c" } });
  });

  test("that are missing leave nothing to ask", () => {
    const { code, error } = premortem(["trace", file("broken.nft"), packet]);
    expectRefused(error, code, "cannot find the included file `./gone.nft`");
  });

  test("of themselves end", () => {
    const { code, error } = premortem(["trace", file("self.nft"), packet]);
    expectRefused(error, code, "PM1081");
  });
});

test("a file that may not be read", () => {
  const folder = mkdtempSync(join(tmpdir(), "premortem-locked-"));
  chmodSync(folder, 0);
  const { code, error } = premortem(["lint", join(folder, "rules.nft")]);
  expectRefused(error, code, process.getuid?.() === 0 ? "does not exist" : "may not be read");
});

describe("an empty ruleset is one without chains", () => {
  test("every packet passes", () => {
    const { code, out } = premortem(["trace", "-", PACKET, "--json"], "");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      verdict: "accept",
      rule: null,
      policy: null,
      path: [],
    });
  });

  test("its coverage counts no lines", () => {
    const { out } = premortem(["lint", "-", "--json"], "");
    expect(JSON.parse(out)).toEqual({
      formatVersion: 1,
      findings: [],
      coverage: { lines: 0, modelled: 0, harmless: 0, opaque: 0, notUnderstood: 0 },
    });
  });
});

describe("a packet that cannot be read is shown with a caret below what is to blame", () => {
  const CASES: readonly (readonly [packet: string, blamed: string])[] = [
    ["", ""],
    ["hello", "hello"],
    ["tcp 10.0.0.5:40000 > 198.51.100.700:25", "198.51.100.700:25"],
    ["tcp 10.0.0.5:99999 > 198.51.100.7:25", "10.0.0.5:99999"],
    ["tpc 10.0.0.5:1 > 198.51.100.7:25", "tpc"],
    ["tcp 10.0.0.5:1 > [2001:db8::1]:25", "[2001:db8::1]:25"],
    ["tcp 10.0.0.5:1 > 10.0.0.6:25 state=brandnew", "state=brandnew"],
    ["tcp 10.0.0.5:1 > 10.0.0.6:25 colour=red", "colour=red"],
    ["tcp 10.0.0.5:1 > 10.0.0.6:25 mark=0x1ffffffff", "mark=0x1ffffffff"],
    ["tcp 10.0.0.5:1 > 10.0.0.6:25 in", "in"],
  ];
  test.each(CASES)("%s", (packet, blamed) => {
    const { code, error } = premortem(["trace", EDGE, packet]);
    expectRefused(error, code, "help:");
    const lines = error.split("\n");
    const at = lines.findIndex((line) => /^ +\^+$/.test(line));
    const carets = lines[at] ?? "";
    const from = carets.indexOf("^");
    if (blamed !== "") expect((lines[at - 1] ?? "").slice(from, carets.length)).toBe(blamed);
  });
});

describe("mistyped words get a suggestion", () => {
  const CASES: readonly (readonly [wrong: string, right: string])[] = [
    ["trac", "trace"],
    ["lnt", "lint"],
    ["explian", "explain"],
  ];
  test.each(CASES)("%s", (wrong, right) => {
    expect(premortem([wrong]).error).toContain(`Did you mean ${right}?`);
  });

  test("options too", () => {
    expect(premortem(["lint", "--jsn"]).error).toContain("Did you mean --json?");
  });
});

describe("colours", () => {
  const ESCAPE = "\u001b[";
  test("not where nobody looks", () => {
    expect(premortem(["lint", EDGE]).out).not.toContain(ESCAPE);
    expect(premortem(["trace", EDGE, PACKET]).out).not.toContain(ESCAPE);
  });

  test("where they are asked for", () => {
    expect(premortem(["--color", "always", "trace", EDGE, PACKET]).out).toContain(ESCAPE);
  });
});

describe("control characters of a ruleset do not reach the terminal", () => {
  const file = temporaryFiles({
    "escape.nft":
      'table ip t { chain c { type filter hook input priority 0; drop comment "\u001b]0;owned\u0007"; }; }\n',
  });
  test("in the rule that is shown", () => {
    const { out } = premortem(["trace", file("escape.nft"), "tcp 10.0.0.1 > 10.0.0.2 in=eth0"]);
    expect(out).toContain("owned");
    expect(out).not.toContain("\u001b");
  });
});
