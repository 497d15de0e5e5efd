import { answerLint } from "../../engine/answer/lint.ts";
import { lintText } from "../../report/formats/text/findings.ts";
import { lintReport } from "../../report/results/lint.ts";
import { ALL_CODES } from "../codes.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { type OutputOptions, show } from "../output.ts";
import { tellFiles } from "../problems.ts";
import { readRuleset } from "../readRuleset.ts";
import type { Streams } from "../streams.ts";

export interface LintOptions extends OutputOptions {
  readonly render?: string;
}

/** Says what is wrong in a ruleset, and how much of it is understood. */
export function lint(paths: readonly string[], options: LintOptions, streams: Streams): ExitCode {
  const ruleset = readRuleset(paths, { keepRefused: true, render: options.render ?? null });
  if (!("result" in ruleset)) {
    tellFiles(streams.error, ruleset);
    return EXIT.usage;
  }
  const { result, files } = ruleset;
  const answer = answerLint(result);
  const isShown = show(
    {
      answer,
      text: (style) => lintText(answer, files, style),
      report: () => lintReport(answer, { files, codes: ALL_CODES }),
    },
    options,
    streams,
  );
  if (!isShown) return EXIT.usage;
  return answer.findings.length === 0 ? EXIT.clean : EXIT.findings;
}
