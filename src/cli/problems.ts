import { answerLint } from "../engine/answer/lint.ts";
import type { Diagnostic } from "../engine/base/diagnostic.ts";
import type { NotationError } from "../engine/packet/notation.ts";
import type { FileProblem } from "../platform/files.ts";
import { findingsText } from "../report/formats/text/findings.ts";
import { shown, tint } from "../report/formats/text/style.ts";
import { type ReadOptions, type Ruleset, readRuleset } from "./readRuleset.ts";
import type { Stream } from "./streams.ts";

/** Says what is wrong with the call, and what to do. */
export function tellUsage(stream: Stream, message: string, help: string): void {
  stream.write(`${tint(stream.style, "red", "error")}: ${shown(message)}\n`);
  if (help !== "") stream.write(`  = help: ${shown(help)}\n`);
}

export function tellFiles(stream: Stream, problems: readonly FileProblem[]): void {
  for (const { path, message, help } of problems)
    tellUsage(stream, `${path === "-" ? "standard input" : `\`${path}\``} ${message}`, help);
}

const NO_COVERAGE = { lines: 0, modelled: 0, harmless: 0, opaque: 0, notUnderstood: 0 };

/** Says what is wrong in a network file, at its lines. */
export function tellNetworkErrors(
  stream: Stream,
  path: string,
  text: string,
  diagnostics: readonly Diagnostic[],
): void {
  const { findings } = answerLint({ diagnostics, coverage: NO_COVERAGE });
  stream.write(`${findingsText(findings, new Map([[path, text]]), stream.style)}\n`);
  tellUsage(stream, `\`${path}\` has errors`, "mend them: what is promised has to be clear");
}

/** Shows the packet with a caret below the part that is to blame. */
export function tellPacket(stream: Stream, text: string, error: NotationError, at: string): void {
  const { message, column, help } = error;
  const red = (mark: string) => tint(stream.style, "red", mark);
  stream.write(`${red("error")}: ${at}${shown(message)}\n`);
  const end = text.slice(column - 1).search(/\s|$/);
  const before = shown(text.slice(0, column - 1)).length;
  const marked = shown(text.slice(column - 1, column - 1 + end)).length;
  stream.write(`  ${shown(text)}\n`);
  stream.write(`  ${" ".repeat(before)}${red("^".repeat(Math.max(1, marked)))}\n`);
  if (help !== "") stream.write(`  = help: ${shown(help)}\n`);
}

/** A ruleset to ask questions of, or null where it has told why there is none. */
export function openRuleset(
  stream: Stream,
  paths: readonly string[],
  options: Omit<ReadOptions, "keepRefused"> = {},
): Ruleset | null {
  const ruleset = readRuleset(paths, options);
  if (!("result" in ruleset)) {
    tellFiles(stream, ruleset);
    return null;
  }
  const { result, files } = ruleset;
  const worst = result.diagnostics.filter(({ severity }) => severity === "error");
  const told = worst.length > 0 ? worst : result.diagnostics.filter(isWarning);
  const { findings } = answerLint({ diagnostics: told, coverage: result.coverage });
  if (findings.length > 0) stream.write(`${findingsText(findings, files, stream.style)}\n`);
  if (worst.length === 0) return ruleset;
  const names = new Set(result.refused);
  for (const { span } of worst) if (span !== null) names.add(span.file);
  for (const name of names)
    tellUsage(
      stream,
      `\`${name}\` would not load`,
      "mend the errors above; `premortem lint` shows all that is known about the file",
    );
  return null;
}

function isWarning({ severity }: { readonly severity: string }): boolean {
  return severity === "warning";
}
