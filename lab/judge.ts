import type { Device, Rule } from "../src/engine/device/device.ts";
import { interpret, interpretNext } from "../src/engine/interpret/interpret.ts";
import { Memory } from "../src/engine/interpret/memory.ts";
import type { Outcome } from "../src/engine/interpret/outcome.ts";
import { buildWire } from "../src/engine/packet/build.ts";
import { withChecksums } from "../src/engine/packet/checksum.ts";
import { isNotationError, parsePacket } from "../src/engine/packet/notation.ts";
import type { PacketSpec } from "../src/engine/packet/packet.ts";
import { CT_STATE } from "../src/engine/packet/selectors/index.ts";
import { readBits, readHeaders } from "../src/engine/packet/wire.ts";
import { difference } from "./compare.ts";
import type { Shot, ShotResult } from "./kernel.ts";
import { type LabHost, ownAddressOf } from "./labHost.ts";
import { type Observed, observe, type RulesByHandle } from "./observed.ts";
import { isForSelf, type Sketch, toSpec, toText } from "./sketch.ts";
import type { Surrounding } from "./world.ts";

/** A packet on which kernel and model are not of one mind. */
export interface Disagreement {
  readonly packet: string;
  /** Packets of the same scenario that went before. */
  readonly before: readonly string[];
  /** `memory`: played in a sequence; `alone`: asked without a history. */
  readonly how: "memory" | "alone";
  readonly what: string;
}

/** What was found out about the packets of one ruleset so far. */
export interface Tally {
  packets: number;
  /** Packets that the host refused to send. */
  notSent: number;
  /** Packets that hang on other connections or on a move: only a sequence tells what becomes of them. */
  hangingOnOthers: number;
  /** Packets that met more than one outcome when asked alone, by what they hung on. */
  readonly open: Map<string, number>;
  severalOutcomes: number;
  readonly hit: Set<Rule>;
  readonly disagreements: Disagreement[];
  disagreeing: number;
}

/** One packet of a scenario, where and when it is sent. */
export interface Flight {
  readonly scenario: readonly Sketch[];
  readonly place: number;
  readonly surrounding: Surrounding;
  /** The rule that the scenario was made for. */
  readonly target: Rule | null;
}

/** What the kernel did with a packet. */
export interface JudgedPacket {
  readonly observed: Observed;
  /** The model's outcome that says so; null: none does. */
  readonly agreed: Outcome | null;
}

/** The first packet of a connection. */
interface First {
  readonly text: string;
  /** Of the world that it was sent in. */
  readonly version: number;
}

/** Disagreements of one ruleset that are kept in full. */
const MAXIMUM_KEPT = 20;
/** How much later than it was asked for the kernel may act, and how coarse its clock is. */
const LEAST_SLACK_MS = 12;

/** Compares, packet by packet, what the kernel did with what the model says. */
export class Judge {
  readonly tally: Tally = {
    packets: 0,
    notSent: 0,
    hangingOnOthers: 0,
    open: new Map(),
    severalOutcomes: 0,
    hit: new Set(),
    disagreements: [],
    disagreeing: 0,
  };
  private readonly memory = new Memory();
  private readonly device: Device;
  private readonly host: LabHost;
  private readonly rules: RulesByHandle;
  /** First packets by the kernel's number of their connection, since they were forgotten last. */
  private readonly firsts = new Map<number, First>();
  private lastMs: number | null = null;

  constructor(device: Device, host: LabHost, rules: RulesByHandle) {
    this.device = device;
    this.host = host;
    this.rules = rules;
  }

  /** Judges one packet of a scenario; null: it was not sent. */
  judge(flight: Flight, result: ShotResult): JudgedPacket | null {
    const { surrounding } = flight;
    if (surrounding.forgets) {
      this.memory.flushConnections();
      this.firsts.clear();
    }
    this.advance(result);
    /* An own packet that a rule drops is an error to who sent it. */
    if (result.error !== null && result.trace.length === 0) {
      this.tally.notSent++;
      return null;
    }
    const sketch = sketchOf(flight);
    const spec = toSpec(sketch);
    const observed = observe(result, spec, bytesOf(spec), this.rules);
    this.tally.packets++;
    for (const { matched } of observed.steps) for (const rule of matched) this.tally.hit.add(rule);
    const { what: inMemory, agreed } = this.inMemory(spec, surrounding, observed);
    const first = this.firstOf(observed);
    const isAskable = agreed !== null && !hangsOnOthers(agreed) && !hasMoved(first, surrounding);
    if (agreed !== null && !isAskable) this.tally.hangingOnOthers++;
    const alone = isAskable
      ? this.alone(aloneSpec(sketch, observed, first), flight, observed)
      : null;
    const what = inMemory ?? alone;
    if (what !== null) {
      const packet = inMemory === null ? aloneSpec(sketch, observed, first).text : toText(sketch);
      this.keep(flight, { packet, how: inMemory === null ? "alone" : "memory", what });
    }
    this.note(sketch, surrounding, observed);
    return { observed, agreed };
  }

