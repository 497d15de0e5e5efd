import type { Diagnostic } from "../../engine/base/diagnostic.ts";
import type { Span } from "../../engine/base/span.ts";
import type { Unprintable } from "../../engine/print/index.ts";

/** What the kernel itself answers, in the words of nft; other mistakes are found by nft before. */
const KERNEL_ANSWERS: ReadonlyMap<string, string> = new Map([
  ["PM1060", "Could not process rule: File exists"],
  ["PM1063", "Could not process rule: No such file or directory"],
  ["PM1065", "Could not process rule: Device or resource busy"],
  ["PM1071", "Could not process rule: No such file or directory"],
  ["PM1072", "Could not process rule: No such file or directory"],
]);

/** The mistakes of a script as nft prints them: place, message, the line, and marks below what is meant. */
export function refusedText(
  diagnostics: readonly Diagnostic[],
  files: ReadonlyMap<string, string>,
): string {
  return diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ code, message, span }) => {
      const text = KERNEL_ANSWERS.get(code) ?? message;
      return span === null
        ? `Error: ${text}\n`
        : `${placeText(span)}: Error: ${text}\n${excerpt(span, files)}`;
    })
    .join("");
}

/** Columns of nft count from 1, and the last one is meant too. */
function placeText({ file, line, column, endLine, endColumn }: Span): string {
  const last = endLine === line ? Math.max(column, endColumn - 1) : column;
  return `${file}:${line}:${column}-${last}`;
}

function excerpt(span: Span, files: ReadonlyMap<string, string>): string {
  const { file, line, column, endLine, endColumn } = span;
  const text = files.get(file)?.split("\n")[line - 1] ?? "";
  const end = endLine === line ? Math.max(endColumn, column + 1) : text.length + 1;
  return `${text}\n${" ".repeat(column - 1)}${"^".repeat(Math.max(1, end - column))}\n`;
}

/** Better refused than held in another form than it was given. */
export function unprintableText(unprintable: readonly Unprintable[]): string {
  return unprintable
    .map(({ what, span }) => {
      const place = span === null ? "" : `${placeText(span)}: `;
      return `${place}Error: the simulated kernel does not have ${what}\n`;
    })
    .join("");
}
