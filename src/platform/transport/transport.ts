import type { Duplex } from "node:stream";

/** Why a device could not be asked, and what to do about it. */
export interface TransportFault {
  readonly kind: "fault";
  readonly fault: /** Nobody answers there. */
    | "unreachable"
    /** The host's key is another one than before: nothing is sent to it. */
    | "hostKeyChanged"
    /** The host's key has never been seen. */
    | "hostKeyUnknown"
    /** The login was not accepted. */
    | "loginRefused"
    /** The device lets nobody connect from there: nothing is known of what lies behind it. */
    | "forbidden"
    /** The connection broke: the command may have run. */
    | "lost"
    | "timedOut"
    | "tooMuchOutput"
    /** The program that reaches devices cannot be started here. */
    | "cannotStart";
  readonly message: string;
  readonly help: string;
}

/** A command that ran to its end. */
export interface Ran {
  readonly kind: "ran";
  /** Null: ended by a signal. */
  readonly code: number | null;
  readonly out: string;
  /** Only where some of what it printed is not UTF-8; those bytes stand in `out` as U+FFFD. */
  readonly notUtf8?: true;
  readonly error: string;
}

export interface RunOptions {
  /** Handed to the command's standard input; default: nothing. */
  readonly input?: string;
  /** Default: `DEFAULT_TIMEOUT_MS`. */
  readonly timeoutMs?: number;
}

/** How a stream of lines came to its end. */
export type StreamEnd = { readonly kind: "ended"; readonly code: number | null } | TransportFault;

/** A command whose lines are read while it runs. */
export interface LineStream {
  readonly lines: AsyncIterable<string>;
  readonly ended: Promise<StreamEnd>;
  /** Ends the command; `ended` tells when it is over. */
  stop(): void;
}

/** A way to a device: the only thing that the rest of premortem knows of it. */
export interface Transport {
  /** What is reached, for people: `ssh://ops@fw1`. */
  readonly name: string;
  /** Runs a command, each word of it as it stands. */
  run(command: readonly string[], options?: RunOptions): Promise<Ran | TransportFault>;
  stream(command: readonly string[]): LineStream;
  /** A TCP connection from there. A fault ends it with an error whose `cause` is the fault. */
  connect(host: string, port: number): Duplex;
  /** Comes anew, over a connection that is shared with nothing; null: it was let in. */
  knock(timeoutMs: number): Promise<TransportFault | null>;
  /** Ends what is kept open in between. */
  close(): Promise<void>;
}

/** Milliseconds that a command may take where nothing is said. */
export const DEFAULT_TIMEOUT_MS = 30_000;
/** Bytes that a command may print: ten times the listing of 100,000 rules. */
export const MAXIMUM_OUTPUT_BYTES = 256 * 1024 * 1024;