  private keep({ scenario, place }: Flight, found: Omit<Disagreement, "before">): void {
    this.tally.disagreeing++;
    if (this.tally.disagreements.length < MAXIMUM_KEPT)
      this.tally.disagreements.push({ ...found, before: scenario.slice(0, place).map(toText) });
  }

  private advance({ atMs: [before, after] }: ShotResult): void {
    this.memory.advance(after - (this.lastMs ?? after));
    this.lastMs = after;
    const slack = Math.max(LEAST_SLACK_MS, 2 * (after - before));
    this.memory.clockSlackMs = Math.max(this.memory.clockSlackMs, slack);
  }

  private inMemory(
    spec: PacketSpec,
    { addresses }: Surrounding,
    observed: Observed,
  ): { readonly what: string | null; readonly agreed: Outcome | null } {
    const host = this.host.hostFor(spec, addresses);
    const { outcomes } = interpretNext(this.device, spec, { host }, this.memory, (outcome) =>
      isNone(difference(outcome, observed)),
    );
    const agreed = outcomes.find((outcome) => isNone(difference(outcome, observed))) ?? null;
    return { what: agreed === null ? nearest(outcomes, observed) : null, agreed };
  }

  /** The first packet of the connection that this one belongs to; undefined: it is itself the first. */
  private firstOf({ connection, isFirst }: Observed): First | undefined {
    return connection === null || isFirst ? undefined : this.firsts.get(connection);
  }

  /** Remembers a packet that began a connection. */
  private note(sketch: Sketch, { version }: Surrounding, observed: Observed): void {
    const { connection, isKept } = observed;
    const isNew = stateName(observed) === "new" && this.firstOf(observed) === undefined;
    if (connection !== null && isNew && isKept)
      this.firsts.set(connection, { text: toText(sketch), version });
  }

  private alone(spec: PacketSpec, { surrounding }: Flight, observed: Observed): string | null {
    const host = this.host.hostFor(spec, surrounding.addresses);
    const { outcomes, complete } = interpret(this.device, spec, { host });
    if (outcomes.length > 1) {
      this.tally.severalOutcomes++;
      const labels = new Set(
        outcomes.flatMap(({ conditions }) => conditions.map(({ label }) => label)),
      );
      for (const label of labels) this.tally.open.set(label, (this.tally.open.get(label) ?? 0) + 1);
    }
    return complete ? nearest(outcomes, observed) : null;
  }
}

/** A packet of a scenario as bytes, and the way that it is sent. */
export function shotOf(flight: Flight): Shot {
  const { addresses, forgets } = flight.surrounding;
  const sketch = sketchOf(flight);
  return {
    bytes: Buffer.from(bytesOf(toSpec(sketch))).toString("hex"),
    in: sketch.in,
    out: sketch.out,
    own: addresses.map(ownAddressOf),
    local: isForSelf(sketch),
    mark: sketch.mark,
    uid: sketch.uid,
    gid: sketch.gid,
    flush: forgets,
  };
}

function sketchOf({ scenario, place }: Flight): Sketch {
  const sketch = scenario[place];
  if (sketch === undefined) throw new Error("no such packet");
  return sketch;
}

/** The packet with all that its history has made of it, as one would write it down. */
function aloneSpec(sketch: Sketch, observed: Observed, first: First | undefined): PacketSpec {
  const words = [toText(sketch)];
  const state = stateName(observed);
  /* Over `lo` a packet may have lost its tracking on the second way only. */
  const isLost = state === "untracked" && sketch.out === "lo";
  if (state !== undefined && !isLost) words.push(`state=${state}`);
  if (observed.direction !== null && state !== "new")
    words.push(`dir=${observed.direction === 1 ? "reply" : "original"}`);
  if (first !== undefined) words.push(`orig=(${first.text})`);
  const spec = parsePacket(words.join(" "));
  if (isNotationError(spec)) throw new Error(`${words.join(" ")}: ${spec.message}`);
  return spec;
}

/** Whether addresses have moved since the connection began: no one question tells of both. */
function hasMoved(first: First | undefined, { version }: Surrounding): boolean {
  return first !== undefined && first.version !== version;
}

export function stateName({ state }: Observed): string | undefined {
  return Object.entries(CT_STATE).find(([, bit]) => bit === BigInt(state ?? -1))?.[0];
}

/** NAT chose another port, or found none, because another connection has the tuple. */
function hangsOnOthers({ by, wire }: Outcome): boolean {
  if (by.kind === "kernel" && /connection has the tuple|free port|another device/.test(by.reason))
    return true;
  const { transport } = readHeaders(wire);
  return readBits(wire, transport * 8, 32) === "unknown";
}

function isNone(text: string | null): boolean {
  return text === null;
}

/** Null: one of the outcomes is what the kernel did. */
function nearest(outcomes: readonly Outcome[], observed: Observed): string | null {
  const differences = outcomes.map((outcome) => difference(outcome, observed));
  if (differences.some(isNone)) return null;
  return `${differences[0] ?? "no outcome"}${outcomes.length > 1 ? ` (of ${outcomes.length} outcomes)` : ""}`;
}

function bytesOf(spec: PacketSpec): Uint8Array {
  return withChecksums(buildWire(spec, { ordinary: true, marker: 0 }), spec.shape.badChecksum);
}
