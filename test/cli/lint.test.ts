import { describe, expect, test } from "vitest";
import { premortem, temporaryFiles } from "./premortem.ts";

const CLEAN = `table inet filter {
	chain in {
		type filter hook input priority 0; policy drop;
		iifname "lo" accept
		ct state established,related accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
		tcp dport 25 accept
	}
}
`;

const file = temporaryFiles({
  "clean.nft": CLEAN,
  "note.nft": CLEAN.replace("tcp dport 25 accept", "tcp dport 25 accept\n\t\ttcp dport 25 accept"),
  "warning.nft": CLEAN.replace("tcp dport 25 accept", "tcp dport 25 drop\n\t\ttcp dport 25 accept"),
  "old.nft": CLEAN.replace("25 accept", '25 accept comment "until 2026-01-31"'),
  "many.nft": CLEAN.replace("25 accept", `25 accept${"\n\t\ttcp dport 25 accept".repeat(7)}`),
});

describe("lint ends with", () => {
  test.each([
    [0, "nothing", "clean.nft", []],
    [0, "a note alone", "note.nft", []],
    [1, "a warning", "warning.nft", []],
    [1, "a rule that has ended", "old.nft", ["--today", "2026-02-01"]],
    [0, "one that ends today", "old.nft", ["--today", "2026-01-31"]],
    [2, "a date that is none", "clean.nft", ["--today", "tomorrow"]],
    [2, "a file of boot that is not there", "clean.nft", ["--boot", "/nowhere.nft"]],
  ] as const)("%i for %s", (code, _, name, options) => {
    expect(premortem(["lint", file(name), ...options]).code).toBe(code);
  });
});

test("a finding names the earlier rules, and its fix stands in JSON", () => {
  const { out } = premortem(["lint", file("warning.nft"), "--json"]);
  expect(JSON.parse(out).findings).toMatchObject([
    {
      code: "PM6001",
      severity: "warning",
      line: 8,
      related: [{ file: file("warning.nft"), line: 7 }],
      fix: { edits: [{ line: 8, column: 1, endLine: 9, endColumn: 1, text: "" }] },
    },
  ]);
});

test("text shows five of a code and counts the rest, JSON has all", () => {
  const { out } = premortem(["lint", file("many.nft")]);
  expect(out.match(/note\[PM6001\]/g)).toHaveLength(5);
  expect(out).toContain("… and 2 more of PM6001: see --json");
  expect(JSON.parse(premortem(["lint", file("many.nft"), "--json"]).out).findings).toHaveLength(7);
});

test("what runs and is not loaded at boot is told", () => {
  const { code, out } = premortem(["lint", file("note.nft"), "--boot", file("clean.nft")]);
  expect(code).toBe(1);
  expect(out).toContain("warning[PM6025]");
});

test("explain shows an example and its corrected form", () => {
  const { out } = premortem(["explain", "PM6016"]);
  expect(out).toMatch(/Example:\n\ntable inet filter \{[\s\S]*Corrected:\n\ntable inet filter \{/);
});
