import { describe, expect, test } from "vitest";
import { readDevice } from "../parsers/readDevice.ts";
import { LINT_CODES, type LintDiagnostic, lintDevice } from "./index.ts";

const TODAY = "2026-11-30";

/** What takes more than a ruleset to be shown. */
const OPTIONS: Readonly<Record<string, { readonly boot?: string; readonly nodeLimit?: number }>> = {
  PM6025: { boot: LINT_CODES["PM6025"]?.corrected ?? "" },
};

function read(text: string) {
  const { device, diagnostics, refused } = readDevice({
    files: new Map([["rules", text]]),
    roots: ["rules"],
  });
  expect(refused, diagnostics.map(({ message }) => message).join("\n")).toEqual([]);
  return device;
}

function found(code: string, text: string): readonly LintDiagnostic[] {
  const { boot, nodeLimit } = OPTIONS[code] ?? {};
  return lintDevice({
    device: read(text),
    files: new Map([["rules", text]]),
    today: TODAY,
    asksForOwners: code === "PM6024",
    boot: boot === undefined ? null : read(boot),
    interfaces: code === "PM6021" ? new Set(["lo", "eth0"]) : null,
    ...(nodeLimit === undefined ? {} : { nodeLimit }),
  });
}

const SHOWN = Object.entries(LINT_CODES).filter(([code]) => code !== "PM6026");

describe.each(SHOWN)("the page of %s", (code, { example, corrected }) => {
  test("has an example that shows it, and nothing else", () => {
    expect(new Set(found(code, example).map((one) => one.code))).toEqual(new Set([code]));
  });

  test("has a corrected form that shows nothing", () => {
    expect(found(code, corrected).map((one) => one.code)).toEqual([]);
  });
});

test("what takes too many nodes is said not to be analysed", () => {
  const text = LINT_CODES["PM6001"]?.example ?? "";
  const device = read(text);
  const limited = { device, files: new Map(), today: null, asksForOwners: false, boot: null };
  const findings = lintDevice({ ...limited, nodeLimit: 60 });
  expect(new Set(findings.map(({ code }) => code))).toContain("PM6026");
});
