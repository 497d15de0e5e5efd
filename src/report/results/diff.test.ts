import { describe, expect, test } from "vitest";
import { answerDiff } from "../../engine/answer/diff.ts";
import { compareDevices } from "../../engine/diff/index.ts";
import { readDevice } from "../../engine/parsers/readDevice.ts";
import type { Report } from "../result.ts";
import { diffReport } from "./diff.ts";

function read(file: string, text: string) {
  return readDevice({ files: new Map([[file, text]]), roots: [file] });
}

function reported(before: string, after: string): Report {
  const [first, second] = [read("old.nft", before), read("new.nft", after)];
  const answer = answerDiff(compareDevices(first.device, second.device), {
    before: first.coverage,
    after: second.coverage,
  });
  return diffReport(answer, { before: first.device, after: second.device, file: "new.nft" });
}

function filter(rules: string): string {
  return `table ip f {\n chain f {\n type filter hook forward priority 0; policy drop\n${rules}\n}\n}\n`;
}

function nat(address: string): string {
  return `table ip n {\n chain n {\n type nat hook postrouting priority 100\n oifname "wan" snat to ${address}\n}\n}\n`;
}

const DECIDED: readonly (readonly [
  name: string,
  before: string,
  after: string,
  rule: string,
  level: string,
  line: number,
])[] = [
  [
    "a rule that drops",
    filter("accept"),
    filter("tcp dport 25 drop\naccept"),
    "diff/closes",
    "error",
    4,
  ],
  ["a policy", filter("tcp dport 25 accept"), filter(""), "diff/closes", "error", 3],
  ["a rule that accepts", filter(""), filter("tcp dport 25 accept"), "diff/opens", "warning", 4],
  ["a rule that rejects", filter(""), filter("tcp dport 25 reject"), "diff/changes", "warning", 4],
  ["another address", nat("192.0.2.1"), nat("192.0.2.2"), "diff/translation", "warning", 4],
];

describe("a class is shown where the new ruleset decides it", () => {
  test.each(DECIDED)("%s", (_name, before, after, rule, level, line) => {
    const [first] = reported(before, after).results;
    expect(first).toMatchObject({ outcome: "fail", level, place: { file: "new.nft", line } });
    expect(first?.rule.id).toBe(rule);
    expect(first?.facts.find(({ label }) => label === "packet")?.text).toMatch(/^\w+ /);
  });

  test("with what becomes of the packets beside the verdict", () => {
    const [first] = reported(nat("192.0.2.1"), nat("192.0.2.2")).results;
    expect(first?.facts).toContainEqual({
      label: "changes",
      text: expect.stringContaining("192.0.2.1 → 192.0.2.2"),
    });
  });
});

describe("what is proved of the rest", () => {
  const last = (report: Report) => report.results.at(-1);

  test("passes where nothing else changes", () => {
    const report = reported(filter(""), filter("tcp dport 25 accept"));
    expect(last(report)).toMatchObject({
      outcome: "pass",
      subject: expect.stringMatching(/^nothing else/),
    });
    expect(report.headline).toBe("1 class opens; nothing else changes");
  });

  test("is a proof for all packets where rulesets are equal", () => {
    const { results, headline } = reported(filter("accept"), filter("counter accept"));
    expect(results.map(({ outcome }) => outcome)).toEqual(["pass"]);
    expect(headline).toBe("equal: proved for all packets");
  });

  test("is undecided where something may have changed", () => {
    const limited = filter("limit rate 5/second accept");
    const { results, headline } = reported(limited, limited.replace("5/", "6/"));
    expect(results.map(({ outcome }) => outcome)).not.toContain("fail");
    expect(results[0]?.outcome).toBe("undecided");
    expect(headline).toMatch(/^undecided: /);
  });
});
