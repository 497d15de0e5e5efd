import { answerLint } from "../../engine/answer/lint.ts";
import type { Device } from "../../engine/device/device.ts";
import { lintDevice, NOT_ANALYSED } from "../../engine/lint/index.ts";
import { lintText } from "../../report/formats/text/findings.ts";
import { lintReport } from "../../report/results/lint.ts";
import { ALL_CODES } from "../codes.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { type OutputOptions, show } from "../output.ts";
import { tellFiles, tellUsage } from "../problems.ts";
import { type Ruleset, readRuleset } from "../readRuleset.ts";
import type { Streams } from "../streams.ts";

export interface LintOptions extends OutputOptions {
  readonly render?: string;
  /** `2026-11-30`. */
  readonly today?: string;
  readonly owners?: boolean;
  /** A file or folder. */
  readonly boot?: string;
  /** Names, with blanks or commas between them. */
  readonly interfaces?: string;
  readonly allowUndecided?: boolean;
}

/** Says what is wrong in a ruleset, and how much of it is understood. */
export function lint(paths: readonly string[], options: LintOptions, streams: Streams): ExitCode {
  const today = options.today ?? new Date().toISOString().slice(0, DATE_LENGTH);
  if (!DATE.test(today)) {
    tellUsage(streams.error, `\`${today}\` is no date`, "write it as 2026-01-31");
    return EXIT.usage;
  }
  const reading = { keepRefused: true, render: options.render ?? null };
  const ruleset = readRuleset(paths, reading);
  const boot = options.boot === undefined ? null : readRuleset([options.boot], reading);
  for (const read of [ruleset, boot])
    if (read !== null && !("result" in read)) {
      tellFiles(streams.error, read);
      return EXIT.usage;
    }
  if (!("result" in ruleset)) return EXIT.usage;
  const bootDevice = boot !== null && "result" in boot ? boot.result.device : null;
  const asksForOwners = options.owners === true;
  const interfaces = options.interfaces === undefined ? null : namesIn(options.interfaces);
  const found = checked(ruleset, { today, asksForOwners, boot: bootDevice, interfaces });
  const { result, files } = ruleset;
  const answer = answerLint(result, found);
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
  if (options.allowUndecided !== true && found.some(({ code }) => code === NOT_ANALYSED))
    return EXIT.undecided;
  return answer.findings.every(({ severity }) => severity === "note") ? EXIT.clean : EXIT.findings;
}

const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const DATE_LENGTH = "2026-01-31".length;

function namesIn(text: string): ReadonlySet<string> {
  return new Set(text.split(/[\s,]+/).filter((name) => name !== ""));
}

interface Asked {
  readonly today: string;
  readonly asksForOwners: boolean;
  readonly boot: Device | null;
  readonly interfaces: ReadonlySet<string> | null;
}

/** Of a file that does not load, what the parser says is all there is to say. */
function checked({ result, files }: Ruleset, asked: Asked): ReturnType<typeof lintDevice> {
  if (result.refused.length > 0) return [];
  return lintDevice({ device: result.device, files, ...asked });
}
