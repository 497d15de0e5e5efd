import { ENGINE_CODES, explain, explanations } from "../../engine/answer/explain.ts";
import { DRILL_CODES } from "../../operations/drill/codes.ts";
import { NETWORK_CODES } from "../../operations/inventory/codes.ts";
import { PLAYBOOK_CODES } from "../../operations/playbook/codes.ts";
import { columns } from "../../report/formats/text/style.ts";
import { wrapped } from "../../report/formats/text/wrapped.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { tellUsage } from "../problems.ts";
import type { Streams } from "../streams.ts";

const ALL = explanations([...ENGINE_CODES, NETWORK_CODES, PLAYBOOK_CODES, DRILL_CODES]);

/** Says what a code means; without one, lists them all. */
export function explainCode(
  code: string | undefined,
  options: { readonly json?: boolean },
  { out, error }: Streams,
): ExitCode {
  if (code === undefined) {
    const rows = ALL.map((known) => [known.code, known.title]);
    out.write(
      options.json === true
        ? `${JSON.stringify({ formatVersion: 1, codes: ALL }, null, 2)}\n`
        : `${columns(rows).join("\n")}\n`,
    );
    return EXIT.clean;
  }
  const found = explain(ALL, code);
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
