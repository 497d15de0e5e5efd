import { answerDiff, type DiffPromises } from "../../engine/answer/diff.ts";
import type { Device } from "../../engine/device/device.ts";
import { compareDevices } from "../../engine/diff/index.ts";
import type { Intent } from "../../engine/intents/model.ts";
import { RuleMemory } from "../../engine/parsers/nft/index.ts";
import { diffText } from "../../report/formats/text/diff.ts";
import { diffReport } from "../../report/results/diff.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { inTime, type Work } from "../interruptible.ts";
import { type OutputOptions, show } from "../output.ts";
import { openRuleset, tellUsage } from "../problems.ts";
import type { Ruleset } from "../readRuleset.ts";
import type { Stream, Streams } from "../streams.ts";

export interface DiffOptions extends OutputOptions {
  /** Files of the ruleset as it shall be; left out: the last of two files, or none at all. */
  readonly to?: readonly string[];
  /** Files of the state that everything else runs on. */
  readonly onto?: readonly string[];
  readonly render?: string;
  /** The network file, whose intents are judged on both sides; left out: none are. */
  readonly network?: string;
  readonly device?: string;
  readonly allowUndecided?: boolean;
}

/** What a network file promises of a device. */
export interface Promises {
  readonly promises: ReadonlyMap<string, Intent>;
  /** What becomes of them, and what mends those that do not hold. */
  readonly judge: (sides: Sides, work: Work) => DiffPromises;
}

/** Handed in by who may be asked for it: a diff of two files alone reads no network file. Null: it has told why not. */
export type PromiseOpener = (options: DiffOptions, stream: Stream) => Promises | null;

/** Says which packets change their fate between two rulesets. */
export function diff(
  files: readonly string[],
  options: DiffOptions,
  streams: Streams,
  work: Work,
  openPromises: PromiseOpener = () => null,
): ExitCode {
  const { error } = streams;
  const asked = sidesOf(files, options);
  if (asked.kind === "unclear") {
    tellUsage(error, asked.message, asked.help);
    return EXIT.usage;
  }
  const asking = options.network === undefined ? null : openPromises(options, error);
  if (asking === null && options.network !== undefined) return EXIT.usage;
  if (options.network === undefined && options.device !== undefined) {
    tellUsage(error, "a device is one of a network file", "name the file with --network");
    return EXIT.usage;
  }
  work.begin("reading the files");
  const sides = openSides(asked, options.render ?? null, error);
  if (sides === null) return EXIT.usage;
  const { before, after } = sides;
  const promises = asking === null ? {} : { promises: asking.promises };
  const onProgress = progress(error, work);
  const difference = inTime(work, () =>
    compareDevices(before.result.device, after.result.device, { ...promises, onProgress }),
  );
  const coverage = { before: before.result.coverage, after: after.result.coverage };
  const judged = asking === null ? undefined : inTime(work, () => asking.judge(sides, work));
  const answer = answerDiff(difference, coverage, judged);
  const devices = { before: before.result.device, after: after.result.device };
  const places = { ...devices, file: asked.after[0] ?? "-" };
  const isShown = show(
    {
      answer,
      text: (style) => diffText(answer, style),
      report: () => diffReport(answer, places),
    },
    options,
    streams,
  );
  if (!isShown) return EXIT.usage;
  if (answer.equal === true) return EXIT.clean;
  if (answer.equal === false) return EXIT.findings;
  return options.allowUndecided === true ? EXIT.clean : EXIT.undecided;
}

/** Paths of the files of each side. */
interface AskedSides {
  readonly kind: "sides";
  /** What both sides run on; empty: nothing. */
  readonly onto: readonly string[];
  /** Empty: the state as it is. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

interface Unclear {
  readonly kind: "unclear";
  readonly message: string;
  readonly help: string;
}

const FORMS =
  "`premortem diff BEFORE AFTER`, `premortem diff BEFORE… --to AFTER…` or `premortem diff --onto STATE CANDIDATE…`";

/** Which files are which side. */
export function sidesOf(
  files: readonly string[],
  { to = [], onto = [] }: DiffOptions,
): AskedSides | Unclear {
  const [first, second, ...more] = files;
  if ([...files, ...to, ...onto].filter((path) => path === "-").length > 1)
    return unclear("standard input can be read once", "save one of them to a file");
  if (to.length > 0 && (first !== undefined || onto.length > 0))
    return { kind: "sides", onto, before: files, after: to };
  if (onto.length > 0 && first !== undefined)
    return { kind: "sides", onto, before: [], after: files };
  if (first === undefined || second === undefined) return unclear("two rulesets are needed", FORMS);
  if (more.length > 0)
    return unclear(
      "with several files it has to be said which are new",
      `put \`--to\` before them: ${FORMS}`,
    );
  return { kind: "sides", onto, before: [first], after: [second] };
}

function unclear(message: string, help: string): Unclear {
  return { kind: "unclear", message, help };
}

export interface Sides {
  readonly before: Ruleset;
  readonly after: Ruleset;
  /** What both run on; null: nothing. */
  readonly onto: Device | null;
}

/** Both sides as they would run, or null where it was told why not. */
function openSides(asked: AskedSides, render: string | null, error: Stream): Sides | null {
  /* A state is a listing, and no template. */
  const state =
    asked.onto.length === 0 ? null : openRuleset(error, asked.onto, { takesOlder: true });
  if (asked.onto.length > 0 && state === null) return null;
  const onto = state?.result.device ?? null;
  /* Mostly all lines but a few are the same. */
  const options = { onto, render, memory: new RuleMemory(), takesOlder: true };
  const before = asked.before.length === 0 ? state : openRuleset(error, asked.before, options);
  const after = openRuleset(error, asked.after, options);
  if (before === null || after === null) return null;
  /* A state is no file to be edited: what runs on it alone has nothing before it. */
  const edited = before === state ? { ...before, files: new Map(), roots: [] } : before;
  return { before: edited, after, onto };
}

/** Shorter work needs no word. */
const SILENT_MS = 1000;

/** Says on a terminal what is going on, once somebody has waited for a while. */
function progress(stream: Stream, { begin }: Work): (piece: string) => void {
  const began = Date.now();
  return (piece) => {
    begin(piece);
    if (stream.isTerminal && Date.now() - began > SILENT_MS) stream.write(`${piece} …\n`);
  };
}
