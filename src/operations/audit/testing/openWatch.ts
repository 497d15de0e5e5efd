import { readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import { openChannel } from "../../../platform/channel.ts";
import type { Wait } from "../../../platform/clock.ts";
import type { LineStream, Ran, Transport } from "../../../platform/transport/transport.ts";
import { parseNetwork } from "../../inventory/networkFile.ts";
import { pull } from "../../inventory/pull.ts";
import { Attribution } from "../attribution.ts";
import { Decisions } from "../decisions.ts";
import { DeviceAudit } from "../deviceAudit.ts";
import { Gaps } from "../gaps.ts";
import type { AuditEvent, SeenDifference, WatchState } from "../model.ts";
import type { AuditStore } from "../store.ts";

const { network: NETWORK } = parseNetwork(
  "premortem.yaml",
  readFileSync("examples/mail/premortem.yaml", "utf8"),
);

const MONITOR_ID = "4711";
const RULES = "table inet edge {\n}\n";

/** A device in this process: what it runs, whether it can be read, and the monitor that listens to it. */
export class TestDevice implements Transport {
  readonly name = "test";
  rules = RULES;
  /** What commands print, by their first word: `ipset`, `iptables-legacy-save`. */
  private parts: Readonly<Record<string, string>> = {};
  /** Read-backs so far. */
  reads = 0;
  /** What the log of logins is read to. */
  logins = "";
  /** Read-backs that fail from now on. */
  failing = 0;
  private lines = new PassThrough();
  private refused = "";

  /** Puts a rule in and tells the monitor of it. */
  change(rules: string): void {
    this.rules = rules;
    this.lines.write("add rule inet edge forward drop\n# new generation 2 by process 99 (nft)\n");
  }

  /** The next time this program fails. */
  refuse(program: string): void {
    this.refused = program;
  }

  /** Its monitor ends. */
  breakOff(): void {
    this.lines.destroy();
  }

  /** Nothing tells of it. */
  quietly(parts: Readonly<Record<string, string>>): void {
    this.parts = { ...this.parts, ...parts };
  }

  /** An element that came, which the monitor tells and nobody reads back. */
  ban(rules: string): void {
    this.rules = rules;
    this.lines.write(
      "add element inet edge bans { 10.10.2.11 }\n# new generation 2 by process 98 (nft)\n",
    );
  }

  async run(command: readonly string[]): Promise<Ran> {
    if (command[0] === "cat") return ran(`ffff 12     ${MONITOR_ID} 00000140 0 0 0 2 0 1\n`);
    const script = command[2] ?? "";
    const mark = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(script)?.[0] ?? "";
    if (mark === "") return ran(this.logins);
    if (this.failing-- > 0) return ran("");
    this.reads++;
    const calls = script.split("\n").filter((line) => line.startsWith("read_one "));
    return ran(
      calls.map((call) => `${this.printed(call)}\n${mark} ${this.ended(call)}\n`).join(""),
    );
  }

  private ended(call: string): string {
    if (programOf(call) !== this.refused) return "0 ";
    this.refused = "";
    return "1 the kernel is busy";
  }

  private printed(call: string): string {
    const program = programOf(call);
    if (program === "nft") return this.rules;
    return this.parts[program] ?? (program === "ip" ? "[]" : "");
  }

  stream(): LineStream {
    const lines = new PassThrough({ encoding: "utf8" });
    this.lines = lines;
    lines.write(`${MONITOR_ID}\n`);
    const ended = new Promise<{ kind: "ended"; code: number }>((resolve) =>
      lines.once("close", () => resolve({ kind: "ended", code: 0 })),
    );
    return { lines: linesOf(lines), ended, stop: () => lines.destroy() };
  }

  connect(): never {
    throw new Error("nobody connects");
  }
  async knock(): Promise<null> {
    return null;
  }
  async close(): Promise<void> {}
}

function programOf(call: string): string {
  return /^read_one '?([\w-]+)/.exec(call)?.[1] ?? "";
}

function ran(out: string): Ran {
  return { kind: "ran", code: 0, out, error: "" };
}

async function* linesOf(stream: PassThrough): AsyncGenerator<string> {
  let rest = "";
  try {
    for await (const chunk of stream) {
      const parts = `${rest}${chunk}`.split("\n");
      rest = parts.pop() ?? "";
      yield* parts;
    }
  } catch {
    /* Destroyed: it is over. */
  }
}

/** A watch of the device, with a store whose next `failing` writes are refused. */
export async function openWatch(rules = RULES, parts: Readonly<Record<string, string>> = {}) {
  const device = new TestDevice();
  device.quietly(parts);
  device.rules = rules;
  const edge = NETWORK?.devices.get("edge");
  if (NETWORK === null || edge === undefined) throw new Error("no network");
  const pulled = await pull(device, edge);
  if (pulled.kind !== "pulled") throw new Error(pulled.message);
  const faults: unknown[] = [];
  const time = new HandTime();
  const events = openChannel<AuditEvent>((fault) => faults.push(fault));
  const differences: Omit<SeenDifference, "id">[] = [];
  const refusing = { writes: 0 };
  const write = async () => {
    if (refusing.writes-- > 0) throw new Error("the database is away");
  };
  const store: AuditStore = {
    add: async (difference) => {
      await write();
      differences.push(difference);
      return { id: differences.length, ...difference };
    },
    openDifferences: async () => [],
    lastBy: async () => null,
    end: async () => undefined,
    noteBlind: async () => undefined,
    noteSeeing: async () => undefined,
    since: async () => [],
    find: async () => null,
    lastSeen: async () => null,
    noteSeen: write,
  };
  const options = {
    clock: time.clock,
    wait: time.wait,
    network: () => NETWORK,
    transportOf: () => device,
    baselineOf: async () => pulled.snapshot,
    snapshotOf: async () => null,
    keep: async () => undefined,
    onFault: (fault: unknown) => faults.push(fault),
  };
  const gaps = new Gaps("edge", store, time.clock);
  const decisions = new Decisions();
  const watched = { name: "edge", attribution: new Attribution(), decisions, base: null, gaps };
  const audit = new DeviceAudit(watched, options, store, events);
  const until = (isThere: (state: WatchState) => boolean) =>
    new Promise<void>((resolve) => {
      const end = events.subscribe((event) => {
        if (event.kind !== "state" || !isThere(event.state)) return;
        end();
        resolve();
      });
    });
  return { device, audit, decisions, refusing, faults, until, differences, time, events };
}

/** A clock that goes on where a test says so. */
export class HandTime {
  private nowMs = 1_000_000;
  private timers: { readonly dueMs: number; readonly end: () => void }[] = [];
  private changed: () => void = () => undefined;

  readonly clock = (): number => this.nowMs;

  readonly wait: Wait = (ms, signal) =>
    new Promise((resolve) => {
      const timer = { dueMs: this.nowMs + ms, end: resolve };
      this.timers.push(timer);
      signal.addEventListener("abort", () => {
        this.timers = this.timers.filter((one) => one !== timer);
        resolve();
      });
      this.changed();
    });

  /** How long each waits that waits now. */
  waits(): readonly number[] {
    return this.timers.map(({ dueMs }) => dueMs - this.nowMs);
  }

  /** Resolves when somebody waits. */
  async someWait(): Promise<void> {
    while (this.timers.length === 0)
      await new Promise<void>((resolve) => {
        this.changed = resolve;
      });
  }

  /** Once somebody waits. */
  async pass(ms: number): Promise<void> {
    await this.someWait();
    this.nowMs += ms;
    const due = this.timers.filter(({ dueMs }) => dueMs <= this.nowMs);
    this.timers = this.timers.filter(({ dueMs }) => dueMs > this.nowMs);
    for (const { end } of due) end();
  }
}

/** A listing with a live set of these banned addresses, and these rules before the last one. */
export function banning(asking: string, bans: string, ...rules: readonly string[]): string {
  return [
    "table inet edge {",
    "\tset bans {",
    "\t\ttype ipv4_addr",
    "\t\tflags dynamic,timeout",
    "\t\ttimeout 1h",
    ...(bans === "" ? [] : [`\t\telements = { ${bans} }`]),
    "\t}",
    "",
    "\tchain forward {",
    "\t\ttype filter hook forward priority filter; policy accept;",
    ...rules.map((rule) => `\t\t${rule}`),
    `\t\t${asking}`,
    "\t}",
    "}",
    "",
  ].join("\n");
}
