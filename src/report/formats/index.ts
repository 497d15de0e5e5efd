import type { Report } from "../result.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import { sarif } from "./sarif.ts";

/** Formats made of results, each with the file that writes it. */
const REPORT_FORMATS = { sarif, junit, github, gitlab, markdown } satisfies Readonly<
  Record<string, (report: Report, version: string) => string>
>;

export type ReportFormat = keyof typeof REPORT_FORMATS;
export type Format = "text" | "json" | ReportFormat;

export const FORMATS: readonly Format[] = [
  "text",
  "json",
  "sarif",
  "junit",
  "github",
  "gitlab",
  "markdown",
];

export function isFormat(name: string): name is Format {
  return FORMATS.some((known) => known === name);
}

/** The version is that of premortem. */
export function reportText(format: ReportFormat, report: Report, version: string): string {
  return REPORT_FORMATS[format](report, version);
}
