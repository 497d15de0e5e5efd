import type { Device, Rule } from "../src/engine/device/device.ts";
import { interpret, interpretNext } from "../src/engine/interpret/interpret.ts";
import { Memory } from "../src/engine/interpret/memory.ts";
import type { Outcome } from "../src/engine/interpret/outcome.ts";
import { buildWire } from "../src/engine/packet/build.ts";
import { withChecksums } from "../src/engine/packet/checksum.ts";
import { isNotationError, parsePacket } from "../src/engine/packet/notation.ts";
import type { IpFamily, PacketSpec } from "../src/engine/packet/packet.ts";
import { CT_STATE } from "../src/engine/packet/selectors/index.ts";
import { readBits, readHeaders, type Wire } from "../src/engine/packet/wire.ts";
import { difference } from "./compare.ts";
import type { Shot, ShotResult } from "./kernel.ts";
import { type LabHost, ownAddresses } from "./labHost.ts";
import { type Observed, observe, type RulesByHandle } from "./observed.ts";
import { asLeft, turnedAround } from "./scenario.ts";
import { ICMP, ICMPV6, isForSelf, type Sketch, toSpec, toText, WITH_PORTS } from "./sketch.ts";

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
  /** Packets that collided with another connection: only a sequence tells what becomes of them. */
  hangingOnOthers: number;
  /** Packets that met more than one outcome when asked alone, by what they hung on. */
  readonly open: Map<string, number>;
  severalOutcomes: number;
  readonly hit: Set<Rule>;
  readonly disagreements: Disagreement[];
  disagreeing: number;
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
  /** First packets of connections since they were forgotten last. */
  private readonly firsts = new Map<string, string>();
  /** The same by the tuple of their answers. */
  private readonly replies = new Map<string, string>();
  private lastMs: number | null = null;

  constructor(device: Device, host: LabHost, rules: RulesByHandle) {
    this.device = device;
    this.host = host;
    this.rules = rules;
  }

  /** A packet of a scenario as bytes, and the way that it is sent. */
  shotOf(scenario: readonly Sketch[], place: number, flush: boolean): Shot {
    const sketch = scenario[place];
    const [first] = scenario;
    if (sketch === undefined || first === undefined) throw new Error("no such packet");
    const own = [...ownAddresses(sketch, this.host), ...ownAddresses(first, this.host)];
    return {
      bytes: Buffer.from(bytesOf(toSpec(sketch))).toString("hex"),
      in: sketch.in,
      out: sketch.out,
      own,
      local: isForSelf(sketch),
      mark: sketch.mark,
      uid: sketch.uid,
      gid: sketch.gid,
      flush,
    };
  }

  /** Judges one packet of a scenario; the answer is what the kernel did. */
  judge(
    scenario: readonly Sketch[],
    place: number,
    shot: Shot,
    result: ShotResult,
  ): Observed | null {
    const sketch = scenario[place];
    if (sketch === undefined) return null;
    if (shot.flush) {
      this.memory.flushConnections();
      this.firsts.clear();
      this.replies.clear();
    }
    this.advance(result);
    /* An own packet that a rule drops is an error to who sent it. */
    if (result.error !== null && result.trace.length === 0) {
      this.tally.notSent++;
      return null;
    }
    const spec = toSpec(sketch);
    const observed = observe(result, spec, bytesOf(spec), this.rules);
    this.tally.packets++;
    for (const { matched } of observed.steps) for (const rule of matched) this.tally.hit.add(rule);
    const first = toSpec(scenario[0] ?? sketch);
    const { what: inMemory, agreed } = this.inMemory(spec, first, observed);
    const hasOwnHistory = agreed !== null && !hangsOnOthers(agreed);
    if (agreed !== null && !hasOwnHistory) this.tally.hangingOnOthers++;
    const alone = hasOwnHistory ? this.alone(scenario, place, observed) : null;
    this.note(sketch, observed);
    const what = inMemory ?? alone;
    if (what === null) return observed;
    this.tally.disagreeing++;
    if (this.tally.disagreements.length < MAXIMUM_KEPT)
      this.tally.disagreements.push({
        packet: toText(sketch),
        before: scenario.slice(0, place).map(toText),
        how: inMemory === null ? "alone" : "memory",
        what,
      });
    return observed;
  }

  private advance({ atMs: [before, after] }: ShotResult): void {
    this.memory.advance(after - (this.lastMs ?? after));
    this.lastMs = after;
    const slack = Math.max(LEAST_SLACK_MS, 2 * (after - before));
    this.memory.clockSlackMs = Math.max(this.memory.clockSlackMs, slack);
  }

  private inMemory(
    spec: PacketSpec,
    first: PacketSpec,
    observed: Observed,
  ): { readonly what: string | null; readonly agreed: Outcome | null } {
    const host = this.host.hostFor(spec, [first]);
    const { outcomes } = interpretNext(this.device, spec, { host }, this.memory, (outcome) =>
      isNone(difference(outcome, observed)),
    );
    const agreed = outcomes.find((outcome) => isNone(difference(outcome, observed))) ?? null;
    return { what: agreed === null ? nearest(outcomes, observed) : null, agreed };
  }

  /** The packet with all that its history has made of it, as one would write it down. */
  private aloneSpec(scenario: readonly Sketch[], place: number, observed: Observed): PacketSpec {
    const sketch = scenario[place];
    const [opener] = scenario;
    if (sketch === undefined || opener === undefined) throw new Error("no such packet");
    const words = [toText(sketch)];
    const state = stateName(observed);
    if (state !== undefined) words.push(`state=${state}`);
    if (observed.direction !== null && state !== "new")
      words.push(`dir=${observed.direction === 1 ? "reply" : "original"}`);
    const known = this.firstOf(sketch, observed);
    const first = known ?? (place > 0 ? toText(opener) : undefined);
    const isFirst = state === "new" && !(observed.isKnown ?? known !== undefined);
    if (first !== undefined && !isFirst && observed.direction !== null)
      words.push(`orig=(${first})`);
    const spec = parsePacket(words.join(" "));
    if (isNotationError(spec)) throw new Error(`${words.join(" ")}: ${spec.message}`);
    return spec;
  }

  private firstOf(sketch: Sketch, { direction }: Observed): string | undefined {
    return (direction === 1 ? this.replies : this.firsts).get(tupleKeyOf(sketch));
  }

  /** Remembers a packet that began a connection. */
  private note(sketch: Sketch, observed: Observed): void {
    const isKnown = observed.isKnown ?? this.firstOf(sketch, observed) !== undefined;
    if (stateName(observed) !== "new" || isKnown || observed.verdict !== "accept") return;
    const text = toText(sketch);
    this.firsts.set(tupleKeyOf(sketch), text);
    this.noteReply(sketch, observed, text);
  }

  /** How the answer to a first packet will look when it comes in. */
  private noteReply(sketch: Sketch, observed: Observed, text: string): void {
    if (observed.bytes === null) return;
    const turned = turnedAround(asLeft(sketch, wireOf(sketch.family, observed.bytes)));
    this.replies.set(tupleKeyOf(turned), text);
  }

  private alone(scenario: readonly Sketch[], place: number, observed: Observed): string | null {
    const sketch = scenario[place];
    if (sketch === undefined) return null;
    const spec = this.aloneSpec(scenario, place, observed);
    const others = [
      toSpec(scenario[0] ?? sketch),
      ...(spec.original === null ? [] : [spec.original]),
    ];
    const host = this.host.hostFor(spec, others);
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

function stateName({ state }: Observed): string | undefined {
  return Object.entries(CT_STATE).find(([, bit]) => bit === BigInt(state ?? -1))?.[0];
}

/** NAT chose another port, or found none, because another connection has the tuple. */
function hangsOnOthers({ by, wire }: Outcome): boolean {
  if (by.kind === "kernel" && /connection has the tuple|free port|another device/.test(by.reason))
    return true;
  const { transport } = readHeaders(wire);
  return readBits(wire, transport * 8, 32) === "unknown";
}

function wireOf(family: IpFamily, bytes: Uint8Array): Wire {
  return { family, bytes, known: new Uint8Array(bytes.length).fill(255), complete: false };
}

/** Connection tracking knows nothing of DCCP's ports. */
const TRACKED_PORTS = WITH_PORTS.filter((protocol) => protocol !== 33);

/** Packets with the same key belong to the same direction of a connection. */
function tupleKeyOf({
  family,
  protocol,
  source,
  destination,
  sourcePort,
  destinationPort,
  icmp,
}: Sketch): string {
  const ports = TRACKED_PORTS.includes(protocol)
    ? `${sourcePort} ${destinationPort}`
    : protocol === ICMP || protocol === ICMPV6
      ? `${icmp.type} ${icmp.code} ${icmp.id}`
      : "";
  return `${family} ${protocol} ${source} ${destination} ${ports}`;
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
