import type { Explanation } from "../../engine/answer/explain.ts";
import type { Finding, LintAnswer } from "../../engine/answer/lint.ts";
import { NOT_ANALYSED } from "../../engine/lint/index.ts";
import { shown } from "../formats/text/style.ts";
import { templateOf } from "../rendered.ts";
import {
  counted,
  fingerprintOf,
  linesOf,
  numbered,
  type Place,
  type Report,
  type Result,
  type RuleWords,
} from "../result.ts";

/** Texts of the files by name, and what codes mean. */
export interface LintWords {
  readonly files: ReadonlyMap<string, string>;
  readonly codes: readonly Explanation[];
}

/** Findings as results: errors first, else in the order of files and lines. */
export function lintReport({ findings, coverage }: LintAnswer, words: LintWords): Report {
  const lines = linesByFile(words.files);
  const results = SEVERITIES.flatMap((severity) =>
    findings.filter((one) => one.severity === severity),
  ).map((one) => findingResult(one, words.codes, lines));
  const count = counted(findings.length, "finding", "findings");
  const understood = `${coverage.lines - coverage.notUnderstood} of ${coverage.lines} lines understood`;
  return {
    command: "lint",
    headline: `${findings.length === 0 ? "no findings" : count}; ${understood}`,
    results: findings.length === 0 ? [NOTHING_FOUND] : numbered(results),
    assumptions: [],
  };
}

const SEVERITIES: readonly Finding["severity"][] = ["error", "warning", "note"];

const NOTHING_FOUND: Result = {
  rule: { id: "lint/clean", title: "CLEAN", explanation: "No check has found anything." },
  outcome: "pass",
  level: "note",
  subject: "no findings",
  facts: [],
  place: null,
  related: [],
  help: "",
  fingerprint: fingerprintOf("lint/clean"),
};

function findingResult(
  finding: Finding,
  codes: readonly Explanation[],
  lineOf: (file: string, line: number) => string,
): Result {
  const { code, severity, message, file, line, help, related, fix } = finding;
  const text = file === null || line === null ? "" : lineOf(file, line).trim();
  return {
    rule: ruleWords(code, codes),
    outcome: code === NOT_ANALYSED ? "undecided" : "fail",
    level: severity,
    subject: shown(message),
    facts: text === "" ? [] : [{ label: "line", text: shown(text) }],
    place: placeOf(finding),
    related: related.map((one) => ({
      label: shown(one.message),
      place: linesOf(one.file, one.line),
    })),
    help: shown(help),
    ...(fix === null || fix.edits.some((edit) => templateOf(edit.file) !== null) ? {} : { fix }),
    fingerprint: fingerprintOf(code, file ?? "", text, message),
  };
}

function ruleWords(code: string, codes: readonly Explanation[]): RuleWords {
  const known = codes.find((one) => one.code === code);
  return known === undefined
    ? { id: code, title: code, explanation: "" }
    : { id: code, title: `${code}: ${known.title}`, explanation: known.explanation };
}

function placeOf({ file, line, column, endColumn }: Finding): Place | null {
  if (file === null || line === null) return null;
  const place = linesOf(file, line);
  return templateOf(file) === null ? { ...place, column, endColumn } : place;
}

/** Lines of each file, split once. */
function linesByFile(files: ReadonlyMap<string, string>): (file: string, line: number) => string {
  const split = new Map<string, readonly string[]>();
  return (file, line) => {
    let lines = split.get(file);
    if (lines === undefined) {
      lines = (files.get(file) ?? "").split("\n");
      split.set(file, lines);
    }
    return lines[line - 1] ?? "";
  };
}
