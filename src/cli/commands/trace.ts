import { answerTrace, type TraceAnswer } from "../../engine/answer/trace.ts";
import type { Device } from "../../engine/device/device.ts";
import type { Host } from "../../engine/device/host.ts";
import { interpret, interpretNext } from "../../engine/interpret/interpret.ts";
import { Memory } from "../../engine/interpret/memory.ts";
import {
  isNotationError,
  type NotationOptions,
  parsePacket,
} from "../../engine/packet/notation.ts";
import type { PacketSpec } from "../../engine/packet/packet.ts";
import { runCommand } from "../../engine/parsers/runCommand.ts";
import { parseSetup } from "../../engine/parsers/setup/index.ts";
import { readText } from "../../platform/files.ts";
import { traceText } from "../../report/formats/text/trace.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { openRuleset, tellFiles, tellPacket, tellUsage } from "../problems.ts";
import { readLines } from "../readLines.ts";
import type { Stream, Streams } from "../streams.ts";

export interface TraceOptions {
  readonly json?: boolean;
  readonly packets?: string;
  readonly sequence?: boolean;
  readonly setup?: string;
  readonly allowUndecided?: boolean;
}

const EXAMPLE =
  "premortem trace FILE… 'tcp 10.0.0.5:40000 > 198.51.100.7:25 in=eth1 out=eth0 state=new'";

/** Walks one packet, or one for each line of a file, through a ruleset. */
export async function trace(
  args: readonly string[],
  options: TraceOptions,
  streams: Streams,
): Promise<ExitCode> {
  const many = options.packets;
  const wrong = usageProblem(args, options);
  if (wrong !== null) {
    tellUsage(streams.error, wrong, EXAMPLE);
    return EXIT.usage;
  }
  const single = many === undefined ? (args.at(-1) ?? "") : null;
  const surroundings = readSurroundings(options, streams);
  if (surroundings === null) return EXIT.usage;
  if (single !== null && !isPacket(single, surroundings.notation, streams)) return EXIT.usage;
  const ruleset = openRuleset(streams.error, single === null ? args : args.slice(0, -1));
  if (ruleset === null) return EXIT.usage;
  const memory = options.sequence === true ? new Memory() : null;
  const played: Played = { device: ruleset.result.device, memory };
  const ask = (spec: PacketSpec): TraceAnswer =>
    answerTrace(
      spec.text,
      memory === null
        ? interpret(played.device, spec, surroundings)
        : interpretNext(played.device, spec, surroundings, memory),
    );
  const undecided = options.allowUndecided === true ? EXIT.clean : EXIT.undecided;
  if (single !== null) {
    const spec = parsePacket(single, surroundings.notation);
    if (isNotationError(spec)) return EXIT.usage;
    const answer = ask(spec);
    const { out } = streams;
    out.write(
      options.json === true ? `${JSON.stringify(answer, null, 2)}\n` : traceText(answer, out.style),
    );
    return answer.verdict === "undecided" ? undecided : EXIT.clean;
  }
  const seen = await askEach(many ?? "-", surroundings.notation, ask, played, streams);
  if (seen.wrong) return EXIT.usage;
  return seen.undecided ? undecided : EXIT.clean;
}

function usageProblem(args: readonly string[], options: TraceOptions): string | null {
  if (options.sequence === true && options.packets === undefined)
    return "`--sequence` plays the lines of `--packets FILE`";
  if (options.packets !== undefined)
    return options.packets === "-" && args.includes("-")
      ? "standard input cannot be both the ruleset and the packets"
      : null;
  return args.length < 2 ? "give at least one file and then the packet" : null;
}

function isPacket(text: string, notation: NotationOptions, { error }: Streams): boolean {
  const spec = parsePacket(text, notation);
  if (!isNotationError(spec)) return true;
  tellPacket(error, text, spec, "");
  return false;
}

interface Surroundings {
  readonly host: Host | null;
  readonly notation: NotationOptions;
}

function readSurroundings({ setup }: TraceOptions, { error }: Streams): Surroundings | null {
  if (setup === undefined) return { host: null, notation: { lengthIsExtra: false } };
  const read = readText(setup);
  if (read.kind === "problem") {
    tellFiles(error, [read]);
    return null;
  }
  const { host, problems, lengthIsExtra } = parseSetup(read.text);
  for (const problem of problems)
    tellUsage(error, `\`${setup}\`: ${problem}`, "docs/reference/setup.md shows the form");
  return problems.length > 0 ? null : { host, notation: { lengthIsExtra } };
}

/** What a sequence of packets is played on. */
interface Played {
  device: Device;
  /** Null: each packet stands for itself. */
  readonly memory: Memory | null;
}

/** `wait 5s` in a sequence lets the clock of its memory go on. */
const WAIT = /^wait\s+(\d+(?:\.\d+)?)\s*s?$/;
const FORGET = /^conntrack\s+(?:-F|--flush)$/;
const STEP = /^(?:wait|nft|iptables|ip6tables|ipset|conntrack)\s/;

/** What happens between two packets: time passes, or somebody types a command. */
function playStep(played: Played, text: string, number: number, error: Stream): boolean {
  const { memory } = played;
  const at = `line ${number}`;
  const pause = WAIT.exec(text);
  if (pause !== null) memory?.advance(Number(pause[1]) * 1000);
  if (FORGET.test(text)) memory?.flushConnections();
  if (pause !== null || FORGET.test(text)) return true;
  const result = runCommand(played.device, text, at);
  if (result === null) {
    tellUsage(
      error,
      `${at}: \`${text}\` is no step of a sequence`,
      "docs/reference/cli.md has them",
    );
    return false;
  }
  played.device = result.device;
  const [first] = result.errors;
  if (first !== undefined) tellUsage(error, `${at}: refused: ${first.message}`, first.help);
  return first === undefined;
}

/** One line of JSON for each packet, as soon as it is read. */
async function askEach(
  file: string,
  notation: NotationOptions,
  ask: (spec: PacketSpec) => TraceAnswer,
  played: Played,
  { out, error }: Streams,
): Promise<{ readonly wrong: boolean; readonly undecided: boolean }> {
  const seen = { wrong: false, undecided: false };
  const problem = await readLines(file, (line, number) => {
    const text = line.trim();
    if (text === "" || text.startsWith("#")) return;
    if (STEP.test(text)) {
      if (!playStep(played, text, number, error)) seen.wrong = true;
      return;
    }
    const spec = parsePacket(text, notation);
    if (isNotationError(spec)) {
      tellPacket(error, text, spec, `packet in line ${number}: `);
      const { message, help, column } = spec;
      out.write(
        `${JSON.stringify({ packet: text, error: { message, help, line: number, column } })}\n`,
      );
      seen.wrong = true;
      return;
    }
    const answer = ask(spec);
    seen.undecided ||= answer.verdict === "undecided";
    out.write(`${JSON.stringify(answer)}\n`);
  });
  if (problem !== null) tellFiles(error, [problem]);
  return { ...seen, wrong: seen.wrong || problem !== null };
}
