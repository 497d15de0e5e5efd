import { answerLint } from "../../engine/answer/lint.ts";
import { lintText } from "../../report/formats/text/findings.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { tellFiles } from "../problems.ts";
import { readRuleset } from "../readRuleset.ts";
import type { Streams } from "../streams.ts";

export interface LintOptions {
  readonly render?: string;
  readonly json?: boolean;
}

/** Says what is wrong in a ruleset, and how much of it is understood. */
export function lint(files: readonly string[], options: LintOptions, streams: Streams): ExitCode {
  const ruleset = readRuleset(files, { keepRefused: true, render: options.render ?? null });
  if (!("result" in ruleset)) {
    tellFiles(streams.error, ruleset);
    return EXIT.usage;
  }
  const answer = answerLint(ruleset.result);
  const { out } = streams;
  out.write(
    options.json === true
      ? `${JSON.stringify(answer, null, 2)}\n`
      : lintText(answer, ruleset.files, out.style),
  );
  return answer.findings.length === 0 ? EXIT.clean : EXIT.findings;
}
