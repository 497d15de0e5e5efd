import { explain } from "../../engine/answer/explain.ts";
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
      : `${found.code}: ${found.title}\n\n${wrapped(found.explanation, out.style.width)}\n`,
  );
  return EXIT.clean;
}
