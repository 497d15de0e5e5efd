import { answerDiff } from "../../engine/answer/diff.ts";
import { compareDevices } from "../../engine/diff/index.ts";
import { diffText } from "../../report/formats/text/diff.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { openRuleset, tellUsage } from "../problems.ts";
import type { Stream, Streams } from "../streams.ts";

export interface DiffOptions {
  readonly json?: boolean;
  readonly allowUndecided?: boolean;
}

/** Says which packets change their fate between two rulesets. */
export function diff(
  before: string,
  after: string,
  options: DiffOptions,
  { out, error }: Streams,
): ExitCode {
  if (before === "-" && after === "-") {
    tellUsage(error, "standard input cannot be both rulesets", "premortem diff BEFORE AFTER");
    return EXIT.usage;
  }
  const first = openRuleset(error, [before]);
  const second = openRuleset(error, [after]);
  if (first === null || second === null) return EXIT.usage;
  const onProgress = progress(error);
  const difference = compareDevices(first.result.device, second.result.device, { onProgress });
  const answer = answerDiff(difference, {
    before: first.result.coverage,
    after: second.result.coverage,
  });
  out.write(
    options.json === true ? `${JSON.stringify(answer, null, 2)}\n` : diffText(answer, out.style),
  );
  if (answer.equal === true) return EXIT.clean;
  if (answer.equal === false) return EXIT.findings;
  return options.allowUndecided === true ? EXIT.clean : EXIT.undecided;
}

/** Shorter work needs no word. */
const SILENT_MS = 1000;

/** Says on a terminal what is going on, once somebody has waited for a while. */
function progress(stream: Stream): (work: string) => void {
  const began = performance.now();
  return (work) => {
    if (stream.isTerminal && performance.now() - began > SILENT_MS) stream.write(`${work} …\n`);
  };
}
