import { type Explanation, explain } from "../../engine/answer/explain.ts";
import { columns } from "../../report/formats/text/style.ts";
import { wrapped } from "../../report/formats/text/wrapped.ts";
import { ALL_CODES } from "../codes.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { tellUsage } from "../problems.ts";
import type { Streams } from "../streams.ts";

/** Says what a code means; without one, lists them all. */
export function explainCode(
  code: string | undefined,
  options: { readonly json?: boolean },
  { out, error }: Streams,
): ExitCode {
  if (code === undefined) {
    const rows = ALL_CODES.map((known) => [known.code, known.title]);
    out.write(
      options.json === true
        ? `${JSON.stringify({ formatVersion: 1, codes: ALL_CODES }, null, 2)}\n`
        : `${columns(rows).join("\n")}\n`,
    );
    return EXIT.clean;
  }
  const found = explain(ALL_CODES, code);
  if (found === null) {
    tellUsage(error, `there is no code \`${code}\``, "`premortem explain` lists all codes");
    return EXIT.usage;
  }
  out.write(
    options.json === true
      ? `${JSON.stringify({ formatVersion: 1, ...found }, null, 2)}\n`
      : page(found, out.style.width),
  );
  return EXIT.clean;
}

/** What it means, and what shows it. */
function page(
  { code, title, explanation, example, corrected }: Explanation,
  width: number,
): string {
  const shown = [
    ...(example === undefined ? [] : [`Example:\n\n${example.trimEnd()}`]),
    /* Where only the options or the size make the difference, there is nothing to compare. */
    ...(corrected === undefined || corrected === example
      ? []
      : [`Corrected:\n\n${corrected.trimEnd()}`]),
  ];
  return `${[`${code}: ${title}`, wrapped(explanation, width), ...shown].join("\n\n")}\n`;
}
