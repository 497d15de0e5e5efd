import { writeFileSync } from "node:fs";
import { problemOf } from "../platform/files.ts";
import { type Format, reportText } from "../report/formats/index.ts";
import type { Style } from "../report/formats/text/style.ts";
import type { Report } from "../report/result.ts";
import { tellFiles } from "./problems.ts";
import type { Streams } from "./streams.ts";
import { VERSION } from "./version.ts";

/** How an answer is shown. */
export interface OutputOptions {
  readonly json?: boolean;
  readonly format?: Format;
  /** Files that it is written to as well. */
  readonly write?: readonly WrittenFile[];
  readonly quiet?: boolean;
}

export interface WrittenFile {
  readonly format: Format;
  readonly path: string;
}

/** An answer in all the forms that it can take; what is not asked for is not made. */
export interface Showable {
  /** For JSON. */
  readonly answer: unknown;
  readonly text: (style: Style) => string;
  readonly report: () => Report;
}

/** Shows an answer as asked for; false: a file could not be written, which was told. */
export function show(shown: Showable, options: OutputOptions, { out, error }: Streams): boolean {
  const format = options.json === true ? "json" : (options.format ?? "text");
  if (options.quiet !== true) out.write(inFormat(shown, format, out.style));
  const plain: Style = { colour: false, width: Number.POSITIVE_INFINITY };
  let isWritten = true;
  for (const { format, path } of options.write ?? []) {
    try {
      writeFileSync(path, inFormat(shown, format, plain));
    } catch (cause) {
      tellFiles(error, [problemOf(path, cause)]);
      isWritten = false;
    }
  }
  return isWritten;
}

function inFormat({ answer, text, report }: Showable, format: Format, style: Style): string {
  if (format === "text") return text(style);
  if (format === "json") return `${JSON.stringify(answer, null, 2)}\n`;
  return reportText(format, report(), VERSION);
}
