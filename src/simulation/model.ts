import type { Duplex } from "node:stream";
import type { Device } from "../engine/device/device.ts";
import type { Outcome } from "../engine/interpret/outcome.ts";
import type { Transport } from "../platform/transport/transport.ts";

/**
 * Time of a simulation: it passes when somebody says so. What is due runs in the order of its moments, and sees
 * the moment for which it was due.
 */
export interface SimulatedTime {
  /** Milliseconds since 1970, UTC. */
  nowMs(): number;
  /** Runs once, after so many milliseconds; what it returns takes that back. */
  after(ms: number, run: () => void): () => void;
  advance(ms: number): void;
}

/** Who sends a script: `nft monitor` names both. */
export interface KernelProcess {
  readonly id: number;
  readonly name: string;
}

/** What `nft` says of a script, in its own form. */
export type ScriptResult =
  | { readonly kind: "loaded"; readonly generation: number }
  | { readonly kind: "refused"; readonly error: string };

/** How `nft list` is asked: `-s`, `-a` and `-t`. */
export interface ListOptions {
  /** Without what counters and quotas have counted. */
  readonly stateless: boolean;
  readonly handles: boolean;
  /** Without the elements of sets. */
  readonly terse: boolean;
}

/** The packet filter of one simulated host: a ruleset that takes scripts, and tells what they did. */
export interface SimulatedKernel {
  /** Counts transactions, as `# new generation N` tells it. */
  generation(): number;
  /** What runs, for the interpreter; the same object as long as nothing changed. */
  ruleset(): Device;
  /** One transaction: all of it, or nothing. */
  run(script: string, by?: KernelProcess): ScriptResult;
  /** `nft list ruleset`. */
  list(options: ListOptions): string;
  /** Packets met the rules of an outcome: their counters count them. */
  countAgain(outcome: Outcome, packets: number, bytes: number): void;
  /** Hears the lines of `nft monitor`, those of one transaction at a time; what it returns ends that. */
  subscribe(listener: (lines: readonly string[]) => void): () => void;
}

/** What a command printed, and how it ended. */
export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** A command that a host runs; null: it is none of these, and the next one is asked. */
export type RunCommand = (
  command: readonly string[],
  input: string,
) => Printed | Promise<Printed> | null;

/** A command whose lines are read while it runs, such as one that follows a log. */
export type StreamCommand = (
  command: readonly string[],
  write: (line: string) => void,
) => StreamedCommand | null;

export interface StreamedCommand {
  /** Nobody reads any more. */
  stop(): void;
}

/** A person at a shell of the host, over ssh. */
export interface SimulatedLogin {
  readonly login: string;
  /** Where they come from. */
  readonly address: string;
  /** Fingerprint of the key, as sshd logs it: `SHA256:…`; null: a password. */
  readonly key: string | null;
}

/** One host of a simulation: what lies behind a transport `simulated:NAME`. */
export interface SimulatedDevice {
  readonly name: string;
  readonly kernel: SimulatedKernel;
  readonly transport: Transport;
  /** Files by path; commands read and write them. */
  readonly files: Map<string, string>;
  /** Commands beside those that each host has (`nft`, `ip`, `cat`, `true`, …); the one added last is asked first. */
  onRun(command: RunCommand): void;
  onStream(command: StreamCommand): void;
  /** TCP connections from the host; without one they are refused. */
  onConnect(connect: (host: string, port: number) => Duplex): void;
  /** Whether a new connection of premortem's gets in; without one it does. */
  onKnock(isLetIn: () => boolean): void;
  /** Somebody logs in, runs one command there, and logs out: sshd's log tells of it. */
  byHand(login: SimulatedLogin, command: readonly string[]): Promise<Printed>;
}

/** What surrounds the ruleset of a host, as `ip` prints it. */
export interface SimulatedLinks {
  readonly interfaces: readonly SimulatedInterface[];
  /** Where everything goes that is not behind one of the interfaces; null: nowhere. */
  readonly gateway: string | null;
  /** The connection over which premortem comes; null: `SSH_CONNECTION` is not set. */
  readonly management: SimulatedManagement | null;
}

export interface SimulatedInterface {
  readonly name: string;
  /** With the length of its prefix: `10.10.2.1/24`. */
  readonly addresses: readonly string[];
}

export interface SimulatedManagement {
  readonly client: string;
  readonly server: string;
  readonly port: number;
  readonly interface: string;
}

export interface DeviceOptions {
  readonly name: string;
  readonly time: SimulatedTime;
  readonly links: SimulatedLinks;
  /** At the beginning. */
  readonly files: ReadonlyMap<string, string>;
  /** The file that is loaded at the beginning; null: no ruleset. */
  readonly bootFile: string | null;
  /** Where sshd logs who came. */
  readonly loginLog: string;
}
