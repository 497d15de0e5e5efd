import { isUtf8 } from "node:buffer";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Duplex, PassThrough } from "node:stream";
import { openDeadline } from "../deadline.ts";
import { systemEnvironment } from "./systemPath.ts";
import {
  DEFAULT_TIMEOUT_MS,
  type LineStream,
  MAXIMUM_OUTPUT_BYTES,
  type Ran,
  type RunOptions,
  type StreamEnd,
  type TransportFault,
} from "./transport.ts";

/** Bytes of standard error that are kept: enough for what a program has to complain of. */
const KEPT_ERROR_BYTES = 64 * 1024;

/** Times the time-out that may go by at most where we compute meanwhile, and hear nobody. */
const DEAF_FACTOR = 3;

/** What an ended process means; null: what it says is the command's own. */
export type Diagnose = (ran: Ran) => TransportFault | null | Promise<TransportFault | null>;

/** Runs a program of this machine to its end. */
export async function runProcess(
  words: readonly string[],
  { input = "", timeoutMs = DEFAULT_TIMEOUT_MS }: RunOptions,
  diagnose: Diagnose,
): Promise<Ran | TransportFault> {
  const child = start(words);
  let fault: TransportFault | null = null;
  const end = (found: TransportFault) => {
    fault ??= found;
    stop(child, "SIGKILL");
  };
  const deadline = openDeadline(timeoutMs, DEAF_FACTOR * timeoutMs);
  void deadline.over.then(() => end(timedOut(words, timeoutMs)));
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const out = collect(child.stdout, MAXIMUM_OUTPUT_BYTES, () => end(tooMuch(words)));
  const error = collect(child.stderr, KEPT_ERROR_BYTES, () => undefined);
  const ended = await ending(child, words);
  deadline.end();
  if (fault !== null) return fault;
  if (ended.kind === "fault") return ended;
  const printed = { out: out.text(), ...(out.isUtf8() ? {} : { notUtf8: true as const }) };
  const ran: Ran = { kind: "ran", code: ended.code, ...printed, error: error.text() };
  return (await diagnose(ran)) ?? ran;
}

/**
 * Starts a program of this machine whose lines are read while it runs. Its standard input stays open until then, so
 * that a command at the other end of ssh can notice that nobody reads any more: sshd ends none that has no terminal.
 */
export function streamProcess(words: readonly string[], diagnose: Diagnose): LineStream {
  const child = start(words);
  child.stdin.on("error", () => undefined);
  const error = collect(child.stderr, KEPT_ERROR_BYTES, () => undefined);
  const ended = ending(child, words).then(async (end): Promise<StreamEnd> => {
    return (await faultBehind(end, error.text(), diagnose)) ?? end;
  });
  const received = new PassThrough();
  child.stdout.pipe(received, { end: false });
  void ended.then(() => {
    received.end();
    child.stdin.end();
  });
  const lines = createInterface({ input: received, crlfDelay: Number.POSITIVE_INFINITY });
  const stopAll = () => {
    child.stdin.end();
    stop(child, "SIGTERM");
  };
  return { lines, ended, stop: stopAll };
}

/** Standard input and output of a program of this machine as one connection. */
export function connectProcess(words: readonly string[], diagnose: Diagnose): Duplex {
  const child = start(words);
  const error = collect(child.stderr, KEPT_ERROR_BYTES, () => undefined);
  const received = new PassThrough();
  /* How the program ended is known behind its last byte: until then the end is not told. */
  child.stdout.pipe(received, { end: false });
  /* Nor is that its input was closed: a client that only listens would hear of that first. */
  const sent = new PassThrough();
  child.stdin.on("error", () => undefined);
  sent.pipe(child.stdin);
  const connection = Duplex.from({ readable: received, writable: sent });
  connection.once("close", () => stop(child, "SIGTERM"));
  void ending(child, words).then(async (end) => {
    const fault = await faultBehind(end, error.text(), diagnose);
    if (fault === null) received.end();
    else connection.destroy(new Error(fault.message, { cause: fault }));
  });
  return connection;
}

async function faultBehind(
  end: StreamEnd,
  error: string,
  diagnose: Diagnose,
): Promise<TransportFault | null> {
  return end.kind === "fault" ? end : diagnose({ kind: "ran", code: end.code, out: "", error });
}

/**
 * Ends a process, and what is read of it: ssh hands its pipes to the process that holds the shared
 * connection, which keeps them open as long as the command runs on the other side.
 */
function stop(child: ChildProcessWithoutNullStreams, signal: "SIGTERM" | "SIGKILL"): void {
  child.kill(signal);
  child.stdout.destroy();
  child.stderr.destroy();
}

function start([program = "", ...rest]: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(program, rest, { stdio: ["pipe", "pipe", "pipe"], env: systemEnvironment() });
}

/** When the process is gone and its output is read to the end. */
async function ending(
  child: ChildProcessWithoutNullStreams,
  [program = ""]: readonly string[],
): Promise<StreamEnd> {
  try {
    const [code] = await once(child, "close");
    return { kind: "ended", code: typeof code === "number" ? code : null };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      kind: "fault",
      fault: "cannotStart",
      message: `\`${program}\` cannot be started: ${message}`,
      help: `install \`${program}\`, or look at PATH`,
    };
  }
}

interface Collected {
  text(): string;
  isUtf8(): boolean;
}

function collect(stream: NodeJS.ReadableStream, most: number, onTooMuch: () => void): Collected {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= most) chunks.push(chunk);
    else onTooMuch();
  });
  return {
    text: () => Buffer.concat(chunks).toString("utf8"),
    isUtf8: () => isUtf8(Buffer.concat(chunks)),
  };
}

/** Characters of a command that are told: one may be a whole script. */
const TOLD_CHARACTERS = 60;

/** The last word: to ssh that is the whole command. */
function shortened(words: readonly string[]): string {
  const [line = ""] = (words.at(-1) ?? "").split("\n");
  return line.length <= TOLD_CHARACTERS ? line : `${line.slice(0, TOLD_CHARACTERS)}…`;
}

function timedOut(words: readonly string[], timeoutMs: number): TransportFault {
  return {
    kind: "fault",
    fault: "timedOut",
    message: `\`${shortened(words)}\` took longer than ${timeoutMs} ms`,
    help: "look whether the device is busy, or hangs",
  };
}

function tooMuch(words: readonly string[]): TransportFault {
  return {
    kind: "fault",
    fault: "tooMuchOutput",
    message: `\`${shortened(words)}\` printed more than ${MAXIMUM_OUTPUT_BYTES} bytes`,
    help: "look at what it prints",
  };
}
