import type { Device, Rule, Table } from "../../engine/device/device.ts";
import { EMPTY_DEVICE } from "../../engine/device/empty.ts";
import type { Outcome } from "../../engine/interpret/outcome.ts";
import { readDevice } from "../../engine/parsers/readDevice.ts";
import { printDevice, STATELESS } from "../../engine/print/index.ts";
import type {
  KernelProcess,
  ListOptions,
  ScriptResult,
  SimulatedKernel,
  SimulatedTime,
} from "../model.ts";
import { Counters } from "./counters.ts";
import { eventsBetween, expiredBetween } from "./events.ts";
import { KernelHandles } from "./handles.ts";
import { refusedText, unprintableText } from "./refused.ts";
import { nextEndMs, TimedSets } from "./timedSets.ts";

export interface KernelOptions {
  readonly time: SimulatedTime;
  /** What scripts may include. */
  readonly files: ReadonlyMap<string, string>;
}

/** A rule that a script has added, with where it stands. */
export interface AddedRule {
  readonly rule: Rule;
  readonly table: Table;
  readonly chain: string;
  readonly handle: number;
}

/** The name of a script that comes on standard input. */
const STANDARD_INPUT = "/dev/stdin";

/** Fractions of a millisecond are lost beside a time since 1970: without it the same moment would come for ever. */
const SOONEST_MS = 1;

const NFT: KernelProcess = { id: 1, name: "nft" };

/** The packet filter of one namespace: a ruleset that only whole scripts change. */
export class Kernel implements SimulatedKernel {
  private readonly options: KernelOptions;
  private device: Device = EMPTY_DEVICE;
  private count = 1;
  private readonly counters = new Counters();
  private readonly handles = new KernelHandles();
  private readonly timed = new TimedSets();
  /** As it was last looked at: what is gone by the next look has timed out. */
  private seen: Device = EMPTY_DEVICE;
  private stopWaiting: () => void = () => undefined;
  private readonly listeners = new Set<(lines: readonly string[]) => void>();

  constructor(options: KernelOptions) {
    this.options = options;
  }

  generation(): number {
    return this.count;
  }

  ruleset(): Device {
    return this.device;
  }

  run(script: string, by: KernelProcess = NFT): ScriptResult {
    const before = this.current();
    const result = this.tried(script, before);
    if (typeof result === "string") return { kind: "refused", error: result };
    const lines = eventsBetween(before, result);
    /* A script that changes nothing sends nothing, and makes no generation. */
    if (lines.length === 0) return { kind: "loaded", generation: this.count };
    this.device = result;
    this.count++;
    this.waitForExpiry();
    const end = `# new generation ${this.count} by process ${by.id} (${by.name})`;
    this.tell([...lines, end]);
    return { kind: "loaded", generation: this.count };
  }

  /** What `nft -c` says: null where the script would load. */
  check(script: string): string | null {
    const result = this.tried(script, this.current());
    return typeof result === "string" ? result : null;
  }

  list(options: ListOptions): string {
    return this.listDevice(this.current(), options);
  }

  /** Of a part of what runs. */
  listDevice(device: Device, { stateless, handles, terse }: ListOptions): string {
    const counts = stateless ? null : this.counters.of;
    const numbers = handles ? this.handles.within(this.current()) : null;
    return printDevice(device, { counts, handles: numbers, terse }).text;
  }

  countAgain({ steps }: Outcome, packets: number, bytes: number): void {
    const rules = steps.flatMap(({ matched, table }) => matched.map((rule) => ({ rule, table })));
    this.counters.count(this.device, rules, packets, bytes);
  }

  subscribe(listener: (lines: readonly string[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What runs, with what sets hold now. */
  current(): Device {
    return this.timed.at(this.device, this.options.time.nowMs());
  }

  /** Rules that are there now, and were not in `before`. */
  addedSince(before: Device): readonly AddedRule[] {
    const known = new Set(
      before.tables.flatMap(({ chains }) => chains.flatMap(({ rules }) => rules)),
    );
    return this.device.tables.flatMap((table) =>
      table.chains.flatMap(({ name, rules }) =>
        rules
          .filter((rule) => !known.has(rule))
          .map((rule) => ({ rule, table, chain: name, handle: this.handles.rule(table, rule) })),
      ),
    );
  }

  /** Elements whose time is over are told by themselves, each as it goes. */
  private waitForExpiry(): void {
    this.stopWaiting();
    this.seen = this.current();
    const leftMs = nextEndMs(this.seen);
    if (leftMs === null) return;
    this.stopWaiting = this.options.time.after(Math.max(SOONEST_MS, leftMs), () => {
      const now = this.current();
      for (const line of expiredBetween(this.seen, now)) this.tell([line]);
      this.device = now;
      this.waitForExpiry();
    });
  }

  private tell(lines: readonly string[]): void {
    for (const listener of this.listeners) listener(lines);
  }

  /** What a script would come to; a text: why it is refused. */
  private tried(script: string, onto: Device): Device | string {
    const files = new Map([...this.options.files, [STANDARD_INPUT, script]]);
    const input = { files, roots: [STANDARD_INPUT], onto };
    const result = readDevice({ ...input, dialect: "nft" });
    if (result.refused.length > 0) return refusedText(result.diagnostics, files);
    const { unprintable } = printDevice(result.device, STATELESS);
    return unprintable.length > 0 ? unprintableText(unprintable) : result.device;
  }
}
