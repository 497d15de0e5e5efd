import { describe, expect, test } from "vitest";
import { compareDevices } from "../diff/index.ts";
import { readDevice } from "../parsers/readDevice.ts";
import { LINT_CODES, lintDevice } from "./index.ts";
import { applyFix } from "./testing/applyFix.ts";

function read(text: string) {
  const { device, refused } = readDevice({ files: new Map([["rules", text]]), roots: ["rules"] });
  expect(refused).toEqual([]);
  return device;
}

function found(text: string) {
  const input = { device: read(text), files: new Map([["rules", text]]), today: "2026-11-30" };
  return lintDevice({ ...input, asksForOwners: false, boot: null });
}

/** A rule that changes nothing by being there, and a compare of names that are looked up alike. */
const CHANGES_NOTHING: ReadonlySet<string> = new Set([
  "PM6001",
  "PM6002",
  "PM6003",
  "PM6004",
  "PM6020",
]);

const WITH_FIX = Object.entries(LINT_CODES).flatMap(([code, { example }]) =>
  found(example)
    .filter((finding) => finding.code === code)
    .flatMap(({ fix }) => (fix === null ? [] : [{ code, example, fix }])),
);

test("most findings about one rule have a fix", () => {
  const codes = new Set(WITH_FIX.map(({ code }) => code));
  expect([...codes]).toEqual([
    "PM6001",
    "PM6002",
    "PM6003",
    "PM6004",
    "PM6013",
    "PM6020",
    "PM6023",
  ]);
});

describe.each(WITH_FIX)("the fix of $code", ({ code, example, fix }) => {
  const fixed = applyFix(example, fix);

  test("takes the finding away", () => {
    expect(found(fixed).map((finding) => finding.code)).not.toContain(code);
  });
});

test.each(WITH_FIX.filter(({ code }) => CHANGES_NOTHING.has(code)))(
  "the fix of $code changes the fate of no packet",
  ({ example, fix }) => {
    const fixed = read(applyFix(example, fix));
    expect(compareDevices(read(example), fixed)).toMatchObject({ equal: true, reasons: [] });
  },
);

test("a rule among others in its line has no fix", () => {
  const text =
    "table ip t { chain c { type filter hook input priority 0; policy accept; tcp dport 22 drop; tcp dport 22 accept; }; }\n";
  expect(found(text).filter(({ code }) => code === "PM6001")).toMatchObject([{ fix: null }]);
});

test("the only rule that turns tracking on has no fix: without it states would be others", () => {
  const text =
    "table ip t {\n chain c {\n type filter hook input priority 0; policy drop;\n accept\n ct state new drop\n }\n}\n";
  expect(found(text).filter(({ code }) => code === "PM6001")).toMatchObject([{ fix: null }]);
});

test("a rule that a command adds is removed with its command", () => {
  const text = [
    "add table ip t",
    "add chain ip t c { type filter hook input priority 0; policy accept; }",
    "add rule ip t c tcp dport 22 drop",
    "add rule ip t c tcp dport 22 accept",
    "",
  ].join("\n");
  const [finding] = found(text).filter(({ code }) => code === "PM6001");
  const fixed = finding?.fix == null ? "" : applyFix(text, finding.fix);
  expect(fixed.split("\n")).toHaveLength(4);
  expect(compareDevices(read(text), read(fixed)).equal).toBe(true);
});
