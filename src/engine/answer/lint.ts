import type { Diagnostic, Severity } from "../base/diagnostic.ts";
import type { Coverage } from "../device/device.ts";
import type { Fix, LintDiagnostic } from "../lint/index.ts";

/** Version of the JSON form. */
export const LINT_FORMAT_VERSION = 1;

/** What is wrong in a ruleset, and how much of it is understood. */
export interface LintAnswer {
  readonly formatVersion: number;
  readonly findings: readonly Finding[];
  readonly coverage: Coverage;
}

export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** Null: the whole input is meant. */
  readonly file: string | null;
  /** From 1; null with `file`. */
  readonly line: number | null;
  readonly column: number | null;
  /** Behind the last character, where it lies in the same line; else null. */
  readonly endColumn: number | null;
  /** What to do about it; empty where nothing is known. */
  readonly help: string;
  /** Other places that matter. */
  readonly related: readonly RelatedPlace[];
  /** Edits that take the finding away; null where none are known. */
  readonly fix: Fix | null;
}

export interface RelatedPlace {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

interface Reading {
  readonly diagnostics: readonly Diagnostic[];
  readonly coverage: Coverage;
}

/** What the parsers found, and what the checks did; both in the order of files and lines. */
export function answerLint(
  { diagnostics, coverage }: Reading,
  found: readonly LintDiagnostic[] = [],
): LintAnswer {
  const findings = [...diagnostics.map((one) => toFinding(one, null)), ...found.map(ofCheck)];
  return { formatVersion: LINT_FORMAT_VERSION, findings, coverage };
}

function ofCheck(one: LintDiagnostic): Finding {
  return toFinding(one, one.fix);
}

function toFinding(
  { code, severity, message, span, help, related }: Diagnostic,
  fix: Fix | null,
): Finding {
  return {
    code,
    severity,
    message,
    file: span?.file ?? null,
    line: span?.line ?? null,
    column: span?.column ?? null,
    endColumn: span !== null && span.endLine === span.line ? span.endColumn : null,
    help,
    related: related.map(({ message, span: { file, line } }) => ({ file, line, message })),
    fix,
  };
}
