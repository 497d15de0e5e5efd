import type { CheckAnswer } from "../../engine/answer/check.ts";
import { isKept } from "../../engine/intents/model.ts";
import { checkDevice } from "../../operations/inventory/checkDevice.ts";
import { withRepairs } from "../../operations/inventory/repairs.ts";
import { checkText } from "../../report/formats/text/check.ts";
import { checkReport } from "../../report/results/check.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { inTime, repairTime, type Work } from "../interruptible.ts";
import { findNetwork, openDevice } from "../networkDevice.ts";
import { type OutputOptions, show } from "../output.ts";
import { openRuleset } from "../problems.ts";
import type { Streams } from "../streams.ts";

export interface CheckOptions extends OutputOptions {
  readonly network?: string;
  readonly device?: string;
  readonly render?: string;
  readonly allowUndecided?: boolean;
}

/** Says which intents of the network file a ruleset keeps. */
export function check(
  files: readonly string[],
  options: CheckOptions,
  streams: Streams,
  work: Work,
): ExitCode {
  const { error } = streams;
  const path = options.network ?? findNetwork(files);
  const place = openDevice(error, path, options.device ?? null);
  if (place === null) return EXIT.usage;
  const { network, name } = place;
  work.begin("reading the files");
  const ruleset = openRuleset(error, files, { render: options.render ?? null });
  if (ruleset === null) return EXIT.usage;
  work.begin("judging intents");
  const checked = inTime(work, () => checkDevice(network, name, ruleset.result.device));
  work.begin("looking for repairs");
  const repaired = { after: ruleset, before: null, onto: null };
  const answer = inTime(work, () =>
    withRepairs(checked, network, name, repaired, repairTime(work)),
  );
  const isShown = show(
    {
      answer,
      text: (style) => checkText(answer, style),
      report: () => checkReport(answer),
    },
    options,
    streams,
  );
  if (!isShown) return EXIT.usage;
  return exitOf(answer, options.allowUndecided === true);
}

function exitOf({ intents }: CheckAnswer, allowUndecided: boolean): ExitCode {
  if (intents.some(({ status }) => status === "broken")) return EXIT.findings;
  if (allowUndecided || intents.every(({ status }) => isKept(status))) return EXIT.clean;
  return EXIT.undecided;
}
