import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readlinkSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import type { IpFamily } from "../src/engine/packet/packet.ts";

/** An address that is delivered here, and the device that has it. */
export type OwnAddress = readonly [address: string, device: string];

/** One packet to send, and where. */
export interface Shot {
  /** Hexadecimal, from the network header on. */
  readonly bytes: string;
  /** Device that it comes in by; null: the device itself sends it. */
  readonly in: string | null;
  /** Device that the routes lead to. */
  readonly out: string | null;
  /** Addresses that the device has for it. */
  readonly own: readonly OwnAddress[];
  /** True: it goes to the device itself; where that is a group, the device joins it. */
  readonly local: boolean;
  /** Mark of the socket that sends it. */
  readonly mark: number;
  /** Owner of that socket. */
  readonly uid: number;
  readonly gid: number;
  /** True: connections are forgotten before it. */
  readonly flush: boolean;
}

/** What the kernel did with a packet. */
export interface ShotResult {
  /** What came out, packets and answers: device and bytes. */
  readonly seen: readonly (readonly [device: string, bytes: string])[];
  readonly trace: readonly TraceStep[];
  /** Why it could not be sent; null where it was. */
  readonly error: string | null;
  /** When it was sent and when all was over, on one clock. */
  readonly atMs: readonly [before: number, after: number];
}

/** A line of nftrace; the header is that of the packet in chains of the harness itself. */
export type TraceStep = readonly [
  id: number,
  type: number,
  table: string,
  chain: string,
  handle: number,
  code: number | null,
  state: number | null,
  direction: number | null,
  header: string | null,
  family: number,
  status: number | null,
  connection: number | null,
  mark: number,
];

/** A rule that the kernel holds: family (as netlink numbers it), table, chain, handle. */
export type HeldRule = readonly [family: number, table: string, chain: string, handle: number];

export interface KernelSetup {
  readonly sysctls: Readonly<Record<string, string>>;
  readonly interfaces: readonly string[];
  readonly mtu: number;
  /** `198.18.0.1/32 dev in0`. */
  readonly addresses: readonly string[];
}

interface Answer {
  readonly ok: boolean;
  readonly error?: string;
  readonly rules?: readonly HeldRule[];
  readonly results?: readonly ShotResult[];
}

const HELPER = "lab/helpers/kernel.py";
/** Longest text of the helper that is kept to explain its end. */
const MAXIMUM_ERROR_TEXT = 4000;

/**
 * A network namespace of its own with the kernel in it, told what to do line by line. It has no name
 * and lives as long as the process does: nothing is left behind, whoever is killed.
 */
export class Kernel {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly lines: Interface;
  private readonly waiting: { resolve(line: string): void; reject(error: Error): void }[] = [];
  private errors = "";

  constructor() {
    const host = readlinkSync("/proc/self/ns/net");
    this.process = spawn("unshare", ["--net", "python3", "-B", HELPER, host], { stdio: "pipe" });
    this.lines = createInterface({ input: this.process.stdout });
    this.lines.on("line", (line) => this.waiting.shift()?.resolve(line));
    this.process.stderr.on("data", (text: Buffer) => {
      this.errors = (this.errors + text.toString("utf8")).slice(-MAXIMUM_ERROR_TEXT);
    });
    this.process.stdin.on("error", () => undefined);
    this.process.on("close", (code) => {
      const error = new Error(`the helper ended (${code}): ${this.errors}`);
      for (const { reject } of this.waiting.splice(0)) reject(error);
    });
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** `reads`: the trace ends with what the packets of a family carry; true: with what their connection does, too. */
  async setUp(
    setup: KernelSetup,
    reads: Partial<Readonly<Record<IpFamily, boolean>>> = {},
  ): Promise<void> {
    await this.mustDo({ do: "setup", ...setup, reads });
  }

  /** What the tool says against `text`; null: it is loaded. */
  async load(argv: readonly string[], text: string): Promise<string | null> {
    const { ok, error } = await this.ask({ do: "load", argv, text });
    return ok ? null : (error ?? "refused");
  }

  async rules(): Promise<readonly HeldRule[]> {
    return (await this.mustDo({ do: "rules" })).rules ?? [];
  }

  /** From here on packets are traced. */
  async observe(): Promise<void> {
    await this.mustDo({ do: "observe" });
  }

  async play(packets: readonly Shot[]): Promise<readonly ShotResult[]> {
    return (await this.mustDo({ do: "play", packets })).results ?? [];
  }

  /** Ends the namespace. */
  async close(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      if (this.process.exitCode !== null || this.process.signalCode !== null) resolve();
      else this.process.once("close", () => resolve());
    });
    this.process.stdin.end();
    await ended;
  }

  private async mustDo(command: object): Promise<Answer> {
    const answer = await this.ask(command);
    if (!answer.ok) throw new Error(`kernel: ${answer.error ?? "failed"}`);
    return answer;
  }

  private ask(command: object): Promise<Answer> {
    const line = new Promise<string>((resolve, reject) => {
      if (this.process.exitCode !== null) reject(new Error(`the helper ended: ${this.errors}`));
      this.waiting.push({ resolve, reject });
    });
    this.process.stdin.write(`${JSON.stringify(command)}\n`);
    return line.then((text) => JSON.parse(text) as Answer);
  }
}
