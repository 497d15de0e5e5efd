import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CheckAnswer } from "../../engine/answer/check.ts";
import { checkDevice } from "../../operations/inventory/checkDevice.ts";
import type { Network } from "../../operations/inventory/model.ts";
import { parseNetwork } from "../../operations/inventory/networkFile.ts";
import { withRepairs } from "../../operations/inventory/repairs.ts";
import { readText } from "../../platform/files.ts";
import { checkText } from "../../report/formats/text/check.ts";
import { checkReport } from "../../report/results/check.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { inTime, repairTime, type Work } from "../interruptible.ts";
import { type OutputOptions, show } from "../output.ts";
import { openRuleset, tellFiles, tellNetworkErrors, tellUsage } from "../problems.ts";
import type { Stream, Streams } from "../streams.ts";

export interface CheckOptions extends OutputOptions {
  readonly network?: string;
  readonly device?: string;
  readonly render?: string;
  readonly allowUndecided?: boolean;
}

const NETWORK_FILE = "premortem.yaml";

/** Says which intents of the network file a ruleset keeps. */
export function check(
  files: readonly string[],
  options: CheckOptions,
  streams: Streams,
  work: Work,
): ExitCode {
  const { error } = streams;
  const network = openNetwork(error, options.network ?? findNetwork(files));
  if (network === null) return EXIT.usage;
  const name = options.device ?? onlyDevice(network);
  if (name === null || !network.devices.has(name)) {
    const known = [...network.devices.keys()].join(", ");
    const message = name === null ? "which device is it?" : `there is no device \`${name}\``;
    tellUsage(error, message, `name one with --device: ${known}`);
    return EXIT.usage;
  }
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
  if (allowUndecided || intents.every(({ status }) => status === "holds")) return EXIT.clean;
  return EXIT.undecided;
}

/** In the current folder, or beside the first file. */
function findNetwork(files: readonly string[]): string {
  const [first = "."] = files;
  const beside = join(dirname(first), NETWORK_FILE);
  return !existsSync(NETWORK_FILE) && existsSync(beside) ? beside : NETWORK_FILE;
}

/** Null where it has told what is wrong. */
export function openNetwork(stream: Stream, path: string): Network | null {
  const read = readText(path);
  if (read.kind === "problem") {
    tellFiles(stream, [read]);
    return null;
  }
  const { network, diagnostics } = parseNetwork(path, read.text);
  if (diagnostics.length === 0) return network;
  tellNetworkErrors(stream, path, read.text, diagnostics);
  return null;
}

export function onlyDevice({ devices }: Network): string | null {
  const [name, ...others] = devices.keys();
  return name === undefined || others.length > 0 ? null : name;
}
