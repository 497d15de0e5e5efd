import type { Finding, LintAnswer } from "../../../engine/answer/lint.ts";
import { excerptLines } from "./excerpt.ts";
import { fewOfEach } from "./fewOfEach.ts";
import { type Style, shown, type Tint, tint } from "./style.ts";

/** Findings that are printed in full; JSON has all. */
const MAXIMUM_SHOWN = 50;

/** Other places that are printed with a finding. */
const MAXIMUM_RELATED = 3;

type Files = ReadonlyMap<string, string>;

/** Findings as compilers show them, and how much was understood as the last line. */
export function lintText({ findings, coverage }: LintAnswer, files: Files, style: Style): string {
  const { lines, modelled, harmless, opaque, notUnderstood } = coverage;
  const known = lines - notUnderstood;
  const counts = `${modelled} modelled, ${harmless} harmless, ${opaque} opaque, ${notUnderstood} not understood`;
  const total = `${known} of ${lines} lines understood: ${counts}`;
  const { shown, omitted } = fewOfEach(findings);
  const more = omitted.map((line) => `${line}\n`).join("");
  const head =
    findings.length === 0 ? "no findings\n" : `${findingsText(shown, files, style)}${more}`;
  return `${head}\n${total}\n`;
}

/** Each finding with its line; beyond a limit only their number. */
export function findingsText(findings: readonly Finding[], files: Files, style: Style): string {
  const blocks = findings
    .slice(0, MAXIMUM_SHOWN)
    .map((finding) => findingLines(finding, files, style).join("\n"));
  const rest = findings.length - MAXIMUM_SHOWN;
  if (rest > 0) blocks.push(`… and ${rest} more: see --json`);
  return `${blocks.join("\n\n")}\n`;
}

const SEVERITY_TINTS = { error: "red", warning: "yellow", note: "blue" } as const satisfies Record<
  Finding["severity"],
  Tint
>;

function findingLines(finding: Finding, files: Files, style: Style): readonly string[] {
  const { severity, code, message, file, line, column, endColumn, help, related } = finding;
  const head = tint(style, SEVERITY_TINTS[severity], `${severity}[${code}]`);
  const lines = [`${head}: ${shown(message)}`];
  if (file !== null && line !== null) {
    const text = lineOf(files.get(file) ?? "", line);
    const length = column === null || endColumn === null ? 1 : endColumn - column;
    lines.push(...excerptLines(style, { file, line, column, length, text }));
  }
  for (const place of related.slice(0, MAXIMUM_RELATED))
    lines.push(`  = ${shown(place.file)}:${place.line}: ${shown(place.message)}`);
  if (related.length > MAXIMUM_RELATED)
    lines.push(`  = and ${related.length - MAXIMUM_RELATED} more`);
  if (help !== "") lines.push(`  = help: ${shown(help)}`);
  return lines;
}

/** One line of a text, without splitting all of it. */
function lineOf(text: string, line: number): string {
  let start = 0;
  for (let number = 1; number < line; number++) {
    const next = text.indexOf("\n", start);
    if (next < 0) return "";
    start = next + 1;
  }
  const end = text.indexOf("\n", start);
  return text.slice(start, end < 0 ? undefined : end).replace(/\r$/, "");
}
