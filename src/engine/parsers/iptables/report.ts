import type { Diagnostic, Severity } from "../../base/diagnostic.ts";
import type { Span } from "../../base/span.ts";
import type { IptablesCode } from "./codes.ts";

/** Diagnostics kept of one parse; the rest is counted. */
export const MAXIMUM_DIAGNOSTICS = 1000;

/** Where the parser's findings go. */
export interface Report {
  add(severity: Severity, code: IptablesCode, message: string, span: Span, help: string): void;
  readonly diagnostics: readonly Diagnostic[];
}

export function newReport(): Report {
  const diagnostics: Diagnostic[] = [];
  return {
    diagnostics,
    add(severity, code, message, span, help) {
      if (diagnostics.length > MAXIMUM_DIAGNOSTICS) return;
      const full = diagnostics.length === MAXIMUM_DIAGNOSTICS;
      diagnostics.push({
        code: full ? "PM2023" : code,
        severity: full ? "note" : severity,
        message: full ? `more than ${MAXIMUM_DIAGNOSTICS} findings; the rest is left out` : message,
        span,
        related: [],
        help: full ? "mend the first ones and run again" : help,
      });
    },
  };
}
